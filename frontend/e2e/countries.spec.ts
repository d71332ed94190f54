import type { Setting } from './mock/api';
import { countries, notice } from './mock/countries';
import { mockDesk, refusal, type Handler } from './mock/desk';
import { expect, expectAccessible, test } from './page';

const setting = (project: string, lang: Setting['lang'] = 'ja'): Setting => ({
  lang,
  dark: project === 'desktop-dark'
});

/** A server that keeps the cards. */
function cardServer(): Handler {
  const kept = new Map(countries().map((card) => [card.country, card]));
  return ({ method, path, headers, body }) => {
    const [, area, country = '', part] = path.split('/');
    if (area !== 'countries') return undefined;
    if (!country) return { json: [...kept.values()] };
    const card = kept.get(country);
    if (!card) return refusal(404, 'country_not_known');
    if (part === 'notice') return { json: notice(country === 'IN' ? ['919800000001'] : []) };
    if (method === 'GET') return { json: card };
    if (headers['if-match'] !== `"${card.version}"`) return refusal(412, 'country_changed');
    const next =
      part === 'restore'
        ? { ...countries()[1], ...card, delivered: true, version: card.version + 1 }
        : {
            ...card,
            ...(body as object),
            delivered: false,
            changedBy: '中村 健一',
            version: card.version + 1
          };
    kept.set(country, next);
    return { json: next };
  };
}

for (const [name, address, heading] of [
  ['the list of countries', '/countries', '国別カード'],
  ['a card', '/countries/TH', 'タイ'],
  ['a changed card', '/countries/IN', 'インド'],
  ['the notice', '/countries/IN/notice', '回答先のお知らせ'],
  ['a notice without a number', '/countries/MY/notice', '回答先のお知らせ']
] as const) {
  test(`${name} is accessible and fits the page`, async ({ page }, info) => {
    await mockDesk(page, setting(info.project.name), cardServer());
    await page.goto(address);
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    await page.waitForLoadState('networkidle');
    await expectAccessible(page);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });
}

test('a card is changed on the ground of its version, and put back', async ({ page }, info) => {
  const calls = await mockDesk(page, setting(info.project.name, 'en'), cardServer());
  await page.goto('/countries/TH');
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await expectAccessible(page);
  await page.getByLabel('Parts at most').fill('５');
  await page.getByLabel('Links', { exact: true }).selectOption('blocked');
  await page.getByRole('button', { name: 'Save the card' }).click();
  await expect(page.getByText('The card of Thailand was saved.')).toBeVisible();
  expect(calls[0]).toMatchObject({
    method: 'PUT',
    path: '/countries/TH',
    body: { maxParts: 5, links: 'blocked' }
  });
  expect(calls[0]?.headers['if-match']).toBe('"1"');
  await page.getByRole('button', { name: 'As delivered' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'As delivered' }).click();
  await expect(page.getByText('The card of Thailand is as delivered again.')).toBeVisible();
  expect(calls[1]?.headers['if-match']).toBe('"2"');
});

test('a change that comes too late overwrites nothing', async ({ page }, info) => {
  const late: Handler = ({ method, path }) =>
    method === 'PUT' && path === '/countries/TH' ? refusal(412, 'country_changed') : undefined;
  await mockDesk(page, setting(info.project.name, 'en'), late, cardServer());
  await page.goto('/countries/TH');
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await page.getByRole('button', { name: 'Save the card' }).click();
  await expect(page.getByText('Somebody else changed this card')).toBeVisible();
  await page.getByRole('button', { name: 'Load again' }).click();
  await expect(page.getByRole('button', { name: 'Change', exact: true })).toBeVisible();
});

test('the notice prints the number and nothing of the console', async ({ page }, info) => {
  await mockDesk(page, setting(info.project.name), cardServer());
  await page.goto('/countries/IN/notice');
  await expect(page.getByText('जवाब इस नंबर पर भेजें')).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByText('+91 980 0000 001').first()).toBeVisible();
  await expect(page.getByRole('button', { name: '印刷' })).toBeHidden();
  await expect(page.getByRole('navigation', { name: 'メインナビゲーション' })).toBeHidden();
});
