import type { Broadcast, BroadcastState, Tally } from '$lib/api';

/** People whose message has been handed over, whatever came of it. */
export const sent = (tally: Tally): number => tally.accepted + tally.delivered + tally.failed + tally.unknown;

/** People who will not get it: it failed, or they have no usable number. */
export const notReached = (tally: Tally): number => tally.failed + tally.unreachable;

export const unanswered = (tally: Tally): number => Math.max(0, tally.audience - tally.answered);

const RUNNING: readonly BroadcastState[] = ['expanding', 'sending', 'open'];

/** True from launch until it is closed or stopped. */
export const isRunning = (broadcast: Broadcast): boolean => RUNNING.includes(broadcast.state);
