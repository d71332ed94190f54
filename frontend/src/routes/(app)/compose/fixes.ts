import type { Api } from '$lib/api';
import type { Form } from './form';
import type { Warning, Way } from './warnings';

const NUMBER = '{{reply_number}}';

/** The line that names the number for answers, as in the texts Noroshi adds by itself. */
const ANSWER_TO: Record<string, string> = {
  ja: `返信先：${NUMBER}`,
  en: `Reply to ${NUMBER}`,
  th: `โปรดตอบกลับที่ ${NUMBER}`,
  vi: `Trả lời đến số ${NUMBER}`,
  ko: `회신 번호: ${NUMBER}`,
  'zh-Hans': `请回复至 ${NUMBER}`,
  'zh-Hant': `請回覆至 ${NUMBER}`,
  id: `Balas ke ${NUMBER}`,
  ms: `Balas kepada ${NUMBER}`
};

const answerTo = (language: string): string =>
  ANSWER_TO[language] ?? ANSWER_TO[language.split('-')[0] ?? ''] ?? ANSWER_TO.en ?? NUMBER;

type Texts = readonly Api<'TextGroup'>[];

/** The form after a way out was taken; null when the way is not one the console can go by itself. */
export function fixed(form: Form, way: Way, warning: Warning, texts: Texts): Form | null {
  const next = JSON.parse(JSON.stringify(form)) as Form;
  for (const place of warning.texts ?? form.bodies.map((_, index) => index)) {
    const body = next.bodies[place];
    if (!body) continue;
    if (way === 'insert_reply_number' && !body.text.includes(NUMBER))
      body.text = `${body.text.trimEnd()}\n${answerTo(body.language)}`;
    else if (way === 'remove_link') body.text = without(body.text, warning.params?.link);
    else if (way === 'remove_number') body.text = withoutNumber(body.text, warning.params?.number);
    else if (way === 'transliterate' || way === 'plain_letters') rewrite(next, place, way, texts[place]);
  }
  return JSON.stringify(next) === JSON.stringify(form) ? null : next;
}

function without(text: string, piece: string | undefined): string {
  if (!piece) return text;
  return text
    .replaceAll(piece, '')
    .replace(/[ \u3000]{2,}/g, ' ')
    .trim();
}

/** Takes out a number, and the lines that are about nothing else. */
function withoutNumber(text: string, number: string | undefined): string {
  const lines = Object.values(ANSWER_TO);
  const kept = text.split('\n').filter((line) => !lines.includes(line.trim()));
  return without(kept.join('\n').replaceAll(NUMBER, ''), number);
}

/** Puts the server's text, and its labels, in the place of what was written. */
export function rewrite(
  form: Form,
  place: number,
  way: 'transliterate' | 'plain_letters',
  group: Api<'TextGroup'> | undefined
): void {
  const body = form.bodies[place];
  const text = way === 'transliterate' ? group?.transliterated : group?.withoutDiacritics;
  const labels = way === 'transliterate' ? group?.transliteratedLabels : group?.withoutDiacriticsLabels;
  if (!body || text === undefined) return;
  body.text = text;
  form.choices.forEach((choice, index) => {
    const label = labels?.[index];
    const shown = body.labels[choice.key] || choice.label;
    if (label === undefined || label === shown) return;
    if (place === 0 && !body.labels[choice.key]) choice.label = label;
    else body.labels[choice.key] = label;
  });
}
