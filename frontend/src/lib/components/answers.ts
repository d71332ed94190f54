import type { ChoiceCount, Tone } from '$lib/api';

export type Segment = {
  /** The code of the choice; empty for the people without an answer. */
  readonly code: string;
  readonly label: string;
  readonly tone: Tone | 'none';
  readonly count: number;
  readonly fill: string;
  readonly stroke: string;
};

const order: Record<Tone, number> = { bad: 0, warn: 1, ok: 2 };

// Choices of one tone take turns with two shades, so that they stay apart. Whole names: Tailwind reads them literally.
const shades: Record<Tone, readonly { fill: string; stroke: string }[]> = {
  ok: [
    { fill: 'fill-ok-fill', stroke: 'stroke-ok-fill' },
    { fill: 'fill-ok', stroke: 'stroke-ok' }
  ],
  warn: [
    { fill: 'fill-warn-fill', stroke: 'stroke-warn-fill' },
    { fill: 'fill-warn-fill-2', stroke: 'stroke-warn-fill-2' }
  ],
  bad: [
    { fill: 'fill-bad-fill', stroke: 'stroke-bad-fill' },
    { fill: 'fill-bad', stroke: 'stroke-bad' }
  ]
};

/** The answers in the order of their codes with their shades, then the people without one. */
export function segments(
  answers: readonly ChoiceCount[],
  audience: number,
  answered: number,
  none: string
): Segment[] {
  const seen: Record<Tone, number> = { ok: 0, warn: 0, bad: 0 };
  const chosen = answers.map((answer) => {
    const shade = shades[answer.tone][seen[answer.tone]++ % 2] ?? shades[answer.tone][0];
    return { ...answer, fill: shade?.fill ?? '', stroke: shade?.stroke ?? '' };
  });
  const left = Math.max(0, audience - answered);
  return [
    ...chosen,
    { code: '', label: none, tone: 'none', count: left, fill: 'fill-track', stroke: 'stroke-track' }
  ];
}

/** For a bar: worst first, the people without an answer last. */
export function worstFirst(list: readonly Segment[]): Segment[] {
  const rank = (segment: Segment) => (segment.tone === 'none' ? 3 : order[segment.tone]);
  return list.toSorted((a, b) => rank(a) - rank(b));
}

export type Slice = Segment & { readonly start: number; readonly share: number };

/** Shares of the whole with their beginnings. Something that is there keeps a sliver that can be seen. */
export function slices(list: readonly Segment[], least = 0): Slice[] {
  const total = list.reduce((sum, segment) => sum + segment.count, 0);
  if (total === 0) return [];
  const raw = list
    .filter((segment) => segment.count > 0)
    .map((segment) => Math.max(segment.count / total, least));
  const scale = raw.reduce((sum, share) => sum + share, 0);
  let start = 0;
  return list
    .filter((segment) => segment.count > 0)
    .map((segment, index) => {
      const share = (raw[index] ?? 0) / scale;
      const slice = { ...segment, start, share };
      start += share;
      return slice;
    });
}
