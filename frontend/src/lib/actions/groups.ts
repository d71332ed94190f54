import { api, etag, unwrap, type Api, type Group } from '$lib/api';
import { t } from '$lib/i18n';
import { toasts } from '$lib/ui';

type Input = Api<'GroupInput'>;

/** Creates a group; the key makes a repeat harmless. Throws an ApiError. */
export async function createGroup(body: Input, key: string): Promise<Group> {
  const params = { header: { 'Idempotency-Key': key } };
  const group = await unwrap(api.POST('/groups', { params, body }));
  toasts.show(t('groups.created', { name: group.name }));
  return group;
}

/** Changes a group on the ground of a version. Throws an ApiError; a newer version refuses the change. */
export async function saveGroup(id: string, version: number, body: Input): Promise<Group> {
  const params = { path: { groupId: id }, header: { 'If-Match': etag(version) } };
  const group = await unwrap(api.PUT('/groups/{groupId}', { params, body }));
  toasts.show(t('groups.saved', { name: group.name }));
  return group;
}

/** Deletes a group; its people stay. Throws an ApiError. */
export async function deleteGroup(group: Group): Promise<void> {
  await unwrap(api.DELETE('/groups/{groupId}', { params: { path: { groupId: group.id } } }));
  toasts.show(t('groups.deleted', { name: group.name }));
}

const change = (id: string, body: Api<'MemberChange'>): Promise<Group> =>
  unwrap(api.POST('/groups/{groupId}/members', { params: { path: { groupId: id } }, body }));

/** Adds people to a group; who is in already stays in. Throws an ApiError. */
export async function addMembers(id: string, people: readonly string[]): Promise<Group> {
  const group = await change(id, { add: [...people] });
  toasts.show(t('groups.added', { n: people.length }));
  return group;
}

/** Takes people out of a group; they stay in the directory. Throws an ApiError. */
export async function removeMembers(id: string, people: readonly string[]): Promise<Group> {
  const group = await change(id, { remove: [...people] });
  toasts.show(t('groups.taken', { n: people.length }));
  return group;
}
