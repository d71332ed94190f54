import type { Api, UnreadCandidate, UnreadReply } from '$lib/api';
import { errorText, ApiError } from '$lib/api';
import { t } from '$lib/i18n';

/** The question that all replies may be an answer to, the newest first; null when there is none. */
export function commonQuestion(replies: readonly UnreadReply[]): UnreadCandidate | null {
  const [first, ...others] = replies;
  const fits = (candidate: UnreadCandidate) =>
    others.every((reply) => reply.candidates.some((one) => one.broadcastId === candidate.broadcastId));
  return first?.candidates.find(fits) ?? null;
}

/** How many replies nothing was decided about, and why; one reason for each code. */
export function refusedText(refused: readonly Api<'UnreadRefusal'>[]): string {
  const codes = [...new Set(refused.map((one) => one.code))];
  return codes
    .map((code) =>
      t('tray.manyRefused', {
        n: refused.filter((one) => one.code === code).length,
        why: errorText(new ApiError({ status: 409, code, params: {} }))
      })
    )
    .join(' ');
}
