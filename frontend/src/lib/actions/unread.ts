import { api, unwrap, type UnreadReply } from '$lib/api';

const at = (replyId: string) => ({ params: { path: { replyId } } });

/** Counts a reply as an answer of a person. Throws an ApiError. */
export function assignReply(
  id: string,
  broadcastId: string,
  ordinal: number,
  codes: readonly string[]
): Promise<UnreadReply> {
  const body = { broadcastId, ordinal, codes: [...codes] };
  return unwrap(api.POST('/unread/{replyId}/assign', { ...at(id), body }));
}

/** Puts a reply aside: it is kept, but it is no answer. Throws an ApiError. */
export const setReplyAside = (id: string): Promise<UnreadReply> =>
  unwrap(api.POST('/unread/{replyId}/set-aside', at(id)));

/** Takes a decision back; the reply returns to the tray. Throws an ApiError. */
export const undoReply = (id: string): Promise<UnreadReply> =>
  unwrap(api.POST('/unread/{replyId}/undo', at(id)));
