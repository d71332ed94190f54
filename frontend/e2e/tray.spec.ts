import { unread } from './mock/people';
import { LIVE_ID } from './mock/story';
import { expect, expectAccessible, open, test } from './page';

const decided = (ids: readonly string[]) => ({
  decided: unread('ja', null).items.filter((reply) => ids.includes(reply.id)),
  refused: []
});

test('several replies are decided by the keyboard alone, and taken back', async ({
  page,
  isMobile
}, info) => {
  test.skip(isMobile, 'a phone has no such keys');
  await open(page, info, '/unread');
  await page.route('**/unread/decisions', (route) =>
    route.fulfill({ json: decided(route.request().postDataJSON().replies) })
  );
  await expect(page.getByRole('heading', { name: '渡辺 直樹' })).toBeVisible();
  await page.keyboard.press('1');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('1');
  await expect(page.getByRole('heading', { name: '2件を選択中' })).toBeVisible();
  await expectAccessible(page);
  const call = page.waitForRequest('**/unread/decisions');
  await page.keyboard.press('a');
  expect((await call).postDataJSON()).toEqual({
    replies: ['01hq3rply0', '01hq3rply2'],
    action: 'assign',
    broadcastId: LIVE_ID,
    codes: ['A']
  });
  await expect(page.getByText('2件を判定しました')).toBeVisible();
  const back = page.waitForRequest('**/unread/decisions');
  await page.getByRole('button', { name: 'すべて戻す' }).click();
  expect((await back).postDataJSON()).toEqual({ replies: ['01hq3rply0', '01hq3rply2'], action: 'undo' });
});

test('the likely reading has an edge and is not chosen beforehand', async ({ page }, info) => {
  await open(page, info, '/unread');
  const likely = page.getByRole('button', { name: /軽傷.*自動判定の候補/ });
  await expect(likely).toBeVisible();
  await expect(likely).not.toHaveAttribute('aria-pressed', 'true');
});

test('answers after the close are counted by a switch', async ({ page }, info) => {
  await open(page, info, '/unread?kind=late');
  let counted = false;
  await page.route('**/broadcasts/*/late', (route) => {
    if (route.request().method() === 'PUT') counted = route.request().postDataJSON().counted;
    return route.fulfill({ json: { people: 6, counted } });
  });
  await page.reload();
  await expect(page.getByRole('heading', { name: '締め切り後に届いた回答' })).toBeVisible();
  const control = page.getByRole('switch', { name: '締め切り後の回答も集計に入れる' });
  await expect(control).not.toBeChecked();
  await expectAccessible(page);
  await control.press('Space');
  await expect(control).toBeChecked();
  expect(counted).toBe(true);
});

test('numbers that opted out are listed with their people', async ({ page }, info) => {
  await open(page, info, '/unread?kind=opt_out');
  await page.route('**/opt-outs*', (route) =>
    route.fulfill({
      json: {
        total: 2,
        items: [
          {
            number: '+819000002281',
            at: '2026-11-21T18:14:10Z',
            blocked: true,
            people: [{ recipientId: '01hq3rcpt0001', name: '渡辺 直樹', department: '横浜工場' }]
          },
          { number: '+819000002299', at: '2026-11-21T18:14:10Z', blocked: false, people: [] }
        ]
      }
    })
  );
  await page.reload();
  await expect(page.getByRole('link', { name: '渡辺 直樹' })).toBeVisible();
  await expect(page.getByText('記録のみ')).toBeVisible();
  await expectAccessible(page);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth
  );
  expect(overflow).toBeLessThanOrEqual(0);
});
