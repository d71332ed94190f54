import { LIVE_ID } from './mock/story';
import { expect, expectAccessible, open, test } from './page';

const pages = [
  { name: 'home', address: '/', heading: 'ホーム' },
  { name: 'home before the first broadcast', address: '/', heading: 'ホーム', setting: { empty: true } },
  { name: 'broadcasts', address: '/broadcasts', heading: '一斉連絡' },
  { name: 'result', address: `/broadcasts/${LIVE_ID}`, heading: /地震発生/ },
  {
    name: 'result, people',
    address: `/broadcasts/${LIVE_ID}?tab=people&filter=need_help`,
    heading: /地震発生/
  },
  { name: 'result, message', address: `/broadcasts/${LIVE_ID}?tab=message`, heading: /地震発生/ },
  { name: 'result, activity', address: `/broadcasts/${LIVE_ID}?tab=activity`, heading: /地震発生/ },
  { name: 'unread tray', address: '/unread', heading: '未判定の返信' },
  { name: 'sign-in', address: '/login', heading: 'ログイン', setting: { signedIn: false } },
  {
    name: 'set-up',
    address: '/setup',
    heading: '組織を登録します',
    setting: { signedIn: false, setup: true }
  }
] as const;

for (const { name, address, heading, ...rest } of pages) {
  test(`${name} is accessible and stays within the content policy`, async ({ page }, info) => {
    await open(page, info, address, 'setting' in rest ? rest.setting : {});
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    await page.waitForLoadState('networkidle');
    await expectAccessible(page);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });
}

test('English is as accessible', async ({ page }, info) => {
  await open(page, info, `/broadcasts/${LIVE_ID}`, { lang: 'en' });
  await expect(page.getByRole('heading', { level: 1, name: /Safety check/ })).toBeVisible();
  await page.waitForLoadState('networkidle');
  await expectAccessible(page);
});

test('without a session the way leads to the sign-in and remembers where to', async ({ page }, info) => {
  await open(page, info, '/broadcasts', { signedIn: false });
  await expect(page).toHaveURL(/\/login\?next=%2Fbroadcasts/);
});

test('an appliance that is not set up leads to the set-up', async ({ page }, info) => {
  await open(page, info, '/', { signedIn: false, setup: true });
  await expect(page).toHaveURL(/\/setup$/);
});
