import type { Page, TestInfo } from '@playwright/test';
import type { Setting } from './mock/api';
import { lists, mockDesk } from './mock/desk';
import { directory } from './mock/directory';
import { groups } from './mock/writing';
import { expect, expectAccessible, test } from './page';

const WARDENS = groups('ja')[2];

async function open(page: Page, info: TestInfo, address: string) {
  const set: Setting = { lang: 'ja', dark: info.project.name === 'desktop-dark' };
  await mockDesk(page, set, directory(set), lists(set));
  await page.goto(address);
}

test('groups show their place in the order of sending', async ({ page }, info) => {
  await open(page, info, '/groups');
  await expect(page.getByRole('heading', { level: 1, name: 'グループ' })).toBeVisible();
  await expect(page.getByText('最優先').locator('visible=true')).toHaveCount(1);
  await expect(page.getByText('あとから').locator('visible=true')).toHaveCount(1);
  await expectAccessible(page);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth
  );
  expect(overflow).toBeLessThanOrEqual(0);
});

test('the place in the order of sending is changed on the page of the group', async ({ page }, info) => {
  await open(page, info, `/groups/${WARDENS?.id}`);
  await expect(page.getByRole('heading', { level: 1, name: WARDENS?.name })).toBeVisible();
  await page.getByRole('button', { name: 'グループを編集' }).click();
  const dialog = page.getByRole('dialog', { name: 'グループを編集' });
  await expect(dialog.getByLabel('送信の順番')).toHaveValue('first');
  await expectAccessible(page);
  await dialog.getByLabel('送信の順番').selectOption('high');
  const sent = page.waitForRequest((request) => request.method() === 'PUT');
  await dialog.getByRole('button', { name: '保存' }).click();
  expect((await sent).postDataJSON()).toMatchObject({ name: WARDENS?.name, priority: 'high' });
});
