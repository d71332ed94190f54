import { goto } from '$app/navigation';
import { asApiError, errorText } from '$lib/api';
import { routes } from '$lib/routes';
import { session } from '$lib/state/session.svelte';
import { toasts } from '$lib/ui';

/** Ends the session on the server and goes to the sign-in. */
export async function signOut(): Promise<void> {
  try {
    await session.signOut();
    await goto(routes.login());
  } catch (thrown) {
    toasts.show(errorText(asApiError(thrown)), 'bad');
  }
}
