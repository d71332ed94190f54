/** Stands in for SvelteKit's module in unit tests: navigation does nothing there. */
export async function goto(): Promise<void> {}
export async function invalidateAll(): Promise<void> {}
export function beforeNavigate(): void {}
