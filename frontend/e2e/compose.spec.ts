import type { Page } from '@playwright/test';
import type { Setting } from './mock/api';
import { draftServer, lists, mockDesk, refusal, type Call, type Handler } from './mock/desk';
import { DRAFT_ID, drillContent, groups, liveContent, review } from './mock/writing';
import { expect, expectAccessible, test } from './page';

const setting = (project: string, lang: Setting['lang'] = 'ja'): Setting => ({
  lang,
  dark: project === 'desktop-dark'
});
const launches = (calls: Call[]) => calls.filter((call) => call.path.endsWith('/launch'));
const reviewButton = (page: Page) =>
  page
    .getByRole('button', { name: /^(内容を確認|訓練の内容を確認|Review drill|Review)$/ })
    .and(page.locator(':visible'));

for (const [name, lang, content] of [
  ['a LIVE broadcast in Japanese', 'ja', liveContent],
  ['a drill in English', 'en', drillContent]
] as const) {
  test(`${name} is accessible from the text to the review`, async ({ page }, info) => {
    test.slow();
    const set = setting(info.project.name, lang);
    await mockDesk(page, set, lists(set), draftServer(content));
    await page.goto(`/compose?draft=${DRAFT_ID}`);
    await expect(page.getByText(/^(12,480人|2,916 people)$/).first()).toBeVisible();
    await expectAccessible(page);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth
    );
    expect(overflow).toBeLessThanOrEqual(0);
    await reviewButton(page).click();
    await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused();
    await expectAccessible(page);
  });
}

test('nothing is chosen beforehand, and nothing is saved before LIVE or DRILL is', async ({ page }, info) => {
  const set = setting(info.project.name);
  const calls = await mockDesk(page, set, lists(set), draftServer());
  await page.goto('/compose');
  await expect(page.getByRole('radio', { name: /^本番/ })).not.toBeChecked();
  await expect(page.getByRole('radio', { name: /^訓練/ })).not.toBeChecked();
  await expect(reviewButton(page)).toBeDisabled();
  await page.getByLabel('件名').fill('避難訓練');
  await expect(page.getByText('まだ保存していません')).toBeVisible();
  expect(calls).toEqual([]);

  await page.getByRole('radio', { name: /^訓練/ }).check();
  await expect(page.getByText(/下書きを保存しました/)).toBeVisible();
  expect(calls.map((call) => [call.method, call.path])).toEqual([['POST', '/broadcasts']]);
  expect(calls[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
  expect(calls[0]?.headers['x-csrf-token']).toBe('token-of-the-story');
  await expect(page).toHaveURL(new RegExp(`draft=${DRAFT_ID}`));
  // From the first save on a drill stays one.
  await expect(page.getByRole('radio', { name: /^本番/ })).toBeDisabled();
  await expect(page.getByText('【訓練】', { exact: true }).first()).toBeVisible();
});

test('the number of people is typed in full-width digits and it is sent once', async ({ page }, info) => {
  const set = setting(info.project.name);
  const calls = await mockDesk(page, set, lists(set), draftServer(liveContent));
  await page.goto(`/compose?draft=${DRAFT_ID}`);
  await expect(page.getByText('12,480人').first()).toBeVisible();
  await page.keyboard.press('Control+Enter');
  const dialog = page.getByRole('dialog', { name: 'この内容で送信します' });
  const send = dialog.getByRole('button', { name: '12,480人に送信' });
  await expect(send).toBeDisabled();
  // The keys that open the review never send.
  await page.keyboard.press('Control+Enter');
  await dialog.getByRole('textbox').fill('12479');
  await expect(dialog.getByText('まだ12,480と一致していません')).toBeVisible();
  await dialog.getByRole('textbox').press('Enter');
  expect(launches(calls)).toHaveLength(0);

  await dialog.getByRole('textbox').fill('１２，４８０');
  await expect(dialog.getByText('人数と一致しました')).toBeVisible();
  // What countries have against it is read before it goes out.
  await expect(send).toBeDisabled();
  await dialog.getByRole('checkbox', { name: '国ごとの注意2件を確認しました。' }).check({ force: true });
  await send.click();
  await expect(page).toHaveURL(new RegExp(`/broadcasts/${DRAFT_ID}$`));
  expect(launches(calls).map((call) => call.body)).toEqual([
    { codes: ['A', 'B', 'C', 'D'], people: 12_480, version: 2 }
  ]);
});

test('codes that were taken meanwhile are shown before anything goes out', async ({ page }, info) => {
  const set = setting(info.project.name);
  let taken = false;
  const conflict: Handler = ({ path }) => {
    if (path.endsWith('/launch') && !taken) {
      taken = true;
      return refusal(409, 'codes_changed');
    }
    return taken && path.endsWith('/review')
      ? { json: review(liveContent, 3, ['A', 'B', 'E', 'F']) }
      : undefined;
  };
  const calls = await mockDesk(page, set, conflict, lists(set), draftServer(liveContent));
  await page.goto(`/compose?draft=${DRAFT_ID}`);
  await reviewButton(page).click();
  const dialog = page.getByRole('dialog', { name: 'この内容で送信します' });
  const looked = dialog.getByRole('checkbox', { name: /国ごとの注意/ });
  await looked.check({ force: true });
  await dialog.getByRole('textbox').fill('12480');
  await dialog.getByRole('button', { name: '12,480人に送信' }).click();
  await expect(dialog.getByText(/記号が変わりました/)).toBeVisible();
  await expect(dialog.getByText('E', { exact: true })).toBeVisible();
  await expect(dialog.getByRole('button', { name: '12,480人に送信' })).toBeDisabled();
  await expect(looked).not.toBeChecked();
  await looked.check({ force: true });
  await dialog.getByRole('textbox').fill('12480');
  await dialog.getByRole('button', { name: '12,480人に送信' }).click();
  await expect(page).toHaveURL(new RegExp(`/broadcasts/${DRAFT_ID}$`));
  const keys = launches(calls).map((call) => call.headers['idempotency-key']);
  expect(new Set(keys).size).toBe(2);
  expect(launches(calls)[1]?.body).toMatchObject({ codes: ['A', 'B', 'E', 'F'] });
});

test('the character that costs parts is marked and replaced in one press', async ({ page }, info) => {
  const set = setting(info.project.name, 'en');
  await mockDesk(page, set, lists(set), draftServer(drillContent));
  await page.goto(`/compose?draft=${DRAFT_ID}`);
  await expect(page.getByText('’ (U+2019) forces UCS-2.', { exact: false })).toBeVisible();
  await page.getByRole('button', { name: 'Use plain characters' }).click();
  await expect(page.getByLabel('Text in English')).toHaveValue(/don't call 119\. \{Name\}, reply/);
  await expect(page.getByText(/^GSM-7 · \d+ \/ 160$/)).toBeVisible();
});

test('the review shows the sheet by country and route, with what it costs and when', async ({
  page
}, info) => {
  const set = setting(info.project.name);
  await mockDesk(page, set, lists(set), draftServer(liveContent));
  await page.goto(`/compose?draft=${DRAFT_ID}`);
  await reviewButton(page).click();
  const dialog = page.getByRole('dialog', { name: 'この内容で送信します' });
  const visible = (text: string | RegExp) => dialog.getByText(text).locator('visible=true').first();
  await expect(visible('国・経路ごとの内訳')).toBeVisible();
  for (const text of ['タイ', 'シンガポール', 'ベトナム']) await expect(visible(text)).toBeVisible();
  await expect(visible(/[¥￥]216,902/)).toBeVisible();
  await expect(visible(/[¥￥]11,872/)).toBeVisible();
  await expect(visible('最優先')).toBeVisible();
  await expect(visible('SMSに返信できません。')).toBeVisible();
  await expect(visible(/この版ではまだ使えません/)).toBeVisible();
});

test('a way out is gone in one press, from the summary and from the review', async ({ page }, info) => {
  const set = setting(info.project.name);
  const calls = await mockDesk(page, set, lists(set), draftServer(liveContent));
  await page.goto(`/compose?draft=${DRAFT_ID}`);
  await reviewButton(page).click();
  const dialog = page.getByRole('dialog', { name: 'この内容で送信します' });
  await dialog.getByRole('button', { name: '回答先の番号を入れる' }).click();
  // It leads to a review of the new text.
  await expect(dialog.getByRole('checkbox', { name: '国ごとの注意1件を確認しました。' })).toBeVisible();
  const saved = calls.filter((call) => call.method === 'PUT').at(-1)?.body as typeof liveContent;
  expect(saved.bodies[1]?.text).toContain('โปรดตอบกลับที่ {{reply_number}}');
  expect(saved.bodies[0]?.text).not.toContain('{{reply_number}}');
  expect(launches(calls)).toHaveLength(0);
});

test('what cannot go out is refused in words, with nothing to confirm', async ({ page }, info) => {
  const set = setting(info.project.name, 'en');
  const refused: Handler = ({ path }) => {
    if (!path.endsWith('/review')) return undefined;
    const sheet = review(liveContent, 2);
    const tooLong = {
      code: 'sms_too_many_parts',
      blocking: true,
      people: 742,
      path: 'bodies[1].text',
      route: 'asia',
      params: { parts: '4', max: '3', save: '12', route: 'asia' }
    };
    return {
      json: { ...sheet, preview: { ...sheet.preview, warnings: [tooLong, ...sheet.preview.warnings] } }
    };
  };
  await mockDesk(page, set, refused, lists(set), draftServer(liveContent));
  await page.goto(`/compose?draft=${DRAFT_ID}`);
  await reviewButton(page).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('It cannot be sent like this', { exact: true })).toBeVisible();
  await expect(
    dialog.getByText(/4 parts, and route asia allows 3\. Remove about 12 characters/)
  ).toBeVisible();
  await expect(dialog.getByRole('textbox')).toHaveCount(0);
  await expect(dialog.getByRole('checkbox')).toHaveCount(0);
  await expect(dialog.getByRole('button', { name: 'Send to 12,480 people' })).toBeDisabled();
  await expectAccessible(page);
});

test('variables, choices and people make the sum', async ({ page }, info) => {
  const set = setting(info.project.name);
  const calls = await mockDesk(page, set, lists(set), draftServer());
  await page.goto('/compose?mode=live');
  const text = page.getByLabel('日本語の文面');
  await text.fill('様、記号で返信してください。');
  await text.press('Home');
  await page.getByRole('button', { name: '氏名', exact: true }).click();
  await expect(text).toHaveValue('{氏名}様、記号で返信してください。');
  await page.getByRole('button', { name: '安否確認の4つの選択肢を入れる' }).click();
  await page.getByRole('button', { name: '条件を追加' }).click();
  await page.getByRole('checkbox', { name: groups('ja')[2]?.name }).check({ force: true });
  await page.getByRole('button', { name: '決定' }).click();
  await expect(page.getByText('選択 2,941人')).toBeVisible();
  await expect(page.getByText('連絡先なし 19人')).toBeVisible();
  await expect(page.getByText('受信停止 6人')).toBeVisible();
  await expect(page.getByText(/下書きを保存しました/)).toBeVisible();
  await expect
    .poll(() => calls.at(-1)?.body)
    .toMatchObject({
      bodies: [{ language: 'ja', text: '{{name}}様、記号で返信してください。' }],
      choices: [{ label: '無事', tone: 'ok' }, { tone: 'warn' }, { tone: 'bad' }, { tone: 'warn' }],
      audience: { groups: ['01hq3group003'] }
    });
});

test('leaving saves first, and asks only when that did not work', async ({ page }, info) => {
  const set = setting(info.project.name);
  let broken = false;
  const line: Handler = ({ method }) =>
    broken && method === 'PUT' ? refusal(412, 'version_changed') : undefined;
  const calls = await mockDesk(page, set, line, lists(set), draftServer(liveContent));
  await page.goto(`/compose?draft=${DRAFT_ID}`);
  await page.getByLabel('件名').fill('別の件名');
  const away = page.locator('a[href="/broadcasts"]:visible').first();
  await away.click();
  await expect(page).toHaveURL(/\/broadcasts$/);
  expect(calls.map((call) => [call.method, (call.body as { title: string }).title])).toEqual([
    ['PUT', '別の件名']
  ]);

  broken = true;
  await page.goto(`/compose?draft=${DRAFT_ID}`);
  await page.getByLabel('件名').fill('また別の件名');
  await away.click();
  const dialog = page.getByRole('dialog', { name: '保存せずに移動しますか' });
  await dialog.getByRole('button', { name: 'とどまる' }).click();
  await expect(page.getByLabel('件名')).toHaveValue('また別の件名');
  await expect(page.getByText('ほかの人がこの下書きを変更しました').first()).toBeVisible();
  broken = false;
  await page.getByRole('button', { name: '自分の内容にする' }).click();
  await expect(page.getByText(/下書きを保存しました/)).toBeVisible();
});

test('a copy decides anew whether it is meant', async ({ page }, info) => {
  const set = setting(info.project.name, 'en');
  const calls = await mockDesk(page, set, lists(set), draftServer(drillContent));
  await page.goto(`/compose?from=${DRAFT_ID}`);
  await expect(page.getByLabel('Title')).toHaveValue('Fire drill, Yokohama plant');
  await expect(page.getByRole('radio', { name: /^DRILL/ })).not.toBeChecked();
  await expect(page.getByRole('radio', { name: /^LIVE/ })).toBeEnabled();
  await page.getByRole('radio', { name: /^LIVE/ }).check();
  await expect.poll(() => calls.map((call) => [call.method, call.path])).toEqual([['POST', '/broadcasts']]);
});
