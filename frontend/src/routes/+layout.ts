import { loadLocale } from '$lib/i18n';
import { preferredLocale } from '$lib/i18n/catalog.svelte';
import type { LayoutLoad } from './$types';

export const ssr = false;
export const prerender = false;

/** The language is there before the first page is drawn. */
export const load: LayoutLoad = async () => {
  await loadLocale(preferredLocale());
};
