import type { Tally } from '$lib/api';
import { unanswered } from '$lib/components/tally';

const FILTERS = [
  'all',
  'need_help',
  'unanswered',
  'failed',
  'unreachable',
  'commented',
  'uncertain',
  'waiting'
] as const;
export type Filter = (typeof FILTERS)[number];

export const isFilter = (value: string | null): value is Filter =>
  (FILTERS as readonly (string | null)[]).includes(value);

/** The chips above the people: the first ones always, the others while they hold anybody or are chosen. */
export function filterChips(tally: Tally, chosen: Filter) {
  const chips = [
    { filter: 'all', label: 'result.filterAll', count: tally.audience, always: true },
    { filter: 'need_help', label: 'result.filterNeedHelp', count: tally.needHelp, always: false },
    { filter: 'unanswered', label: 'result.filterUnanswered', count: unanswered(tally), always: true },
    { filter: 'failed', label: 'result.filterFailed', count: tally.failed, always: true },
    { filter: 'unreachable', label: 'result.filterUnreachable', count: tally.unreachable, always: false },
    { filter: 'commented', label: 'result.filterCommented', count: tally.commented, always: true },
    { filter: 'uncertain', label: 'result.filterUncertain', count: tally.uncertain, always: false },
    { filter: 'waiting', label: 'result.filterWaiting', count: tally.waiting + tally.sending, always: false }
  ] as const;
  return chips.filter((chip) => chip.always || chip.count > 0 || chip.filter === chosen);
}
