import type { Setting } from './mock/api';
import { lists, mockDesk, refusal, type Handler } from './mock/desk';
import { directory, IMPORT_ID, importServer, people } from './mock/directory';
import { expect, expectAccessible, test } from './page';

const setting = (project: string, lang: Setting['lang'] = 'ja', empty = false): Setting => ({
  lang,
  empty,
  dark: project === 'desktop-dark'
});
const ITO = '01hq3pers0001';

test('the list and a person are accessible', async ({ page }, info) => {
  test.slow();
  const set = setting(info.project.name);
  await mockDesk(page, set, lists(set), directory(set));
  await page.goto('/recipients');
  await expect(page.getByText('1〜9 / 98,412件')).toBeVisible();
  await expectAccessible(page);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth
  );
  expect(overflow).toBeLessThanOrEqual(0);
  await page.locator('button:visible', { hasText: '伊藤 亮' }).click();
  await expect(page.getByRole('dialog', { name: '伊藤 亮' }).getByText('SMSが届く番号')).toBeVisible();
  await expectAccessible(page);
});

test('an empty directory leads to the import', async ({ page }, info) => {
  const set = setting(info.project.name, 'en', true);
  await mockDesk(page, set, lists(set), directory(set));
  await page.goto('/recipients');
  await expect(page.getByText('Nobody is registered yet')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Import a file' }).last().click();
  await expect(page).toHaveURL(/\/recipients\/import$/);
});

test('filters stand in the address', async ({ page }, info) => {
  const set = setting(info.project.name);
  await mockDesk(page, set, lists(set), directory(set));
  await page.goto('/recipients?reachable=false');
  const shown = page.locator('table tbody tr, ul li:has(button strong)').and(page.locator(':visible'));
  await expect(shown).toHaveCount(3);
  await expect(page.getByRole('button', { name: '使える番号がない' })).toHaveAttribute(
    'aria-pressed',
    'true'
  );
  await page.getByRole('searchbox', { name: /氏名/ }).fill('小川');
  await expect(page).toHaveURL(/q=%E5%B0%8F%E5%B7%9D/);
  await expect(shown).toHaveCount(1);
  await page.goBack();
  await expect(shown).toHaveCount(3);
  await expect(page.getByRole('searchbox', { name: /氏名/ })).toHaveValue('');
});

test('removal says how many, and removes them once', async ({ page }, info) => {
  const set = setting(info.project.name);
  const calls = await mockDesk(page, set, lists(set), directory(set));
  await page.goto('/recipients');
  for (const name of ['岡田 進', '西田 望'])
    await page
      .getByRole('checkbox', { name: `${name}を選択` })
      .and(page.locator(':visible'))
      // On a touch screen the label around the box takes the press.
      .check({ force: true });
  await page.getByRole('button', { name: '2人を削除' }).click();
  const dialog = page.getByRole('dialog', { name: '2人を削除しますか' });
  await expect(dialog.getByText('岡田 進・西田 望')).toBeVisible();
  await dialog.getByRole('button', { name: '2人を削除' }).click();
  await expect(page.getByText('2人を削除しました。')).toBeVisible();
  await expect(page.getByText('岡田 進').and(page.locator(':visible'))).toHaveCount(0);
  expect(calls.map((call) => [call.path, call.body])).toEqual([
    ['/recipients/removal', { ids: ['01hq3pers0002', '01hq3pers0007'] }]
  ]);
  expect(calls[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
});

test('a change made meanwhile is told in words and nothing is lost', async ({ page }, info) => {
  const set = setting(info.project.name);
  const mine = people('ja')[0]!;
  const theirs = { ...mine, version: 5, department: '本社 総務部' };
  let changed = false;
  const server: Handler = ({ method, path, headers, body }) => {
    if (path !== `/recipients/${ITO}`) return undefined;
    if (method === 'GET') return { json: changed ? theirs : mine };
    changed = true;
    return headers['if-match'] === '"5"'
      ? { json: { ...theirs, ...(body as object), phones: theirs.phones, groups: theirs.groups } }
      : refusal(412, 'recipient_changed');
  };
  const calls = await mockDesk(page, set, server, lists(set), directory(set));
  await page.goto(`/recipients?open=${ITO}`);
  const drawer = page.getByRole('dialog', { name: '伊藤 亮' });
  await drawer.getByLabel('読み').fill('イトウ アキラ');
  await drawer.getByRole('button', { name: '保存', exact: true }).click();
  await expect(drawer.getByText('ほかの人が先にこの受信者を変更しました。')).toBeVisible();
  await expect(drawer.getByText(/変わった項目：所属。/)).toBeVisible();
  await expect(drawer.getByLabel('読み')).toHaveValue('イトウ アキラ');
  await drawer.getByRole('button', { name: '自分の内容で保存' }).click();
  await expect(page.getByText('伊藤 亮さんを保存しました。')).toBeVisible();
  expect(calls.map((call) => call.headers['if-match'])).toEqual(['"4"', '"5"']);
});

test('what is typed in a drawer is not thrown away by accident', async ({ page }, info) => {
  const set = setting(info.project.name);
  await mockDesk(page, set, lists(set), directory(set));
  await page.goto('/recipients?open=new');
  await page.getByLabel('氏名', { exact: true }).fill('佐々木 葵');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'とどまる' }).click();
  await expect(page.getByLabel('氏名', { exact: true })).toHaveValue('佐々木 葵');
});

test('a file is checked, read in another way, brought in and told about', async ({ page }, info) => {
  test.slow();
  const set = setting(info.project.name);
  const calls = await mockDesk(page, set, lists(set), importServer('ja'));
  await page.goto('/recipients/import');
  await expectAccessible(page);
  const file = { name: '社員名簿.csv', mimeType: 'text/csv', buffer: Buffer.from('氏名\n伊藤 亮\n') };
  await page.locator('input[type=file]').setInputFiles(file);
  await expect(page.getByText('Shift_JIS（CP932）と判定・カンマ区切り・12,451行')).toBeVisible();
  expect(calls[0]?.headers['content-type']).toBe('text/csv');
  await expect(page).toHaveURL(new RegExp(`id=${IMPORT_ID}`));
  await expectAccessible(page);
  const struck = page.locator('del:visible').first();
  await expect(struck).toHaveText('名古屋工場 組立1課');
  await expect(page.locator('ins:visible').first()).toHaveText('横浜工場 保全課');
  await expect(page.getByText('ファイルにない38人は、削除しません。')).toBeVisible();
  await expect(page.getByText('18行目と同じ社員番号です。').and(page.locator(':visible'))).toBeVisible();
  await expect(page.getByRole('link', { name: '誤りの行をCSVで保存' })).toHaveAttribute(
    'href',
    `/api/v1/imports/${IMPORT_ID}/rejects?language=ja`
  );

  await page.getByRole('button', { name: '文字コードと列を変更' }).click();
  await page
    .getByLabel('拠点で取り込む項目')
    .or(page.getByLabel('拠点列で取り込む項目'))
    .selectOption('ignore');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'もう一度確認' }).click();
  await expect(page.getByText('この文字コードを選びました。')).toBeVisible();
  const columns = (calls[1]?.body as { columns: { field: string }[] }).columns;
  expect(columns[6]?.field).toBe('ignore');

  await page.getByRole('button', { name: '296人を反映（新規84・変更212）' }).click();
  await expect(page.getByText('296人を反映しました。')).toBeVisible();
  await expectAccessible(page);
  const commits = calls.filter((call) => call.path.endsWith('/commit'));
  expect(commits).toHaveLength(1);
  expect(commits[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
});

test('a spreadsheet is refused before it is sent', async ({ page }, info) => {
  const set = setting(info.project.name);
  const calls = await mockDesk(page, set, lists(set), importServer('ja'));
  await page.goto('/recipients/import');
  const file = { name: '名簿.xlsx', mimeType: 'text/csv', buffer: Buffer.from([0x50, 0x4b, 3, 4, 0]) };
  await page.locator('input[type=file]').setInputFiles(file);
  await expect(page.getByText(/「名簿.xlsx」はテキストファイルではありません/)).toBeVisible();
  expect(calls).toEqual([]);
});
