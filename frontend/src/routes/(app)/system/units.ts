import { locale, t, type Key } from '$lib/i18n';
import words from '$lib/i18n/en/system';

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** A size in the unit that people say it in; 1 kB is 1,000 bytes, as disks are sold. */
export function bytes(value: number): string {
  const step = value < 1 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(value) / 3));
  return unit(value / 1000 ** step, SIZES[step] ?? 'byte', value / 1000 ** step < 10 ? 1 : 0);
}

export const milliseconds = (value: number): string => unit(value, 'millisecond', value < 10 ? 1 : 0);

function unit(value: number, name: string, digits: number): string {
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit: name,
    unitDisplay: name === 'byte' ? 'long' : 'short',
    maximumFractionDigits: digits
  }).format(value);
}

/** Why a route is not simply connected, in words; codes that the console does not know yet get a general text. */
export function reasonText(code: string): string {
  const key = `reason_${code}`;
  return t((key in words ? `system.${key}` : 'system.reason_other') as Key & 'system.reason_other');
}

/** How many of ten cells are filled: something that is there is seen, and only a full window fills all. */
export function filledCells(inFlight: number, window: number): number {
  if (inFlight <= 0 || window <= 0) return 0;
  if (inFlight >= window) return 10;
  return Math.min(9, Math.max(1, Math.round((inFlight / window) * 10)));
}
