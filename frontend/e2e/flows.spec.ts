import { LIVE_ID } from './mock/story';
import { expect, expectAccessible, open, test } from './page';

test('a person of a broadcast opens with everything that happened', async ({ page }, info) => {
  await open(page, info, `/broadcasts/${LIVE_ID}`);
  await page.getByRole('button', { name: '高橋 美咲', exact: true }).click();
  const drawer = page.getByRole('dialog', { name: '高橋 美咲' });
  await expect(drawer.getByText('通信会社へ送信')).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(drawer).toBeHidden();
  await expect(page).not.toHaveURL(/person=/);
});

test('stopping says its size, asks once and sends the reason', async ({ page }, info) => {
  await open(page, info, `/broadcasts/${LIVE_ID}`);
  await page.getByRole('button', { name: '停止', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: '送信を停止しますか' });
  await dialog.getByLabel(/理由/).fill('誤報のため');
  await expectAccessible(page);
  const call = page.waitForRequest(
    (request) => request.url().endsWith('/stop') && request.method() === 'POST'
  );
  await dialog.getByRole('button', { name: '214人への送信を停止' }).click();
  const request = await call;
  expect(request.postDataJSON()).toEqual({ reason: '誤報のため' });
  expect(request.headers()['x-csrf-token']).toBe('token-of-the-story');
  await expect(dialog).toBeHidden();
});

test('one key decides a reply of the tray', async ({ page }, info) => {
  await open(page, info, '/unread');
  await expect(page.getByRole('heading', { name: '渡辺 直樹' })).toBeVisible();
  const call = page.waitForRequest((request) => request.url().endsWith('/assign'));
  await page.keyboard.press('a');
  expect((await call).postDataJSON()).toMatchObject({ broadcastId: LIVE_ID, ordinal: 200, codes: ['A'] });
  await expect(page.getByRole('heading', { name: '石田 真理' })).toBeVisible();
});

const person = {
  id: '01hq3pers0001',
  version: 1,
  name: '高橋 美咲',
  createdAt: '2026-11-22T00:00:00Z',
  updatedAt: '2026-11-22T00:00:00Z'
};

test('the palette finds pages and people', async ({ page }, info) => {
  await open(page, info, '/');
  await expect(page.getByRole('heading', { name: 'ホーム' })).toBeVisible();
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog');
  await palette.getByPlaceholder('氏名・番号・画面名を入力してください。').fill('高橋');
  await expect(palette.getByRole('option', { name: /高橋 美咲/ })).toBeVisible();
  await expectAccessible(page);
  // The page it leads to has tests of its own; here it only must not ask in vain.
  await page.route(/\/api\/v1\/(departments|groups|attributes)/, (route) => route.fulfill({ json: [] }));
  await page.route(/\/api\/v1\/recipients\/\w+/, (route) =>
    route.fulfill({
      headers: { etag: '"1"' },
      json: { ...person, phones: [], emails: [], attributes: {}, groups: [] }
    })
  );
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/recipients\?open=/);
});

test('language and theme switch at once', async ({ page, isMobile }, info) => {
  test.skip(isMobile, 'the phone has them in its menu');
  await open(page, info, '/');
  await page.getByRole('button', { name: '表示言語' }).click();
  await page.getByRole('menuitem', { name: 'English' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  const dark = await page.evaluate(() => document.documentElement.classList.contains('dark'));
  await page
    .getByRole('button', { name: dark ? 'Switch to the light theme' : 'Switch to the dark theme' })
    .click();
  expect(await page.evaluate(() => document.documentElement.classList.contains('dark'))).toBe(!dark);
});

test('the phone has its menu in a sheet from below', async ({ page, isMobile }, info) => {
  test.skip(!isMobile, 'the side bar is there');
  await open(page, info, '/');
  await page.getByRole('button', { name: 'メニューを開く' }).click();
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('link', { name: '受信者' }).click();
  await expect(page).toHaveURL(/\/recipients$/);
});

test('the first set-up asks step by step and sends everything at once', async ({ page }, info) => {
  await open(page, info, '/setup', { signedIn: false, setup: true });
  await page.getByLabel('設定用の合言葉').fill('ABCD-EFGH');
  await page.getByLabel('組織の名前').fill('青嶺精機');
  await page.getByRole('button', { name: /進む/ }).click();
  await page.getByLabel('時刻の地域').selectOption('Asia/Bangkok');
  await expectAccessible(page);
  await page.getByRole('button', { name: /進む/ }).click();
  await page.getByLabel('氏名').fill('中村 健一');
  await page.getByLabel('メールアドレス').fill('k@aomine.example');
  await page.getByLabel('パスワード').fill('short');
  await expect(page.getByRole('button', { name: /進む/ })).toBeDisabled();
  await page.getByLabel('パスワード').fill('correct horse battery');
  await page.getByRole('button', { name: /進む/ }).click();
  await expect(page.getByText('返信を受ける番号が書かれていません。')).toBeVisible();
  await expectAccessible(page);
  const call = page.waitForRequest(
    (request) => request.url().endsWith('/setup') && request.method() === 'POST'
  );
  await page.getByRole('button', { name: '設定を終える' }).click();
  expect((await call).postDataJSON()).toMatchObject({
    token: 'ABCD-EFGH',
    organisation: { name: '青嶺精機', timezone: 'Asia/Bangkok' },
    name: '中村 健一'
  });
  await expect(page.getByRole('heading', { level: 1, name: 'ホーム' })).toBeVisible();
});

test('the account dialog changes name and password and shows what the server refuses', async ({
  page,
  isMobile
}, info) => {
  await open(page, info, '/');
  if (isMobile) {
    await page.getByRole('button', { name: 'メニューを開く' }).click();
    await page.getByRole('button', { name: 'アカウント', exact: true }).click();
  } else {
    await page.getByRole('button', { name: /アカウント：/ }).click();
    await page.getByRole('menuitem', { name: 'アカウント' }).click();
  }
  const dialog = page.getByRole('dialog', { name: 'アカウント' });
  await dialog.getByLabel('現在のパスワード').fill('the old password');
  await dialog.getByLabel('新しいパスワード').fill('a new longer password');
  await expectAccessible(page);
  await page.route('**/api/v1/account', (route) =>
    route.fulfill({
      status: 400,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        type: 'about:blank',
        title: 'Invalid',
        status: 400,
        code: 'invalid_fields',
        fields: [{ path: 'currentPassword', code: 'wrong_password' }]
      })
    })
  );
  const call = page.waitForRequest((request) => request.method() === 'PATCH');
  await dialog.getByRole('button', { name: '保存' }).click();
  expect((await call).postDataJSON()).toMatchObject({ newPassword: 'a new longer password' });
  await expect(dialog.getByLabel('現在のパスワード')).toHaveAttribute('aria-invalid', 'true');
  await expect(dialog.getByText('現在のパスワードが違います。')).toBeVisible();
});
