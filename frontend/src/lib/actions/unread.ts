import { api, unwrap, type Api, type UnreadReply } from '$lib/api';

export type Decided = Api<'UnreadDecided'>;
export type LateAnswers = Api<'LateAnswers'>;

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

/** Counts several replies as the same answer of one broadcast, each for the person it is from. Throws an ApiError. */
export const assignReplies = (
  replies: readonly string[],
  broadcastId: string,
  codes: readonly string[]
): Promise<Decided> =>
  unwrap(
    api.POST('/unread/decisions', {
      body: { replies: [...replies], action: 'assign', broadcastId, codes: [...codes] }
    })
  );

/** Puts several replies aside, or takes decisions about them back. Throws an ApiError. */
export const decideReplies = (replies: readonly string[], action: 'set_aside' | 'undo'): Promise<Decided> =>
  unwrap(api.POST('/unread/decisions', { body: { replies: [...replies], action } }));

/** Has answers after the close counted, or not. Throws an ApiError. */
export const countLate = (broadcastId: string, counted: boolean): Promise<LateAnswers> =>
  unwrap(api.PUT('/broadcasts/{broadcastId}/late', { params: { path: { broadcastId } }, body: { counted } }));
