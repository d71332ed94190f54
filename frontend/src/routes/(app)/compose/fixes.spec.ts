import { describe, expect, it } from 'vitest';
import type { Api } from '$lib/api';
import { fixed, rewrite } from './fixes';
import { emptyForm, freshKey, type Form } from './form';

function formWith(texts: Record<string, string>, labels: string[] = []): Form {
  const form = emptyForm('ja', 'live');
  form.bodies = Object.entries(texts).map(([language, text]) => ({
    key: freshKey(),
    language,
    text,
    labels: {},
    templateId: ''
  }));
  form.choices = labels.map((label) => ({ key: freshKey(), code: '', label, tone: 'ok' }));
  return form;
}
const textsOf = (form: Form | null) => form?.bodies.map((body) => body.text);

describe('a way out', () => {
  it('puts the number for answers into the texts the warning is about, in their languages', () => {
    const form = formWith({ ja: '返信してください。\n', th: 'ตอบ', 'zh-TW': '請' });
    const warning = { code: 'country_number_missing', texts: [1, 2] };
    expect(textsOf(fixed(form, 'insert_reply_number', warning, []))).toEqual([
      '返信してください。\n',
      'ตอบ\nโปรดตอบกลับที่ {{reply_number}}',
      '請\nReply to {{reply_number}}'
    ]);
    expect(form.bodies[1]?.text).toBe('ตอบ');
  });

  it('is none where there is nothing to change', () => {
    const form = formWith({ en: 'Reply to {{reply_number}}' });
    expect(fixed(form, 'insert_reply_number', { code: 'x' }, [])).toBeNull();
    expect(fixed(form, 'remove_link', { code: 'x', params: { link: 'https://a.example' } }, [])).toBeNull();
    expect(fixed(form, 'transliterate', { code: 'x' }, [])).toBeNull();
    expect(fixed(form, 'other_route', { code: 'x' }, [])).toBeNull();
  });

  it('takes out a link or a number and leaves the rest', () => {
    const link = { code: 'x', params: { link: 'https://a.example/x' } };
    expect(textsOf(fixed(formWith({ en: 'See https://a.example/x now' }), 'remove_link', link, []))).toEqual([
      'See now'
    ]);
    const number = { code: 'x', params: { number: '03-2000 0000' } };
    const form = formWith({ ms: 'Balas\nBalas kepada {{reply_number}}', en: 'Call 03-2000 0000 now' });
    expect(textsOf(fixed(form, 'remove_number', number, []))).toEqual(['Balas', 'Call now']);
  });

  it("writes the server's text and its labels", () => {
    const group = {
      transliterated: "Don't",
      transliteratedLabels: ["I'm safe", 'Help'],
      withoutDiacritics: 'Dong dat'
    } as Api<'TextGroup'>;
    const form = formWith({ en: 'Don’t', vi: 'Động đất' }, ['I’m safe', 'Help']);
    rewrite(form, 0, 'transliterate', group);
    expect(textsOf(form)?.[0]).toBe("Don't");
    expect(form.choices.map((choice) => choice.label)).toEqual(["I'm safe", 'Help']);
    rewrite(form, 1, 'plain_letters', group);
    expect(textsOf(form)?.[1]).toBe('Dong dat');
  });

  it('changes the labels of a further language for that language only', () => {
    const form = formWith({ ja: '返信', en: 'Reply’s' }, ['無事']);
    const key = form.choices[0]?.key ?? 0;
    form.bodies[1]!.labels = { [key]: 'I’m safe' };
    rewrite(form, 1, 'transliterate', {
      transliterated: "Reply's",
      transliteratedLabels: ["I'm safe"]
    } as Api<'TextGroup'>);
    expect(form.choices[0]?.label).toBe('無事');
    expect(form.bodies[1]?.labels[key]).toBe("I'm safe");
  });
});
