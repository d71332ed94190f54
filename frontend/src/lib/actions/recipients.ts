import { api, etag, unwrap, type Api, type Recipient } from '$lib/api';
import { t } from '$lib/i18n';
import { toasts } from '$lib/ui';

type Input = Api<'RecipientInput'>;

/** Removes people; the key makes a repeat harmless. Throws an ApiError. */
export async function removePeople(ids: readonly string[], key: string): Promise<void> {
  const params = { header: { 'Idempotency-Key': key } };
  const { count } = await unwrap(api.POST('/recipients/removal', { params, body: { ids: [...ids] } }));
  toasts.show(t('recipients.removed', { n: count }));
}

/** Registers a person; the key makes a repeat harmless. Throws an ApiError. */
export async function createPerson(body: Input, key: string): Promise<Recipient> {
  const params = { header: { 'Idempotency-Key': key } };
  const person = await unwrap(api.POST('/recipients', { params, body }));
  toasts.show(t('recipients.created', { name: person.name }));
  return person;
}

/** Changes a person on the ground of a version. Throws an ApiError; a newer version refuses the change. */
export async function savePerson(id: string, version: number, body: Input): Promise<Recipient> {
  const params = { path: { recipientId: id }, header: { 'If-Match': etag(version) } };
  const person = await unwrap(api.PUT('/recipients/{recipientId}', { params, body }));
  toasts.show(t('recipients.saved', { name: person.name }));
  return person;
}
