import type { Api } from '$lib/api';
import { list, locale } from '$lib/i18n';

/** An amount as it is written in the language of the console; the smallest unit has as many decimals as the currency. */
export function moneyText({ currency, minor }: Api<'Money'>): string {
  try {
    const format = new Intl.NumberFormat(locale(), { style: 'currency', currency });
    const decimals = format.resolvedOptions().maximumFractionDigits ?? 0;
    return format.format(minor / 10 ** decimals);
  } catch {
    return `${currency} ${minor}`;
  }
}

export const costText = (costs: readonly Api<'Money'>[]): string => list(costs.map(moneyText));
