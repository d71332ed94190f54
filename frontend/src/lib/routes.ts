import { resolve } from '$app/paths';

/** Every address of the console. Components link by these functions only. */
export const routes = {
  home: () => resolve('/'),
  login: () => resolve('/login'),
  /** Sign-in that leads on to an address of the console. */
  loginThen: (next: string) => `${resolve('/login')}?next=${encodeURIComponent(next)}` as const,
  setup: () => resolve('/setup'),
  broadcasts: () => resolve('/broadcasts'),
  broadcastsShowing: (show: string | null) =>
    show ? (`${resolve('/broadcasts')}?show=${encodeURIComponent(show)}` as const) : resolve('/broadcasts'),
  broadcast: (id: string) => resolve('/(app)/broadcasts/[id]', { id }),
  /** A part of a result; the filters of its people stand in the address. */
  broadcastPart: (id: string, query: Readonly<Record<string, string>>) => {
    const search = new URLSearchParams(query).toString();
    return `${resolve('/(app)/broadcasts/[id]', { id })}${search ? `?${search}` : ''}` as const;
  },
  broadcastPeople: (id: string, filter: string): string =>
    routes.broadcastPart(id, { tab: 'people', filter }),
  tray: (id?: string) =>
    id ? (`${resolve('/unread')}?broadcast=${encodeURIComponent(id)}` as const) : resolve('/unread'),
  trayShowing: (query: { broadcast?: string; kind?: string }): string => {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = new URLSearchParams(given).toString();
    return `${resolve('/unread')}${search ? `?${search}` : ''}`;
  },
  compose: () => resolve('/compose'),
  composeFrom: (id: string) => `${resolve('/compose')}?draft=${encodeURIComponent(id)}` as const,
  /** A new broadcast with the content of another one. */
  composeCopy: (id: string) => `${resolve('/compose')}?from=${encodeURIComponent(id)}` as const,
  /** A new broadcast aimed at a group. */
  composeTo: (group: string) => `${resolve('/compose')}?group=${encodeURIComponent(group)}` as const,
  recipients: () => resolve('/recipients'),
  recipientsShowing: (query: Readonly<Record<string, string>>) => {
    const search = new URLSearchParams(query).toString();
    return `${resolve('/recipients')}${search ? `?${search}` : ''}` as const;
  },
  /** The list of recipients with one of them open. */
  recipient: (id: string) => `${resolve('/recipients')}?open=${encodeURIComponent(id)}` as const,
  recipientImport: () => resolve('/recipients/import'),
  recipientImportOf: (id: string) => `${resolve('/recipients/import')}?id=${encodeURIComponent(id)}` as const,
  groups: () => resolve('/groups'),
  group: (id: string) => resolve('/(app)/groups/[id]', { id }),
  groupShowing: (id: string, q: string) =>
    q
      ? (`${resolve('/(app)/groups/[id]', { id })}?q=${encodeURIComponent(q)}` as const)
      : resolve('/(app)/groups/[id]', { id }),
  system: () => resolve('/system'),
  handsets: () => resolve('/handsets'),
  countries: () => resolve('/countries'),
  country: (cc: string) => resolve('/(app)/countries/[country]', { country: cc }),
  /** A notice to print: which number people of the country answer to. */
  countryNotice: (cc: string) => resolve('/(app)/countries/[country]/notice', { country: cc })
};
