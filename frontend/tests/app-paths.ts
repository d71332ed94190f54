/** Stands in for SvelteKit's module in unit tests: the console is always served from the root. */
export function resolve(path: string): string {
  return path;
}
export const base = '';
