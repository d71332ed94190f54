import { api, unwrap, type Broadcast } from '$lib/api';
import { t } from '$lib/i18n';
import { toasts } from '$lib/ui';

/** Stops the sending of a broadcast. Throws an ApiError. */
export async function stopBroadcast(id: string, reason: string): Promise<Broadcast> {
  const params = { path: { broadcastId: id } };
  const broadcast = await unwrap(
    api.POST('/broadcasts/{broadcastId}/stop', { params, body: reasonOf(reason) })
  );
  toasts.show(t('result.stopped'));
  return broadcast;
}

/** Ends the counting of answers. Throws an ApiError. */
export async function closeBroadcast(id: string, reason: string): Promise<Broadcast> {
  const params = { path: { broadcastId: id } };
  const broadcast = await unwrap(
    api.POST('/broadcasts/{broadcastId}/close', { params, body: reasonOf(reason) })
  );
  toasts.show(t('result.closed'));
  return broadcast;
}

const reasonOf = (reason: string) => (reason.trim() ? { reason: reason.trim() } : {});
