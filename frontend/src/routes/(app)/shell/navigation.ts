import Activity from '@lucide/svelte/icons/activity';
import FolderTree from '@lucide/svelte/icons/folder-tree';
import Globe from '@lucide/svelte/icons/globe';
import House from '@lucide/svelte/icons/house';
import RadioTower from '@lucide/svelte/icons/radio-tower';
import Smartphone from '@lucide/svelte/icons/smartphone';
import Users from '@lucide/svelte/icons/users';
import type { Component } from 'svelte';
import type { Key } from '$lib/i18n';
import { routes } from '$lib/routes';

export type Entry = {
  readonly key: Key & `shell.${string}`;
  readonly href: string;
  readonly icon: Component<{ size?: number; class?: string; strokeWidth?: number }>;
  /** Chosen on its own address only, not on those below it. */
  readonly exact?: boolean;
};

/** The pages of the side bar, in groups; the simulated handsets exist in a demo only. */
export function navigation(demo: boolean): readonly (readonly Entry[])[] {
  const last: Entry[] = [
    { key: 'shell.countries', href: routes.countries(), icon: Globe },
    { key: 'shell.system', href: routes.system(), icon: Activity }
  ];
  if (demo) last.unshift({ key: 'shell.handsets', href: routes.handsets(), icon: Smartphone });
  return [
    [
      { key: 'shell.home', href: routes.home(), icon: House, exact: true },
      { key: 'shell.broadcasts', href: routes.broadcasts(), icon: RadioTower }
    ],
    [
      { key: 'shell.recipients', href: routes.recipients(), icon: Users },
      { key: 'shell.groups', href: routes.groups(), icon: FolderTree }
    ],
    last
  ];
}

/** True when an address is, or lies below, an entry's. */
export function isCurrent(entry: Entry, path: string): boolean {
  return entry.exact ? path === entry.href : path === entry.href || path.startsWith(`${entry.href}/`);
}
