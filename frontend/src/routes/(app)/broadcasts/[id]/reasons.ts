import { t, type Key } from '$lib/i18n';
import words from '$lib/i18n/en/result';

/** Why somebody was not reached, in words; reasons without words of their own count as others. */
export function reasonText(code: string): string {
  const key = `reason_${code}`;
  return t((key in words ? `result.${key}` : 'result.reason_other') as Key & 'result.reason_other');
}
