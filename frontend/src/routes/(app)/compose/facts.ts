import type { Api } from '$lib/api';
import { phoneText } from '$lib/components/phone';
import { clock, list, number, span, t } from '$lib/i18n';
import type { Fact } from '$lib/ui';
import { costText } from './money';

/** Numbers of routes come without the plus of E.164. */
export const numberText = (digits: string): string =>
  phoneText(digits.startsWith('+') ? digits : `+${digits}`);

/** The figures of a review, in the order in which they are decided upon. */
export function reviewFacts({ broadcast, preview }: Api<'Review'>, now: number): Fact[] {
  const { content } = broadcast;
  const facts: Fact[] = [
    { term: t('compose.factPeople'), value: t('common.people', { n: preview.people }) },
    { term: t('compose.factParts'), value: t('common.parts', { n: preview.parts }) }
  ];
  if (preview.messages !== preview.people)
    facts.push({ term: t('compose.factTexts'), value: number(preview.messages) });
  facts.push(
    { term: t('compose.factUnreachable'), value: t('common.people', { n: preview.unreachable }) },
    { term: t('compose.factOptedOut'), value: t('common.people', { n: preview.optedOut }) }
  );
  if (preview.seconds)
    facts.push({
      term: t('compose.factLast'),
      value: t('compose.lastPersonAbout', { span: span(preview.seconds * 1000) }),
      note: t('compose.lastPersonAt', { time: clock(now + preview.seconds * 1000) })
    });
  if (preview.costs.length > 0 && content.mode === 'live')
    facts.push({
      term: t('sheet.estimate'),
      value: costText(preview.costs),
      note: t('sheet.estimateNote')
    });
  facts.push({
    term: t('compose.factUrgency'),
    value: content.urgency === 'urgent' ? t('compose.urgent') : t('compose.normal')
  });
  if (preview.replyNumbers?.length)
    facts.push({ term: t('compose.factReply'), value: list(preview.replyNumbers.map(numberText)) });
  if (content.mode === 'drill') facts.push({ term: t('compose.factRoute'), value: t('compose.simulator') });
  return facts;
}
