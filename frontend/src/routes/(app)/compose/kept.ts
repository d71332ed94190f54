import type { Content } from './form';

/** What was typed and has not reached the server. */
export type Kept = { readonly content: Content; readonly mode: Content['mode'] | null; readonly at: number };

const PREFIX = 'noroshi.compose.';

// The tab's own storage: it outlives a reload on a bad line and ends with the tab, so that a shared computer keeps nothing.
const store = (): Storage | null => {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
};

/** Keeps what a draft holds now; a new one has the name `new`. */
export function keep(id: string, kept: Kept): void {
  try {
    store()?.setItem(PREFIX + id, JSON.stringify(kept));
  } catch {
    // A full or closed storage only means that a reload forgets what the server has not.
  }
}

export function forget(id: string): void {
  try {
    store()?.removeItem(PREFIX + id);
  } catch {
    // See keep.
  }
}

export function kept(id: string): Kept | null {
  try {
    const found = JSON.parse(store()?.getItem(PREFIX + id) ?? 'null') as Kept | null;
    return found && typeof found.at === 'number' && Array.isArray(found.content?.bodies) ? found : null;
  } catch {
    return null;
  }
}
