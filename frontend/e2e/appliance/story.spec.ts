import { join } from 'node:path';
import { test, type BrowserContext, type Page } from '@playwright/test';
import { expect, expectAccessible } from '../page';
import { listen, start, type Appliance } from './appliance';

// The main job of the product, on the real binary: set up, import the people, call all of them, hear them answer.
// Nothing is mocked; the operator and the phones are the simulator of the demo.

// 500 people in Shift_JIS with CRLF, as a spreadsheet in Japan saves them: 社員番号,氏名,フリガナ,部署,携帯,メール.
// Ten rows are wrong, by line: 15 a number that is too short, 62 no name, 103 and 488 the id of lines 8 and 20, 150 two
// numbers in one cell, 201 a number a spreadsheet turned into 9.01E+10, 222 a mail address without @, 260 no contact,
// 333 a letter in the number, 404 a mail address cut in its domain. Of the 490 others six (lines 30, 90, 180, 270, 360,
// 450) have a mail address only, and lines 69 and 70 share a phone. 髙 and 﨑 are letters only CP932 has.
const PEOPLE_FILE = join(import.meta.dirname, 'people-sjis.csv');
const WRONG_LINES = [15, 62, 103, 150, 201, 222, 260, 333, 404, 488];
const ROWS = 500;
const IMPORTED = ROWS - WRONG_LINES.length;
const WITHOUT_PHONE = 6;
const SHARED_PHONE = '090-5179-2080';
const REACHABLE = IMPORTED - WITHOUT_PHONE;
const NUMBERS = REACHABLE - 1;

const TITLE = '地震発生に伴う安否確認';
const BODY =
  '先ほど強い地震がありました。{氏名}さん、いまの状況を教えてください。無理に出社せず、安全な場所に留まってください。';
const UNREADABLE = '駅で電車が止まっています。またあとで連絡します。';
// From a key of a phone to the figure of the result page. A second is what it should take; a busy machine gets more.
const HEARD_WITHIN_MS = 5_000;

type Tally = Record<
  | 'audience'
  | 'unreachable'
  | 'waiting'
  | 'sending'
  | 'accepted'
  | 'delivered'
  | 'failed'
  | 'unknown'
  | 'answered'
  | 'unread',
  number
>;

test.describe.configure({ mode: 'serial' });

let appliance: Appliance;
let context: BrowserContext;
let page: Page;
let phones: Page;
let noise: string[][] = [];
let broadcast = '';

test.beforeAll(async ({ browser }) => {
  appliance = await start(['--fresh'], /One-time token for the set-up: \S+/);
  context = await browser.newContext({ baseURL: appliance.address });
  page = await context.newPage();
  phones = await context.newPage();
  noise = [await listen(page), await listen(phones)];
});

test.afterAll(async () => {
  try {
    await context?.close();
  } finally {
    await appliance?.stop();
  }
});

test.afterEach(() => {
  expect(noise).toEqual([[], []]);
});

/** A figure of the tiles of the result page, as it is read there. */
async function figure(label: string): Promise<number> {
  const tiles = await page.getByRole('region', { name: '概要' }).innerText();
  const found = new RegExp(`(?:^|\\n)${label}\\n+([\\d,]+)`).exec(tiles);
  return found?.[1] === undefined ? NaN : Number(found[1].replaceAll(',', ''));
}

async function tally(): Promise<Tally> {
  const answer = await page.request.get(`/api/v1/broadcasts/${broadcast}/result`);
  expect(answer.ok()).toBe(true);
  return ((await answer.json()) as { tally: Tally }).tally;
}

/** Everybody is somewhere, once. */
function expectSum(of: Tally): void {
  const { audience, unreachable, waiting, sending, accepted, delivered, failed, unknown } = of;
  expect(unreachable + waiting + sending + accepted + delivered + failed + unknown).toBe(audience);
}

/** The name and number of a phone of one person which got the text and has not answered. */
async function quietPhone(): Promise<{ name: string; number: string }> {
  const phone = phones
    .getByRole('region', { name: '端末', exact: true })
    .getByRole('listitem')
    .filter({ has: phones.getByRole('heading') })
    .filter({ hasText: '端末に到達', hasNotText: SHARED_PHONE })
    .first();
  // Read at once: the newest phone comes first, and the next receipt changes which one that is.
  const words = await phone.innerText();
  const number = /0\d0-\d{4}-\d{4}/.exec(words)?.[0] ?? '';
  expect(number).not.toBe('');
  return { name: words.split('\n')[0] ?? '', number };
}

test('the set-up with the printed token makes the organisation and its first admin', async () => {
  const token = /One-time token for the set-up: (\S+)/.exec(appliance.said())?.[1] ?? '';
  await page.goto('/');
  await expect(page).toHaveURL(/\/setup$/);
  await page.getByLabel('設定用の合言葉').fill(token);
  await page.getByLabel('組織の名前').fill('青嶺精機株式会社');
  await expectAccessible(page);
  await page.getByRole('button', { name: /進む/ }).click();
  await page.getByLabel('時刻の地域').selectOption('Asia/Tokyo');
  await page.getByLabel('受信者の言語').selectOption('ja');
  await page.getByLabel('電話番号の国').selectOption('JP');
  await expectAccessible(page);
  await page.getByRole('button', { name: /進む/ }).click();
  await page.getByLabel('氏名').fill('中村 健一');
  await page.getByLabel('メールアドレス').fill('nakamura@aomine.example');
  await page.getByLabel('パスワード').fill('correct horse battery staple');
  await expectAccessible(page);
  await page.getByRole('button', { name: /進む/ }).click();
  await expect(page.getByText('つながりました')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: '設定を終える' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'ホーム' })).toBeVisible();
  await page.waitForLoadState('load');
  await expectAccessible(page);
});

test('a Shift_JIS list with ten mistakes brings in the other 490 people', async () => {
  await page.goto('/recipients/import');
  await expect(page.getByRole('heading', { level: 1, name: '受信者の取り込み' })).toBeVisible();
  await expectAccessible(page);
  await page.locator('input[type=file]').setInputFiles(PEOPLE_FILE);
  await expect(page.getByText(/Shift_JIS.*と判定・カンマ区切り・500行/)).toBeVisible();

  const counts = page.getByRole('group', { name: '行の内訳' });
  const count = (label: string) => counts.getByRole('button', { name: new RegExp(`^${label}`) });
  await expect(count('新規')).toHaveText(`新規 ${IMPORTED}`);
  await expect(count('変更')).toHaveText('変更 0');
  await expect(count('同じ')).toHaveText('同じ 0');
  await expect(count('誤り')).toHaveText(`誤り ${WRONG_LINES.length}`);

  await count('誤り').click();
  const rejects = page.getByRole('table', { name: `取り込めない${WRONG_LINES.length}行` });
  const rows = rejects.getByRole('row').filter({ has: page.getByRole('cell') });
  await expect(rows).toHaveCount(WRONG_LINES.length);
  expect(await rows.locator('td:first-child').allInnerTexts()).toEqual(WRONG_LINES.map(String));
  for (const [line, value, reason] of [
    [15, '090-12-34', '電話番号として読めません。'],
    [62, '（空欄）', '氏名がありません。'],
    [103, '00007', '8行目と同じ社員番号です。'],
    [150, '090-1111-2222 / 080-3333-4444', '1つの欄に電話番号が2つあります。'],
    [201, '9.01E+10', '表計算ソフトが番号を指数'],
    [222, 'p00221.aomine.example', '「@」がありません。']
  ] as const) {
    const row = rows.filter({ has: page.getByRole('cell', { name: String(line), exact: true }) });
    await expect(row).toContainText(value);
    await expect(row).toContainText(reason);
  }
  await expectAccessible(page);

  await page.getByRole('button', { name: `${IMPORTED}人を反映（新規${IMPORTED}・変更0）` }).click();
  await expect(page.getByText(`${IMPORTED}人を反映しました。`)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: '受信者の一覧へ' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '受信者' })).toBeVisible();
  await page.getByRole('searchbox', { name: /氏名/ }).fill('山﨑');
  await expect(page.getByText(/^山﨑 /).first()).toBeVisible();
  await expectAccessible(page);
});

test('one message to everyone is counted, reviewed, confirmed by its number and sent', async () => {
  // Only what a hand presses is answered, so that every figure of the result can be foretold.
  await phones.goto('/handsets');
  await expect(phones.getByRole('heading', { level: 1, name: '模擬端末' })).toBeVisible();
  await expectAccessible(phones);
  await phones.getByText('自動では誰も回答しない').click();
  await expect(phones.getByText('次のメッセージから反映します。')).toBeVisible();

  await page.goto('/compose');
  await page.getByRole('radio', { name: /本番（LIVE）/ }).check();
  await page.getByLabel('件名').fill(TITLE);
  await page.getByLabel('日本語の文面').fill(BODY);
  for (const [index, [label, tone]] of [
    ['無事', 'ok'],
    ['軽傷', 'warn'],
    ['救助が必要', 'bad']
  ].entries()) {
    await page.getByRole('button', { name: '選択肢を追加' }).click();
    await page.getByLabel(`選択肢${index + 1}の表示`).fill(label ?? '');
    await page.getByLabel(`選択肢${index + 1}の扱い`).selectOption(tone ?? '');
  }
  await page.getByRole('button', { name: '全員', exact: true }).click();

  // The longest text, and the sum of the people.
  await expect(page.getByText(/^UCS-2・\d+ \/ 70$|^UCS-2・\d+ \/ \d+$/)).toBeVisible();
  await expect(page.getByText(/最も長い文面（.+さん）で数えています/)).toBeVisible();
  await expect(page.getByText(`選択 ${IMPORTED}人`)).toBeVisible();
  await expect(page.getByText(`連絡先なし ${WITHOUT_PHONE}人`)).toBeVisible();
  await expect(page.getByText('受信停止 0人')).toBeVisible();
  await expect(page.getByText(`SMS ${NUMBERS}件・同じ番号には1回だけ`)).toBeVisible();
  await expect(page.getByText(/下書きを保存しました/)).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('button', { name: '内容を確認' }).click();
  const review = page.getByRole('dialog', { name: 'この内容で送信します' });
  const send = review.getByRole('button', { name: `${REACHABLE}人に送信` });
  await expect(send).toBeDisabled();
  const typed = review.getByLabel('確認のため、送信する人数を入力してください。');
  await typed.fill(String(REACHABLE - 1));
  await expect(send).toBeDisabled();
  await typed.fill(String(REACHABLE));
  await expect(review.getByText('人数と一致しました')).toBeVisible();
  await expectAccessible(page);
  await send.click();
  await expect(page).toHaveURL(/\/broadcasts\/[^/?]+$/);
  await expect(page.getByRole('heading', { level: 1, name: TITLE })).toBeVisible();
  broadcast = new URL(page.url()).pathname.split('/').pop() ?? '';
  expectSum(await tally());
});

test('everybody who can be reached is written to, and the figures add up', async () => {
  await expect.poll(() => figure('送信済み'), { timeout: 60_000 }).toBe(REACHABLE);
  await expectAccessible(page);
  let now: Tally;
  // Receipts still come in: the page has what the server has as soon as it has heard of it.
  await expect(async () => {
    now = await tally();
    expectSum(now);
    expect(now.audience).toBe(IMPORTED);
    expect(now.unreachable).toBe(WITHOUT_PHONE);
    expect(now.waiting + now.sending).toBe(0);
    expect(await figure('送信済み')).toBe(now.accepted + now.delivered + now.failed + now.unknown);
    expect(await figure('端末に到達')).toBe(now.delivered);
    expect(await figure('不達')).toBe(now.failed + now.unreachable);
    expect(await figure('回答')).toBe(now.answered);
    expect(now.delivered).toBeGreaterThan(REACHABLE * 0.8);
  }).toPass({ timeout: 40_000 });
});

test('an answer from a phone is on the result page about a second later', async ({ browserName }, info) => {
  void browserName;
  expect(await figure('回答')).toBe(0);
  await expectAccessible(phones);
  const { name, number } = await quietPhone();
  await phones.getByRole('searchbox', { name: '電話番号で探す' }).fill(number);
  await expect(phones.getByText('1台に届いています')).toBeVisible();
  const key = phones.getByRole('button', { name: `${name}さんとしてAと回答` });
  await expect(key).toHaveCount(1);
  await key.click();
  const pressed = performance.now();
  await expect.poll(() => figure('回答'), { timeout: HEARD_WITHIN_MS, intervals: [20] }).toBe(1);
  info.annotations.push({ type: 'heard', description: `${Math.round(performance.now() - pressed)} ms` });
  const now = await tally();
  expectSum(now);
  expect(now.answered).toBe(1);
});

test('words no rule can read wait in the tray until a person decides', async () => {
  await phones.getByRole('searchbox', { name: '電話番号で探す' }).fill('');
  await expect(phones.getByText('端末に到達').first()).toBeVisible();
  const { name, number } = await quietPhone();
  await phones.getByRole('searchbox', { name: '電話番号で探す' }).fill(number);
  await expect(phones.getByText('1台に届いています')).toBeVisible();
  await phones.getByRole('textbox', { name: `${name}さんからの文面` }).fill(UNREADABLE);
  await phones.getByRole('button', { name: `${name}さんとして送る` }).click();

  await page
    .getByRole('link', { name: /未判定.*1件/ })
    .first()
    .click();
  await expect(page).toHaveURL(/\/unread/);
  await expect(page.getByRole('heading', { level: 2, name })).toBeVisible();
  await expect(page.getByText('記号が見つかりません。')).toBeVisible();
  expect((await tally()).answered).toBe(1);
  await expectAccessible(page);
  await page.getByRole('button', { name: /A\s*軽傷|B\s*軽傷/ }).click();
  await expect(page.getByText('判定する返信はありません')).toBeVisible();
  await expectAccessible(page);

  await page.goto(`/broadcasts/${broadcast}`);
  await expect.poll(() => figure('回答')).toBe(2);
  const now = await tally();
  expectSum(now);
  expect(now.unread).toBe(0);
});

test('every page of the console is quiet and accessible with real data', async () => {
  for (const [address, heading] of [
    ['/', 'ホーム'],
    ['/broadcasts', '一斉連絡'],
    [`/broadcasts/${broadcast}?tab=people`, TITLE],
    [`/broadcasts/${broadcast}?tab=message`, TITLE],
    [`/broadcasts/${broadcast}?tab=activity`, TITLE],
    ['/recipients', '受信者'],
    ['/groups', /グループ/],
    ['/system', /システム/]
  ] as const) {
    await test.step(address, async () => {
      await page.goto(address);
      await expect(page.getByRole('heading', { level: 1, name: heading }).first()).toBeVisible();
      await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
      await expectAccessible(page);
    });
  }
});
