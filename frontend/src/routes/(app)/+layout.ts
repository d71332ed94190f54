import { redirect } from '@sveltejs/kit';
import { api, asApiError, unwrap } from '$lib/api';
import { routes } from '$lib/routes';
import { session } from '$lib/state/session.svelte';
import type { LayoutLoad } from './$types';

/** Everything in this group needs a session; without one the way leads to set-up or sign-in. */
export const load: LayoutLoad = async ({ url }) => {
  try {
    await session.resume();
  } catch (thrown) {
    const failure = asApiError(thrown);
    if (failure.status !== 401) throw failure;
    const setup = await unwrap(api.GET('/setup'));
    if (setup.needed) redirect(307, routes.setup());
    redirect(307, routes.loginThen(url.pathname + url.search));
  }
};
