import { t, type Key } from '$lib/i18n';
import words from '$lib/i18n/en/result';

/** Why people cannot be reached, in the words of the result page. */
export function reasonText(code: string): string {
  const key = `reason_${code}`;
  return t((key in words ? `result.${key}` : 'result.reason_other') as Key & 'result.reason_other');
}
