import type { HandleClientError } from '@sveltejs/kit';
import { asApiError, errorText } from '$lib/api';
import { t } from '$lib/i18n';
import { toasts } from '$lib/ui';

// After an upgrade an open tab asks for parts of the old console. Whoever uses it decides when to load again: a reload
// by itself could throw away what is being written.
window.addEventListener('vite:preloadError', (event) => {
  event.preventDefault();
  toasts.show(t('shell.newVersion'), 'info', { label: t('shell.reload'), run: () => location.reload() });
});

export const handleError: HandleClientError = ({ error, status }) => {
  if (status === 404) return { message: t('shell.notFoundBody') };
  return { message: errorText(asApiError(error)) };
};
