import { resolve } from '$app/paths';

/** Every address of the console. Components link by these functions only. */
export const routes = {
  home: () => resolve('/'),
  login: () => resolve('/login'),
  /** Sign-in that leads on to an address of the console. */
  loginThen: (next: string) => `${resolve('/login')}?next=${encodeURIComponent(next)}` as const,
  setup: () => resolve('/setup'),
  broadcasts: () => resolve('/broadcasts'),
  broadcast: (id: string) => resolve('/(app)/broadcasts/[id]', { id }),
  broadcastPeople: (id: string, filter?: string) =>
    `${resolve('/(app)/broadcasts/[id]', { id })}?tab=people${filter ? `&filter=${encodeURIComponent(filter)}` : ''}` as const,
  tray: (id?: string) =>
    id ? (`${resolve('/unread')}?broadcast=${encodeURIComponent(id)}` as const) : resolve('/unread'),
  compose: () => resolve('/compose'),
  composeFrom: (id: string) => `${resolve('/compose')}?draft=${encodeURIComponent(id)}` as const,
  recipients: () => resolve('/recipients'),
  /** The list of recipients with one of them open. */
  recipient: (id: string) => `${resolve('/recipients')}?open=${encodeURIComponent(id)}` as const,
  recipientImport: () => resolve('/recipients/import'),
  groups: () => resolve('/groups'),
  system: () => resolve('/system'),
  handsets: () => resolve('/handsets')
};
