import { afterEach, describe, expect, it } from 'vitest';
import { loadLocale } from '$lib/i18n';
import { costText, moneyText } from './money';

afterEach(() => loadLocale('en'));

describe('an amount', () => {
  it('has the decimals of its currency', () => {
    expect(moneyText({ currency: 'JPY', minor: 216_902 })).toBe('¥216,902');
    expect(moneyText({ currency: 'THB', minor: 12_345 })).toMatch(/THB\s?123\.45/);
    expect(moneyText({ currency: 'VND', minor: 5_000 })).toMatch(/5,000/);
  });

  it('is listed by currency, and shown as it is when the currency is none', async () => {
    expect(
      costText([
        { currency: 'JPY', minor: 1 },
        { currency: 'USD', minor: 250 }
      ])
    ).toBe('¥1 · $2.50');
    expect(moneyText({ currency: 'yen', minor: 3 })).toMatch(/3/);
    await loadLocale('ja');
    expect(moneyText({ currency: 'JPY', minor: 9 })).toMatch(/[¥￥]9/);
    expect(moneyText({ currency: '', minor: 3 })).toBe(' 3');
  });
});
