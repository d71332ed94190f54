import type { Api } from '$lib/api';

export type Handset = Api<'Handset'>;
export type Bubble = Api<'Bubble'>;
export type Population = Api<'Population'>;

export type PhoneState = 'Off' | 'Answered' | 'Delivered' | 'Waiting' | 'Failed' | 'Quiet';

/** What a phone is doing, told by its newest bubble. */
export function phoneState(phone: Handset): PhoneState {
  if (!phone.on) return 'Off';
  const newest = phone.bubbles.at(-1);
  if (!newest) return 'Quiet';
  if (newest.direction === 'out') return 'Answered';
  if (newest.state === 'failed') return 'Failed';
  return newest.state === 'waiting' ? 'Waiting' : 'Delivered';
}

/** The codes of the newest text that asks something. */
export const choicesOf = (phone: Handset): readonly string[] =>
  phone.bubbles.findLast((bubble) => bubble.direction === 'in' && bubble.choices?.length)?.choices ?? [];

/** The code that was answered to the newest question, when the answer is just a code. */
export function answeredCode(phone: Handset): string | undefined {
  const newest = phone.bubbles.at(-1);
  if (newest?.direction !== 'out') return undefined;
  const written = newest.text.normalize('NFKC').trim().toUpperCase();
  return choicesOf(phone).find((code) => code === written);
}

/** Spans a slider can stand on, in seconds: small steps where small steps matter. */
export const SPANS: readonly number[] = [
  0, 1, 2, 3, 5, 8, 12, 18, 30, 45, 60, 120, 180, 300, 540, 900, 1800, 3600
];

/** The place on the slider nearest to a span. */
export function spanPlace(seconds: number): number {
  const distances = SPANS.map((span) => Math.abs(span - seconds));
  return distances.indexOf(Math.min(...distances));
}
