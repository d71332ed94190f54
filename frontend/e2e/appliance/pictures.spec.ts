import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { start } from './appliance';

// The picture of the README: a safety check among the 500 sample people, about forty seconds after it was sent.
const TITLE = '地震発生に伴う安否確認';
const BODY = '先ほど強い地震がありました。{氏名}さん、いまの状況を教えてください。';

test('the result page while people answer @screenshots', async ({ page }) => {
  test.setTimeout(240_000);
  const folder = process.env.NOROSHI_SCREENSHOTS ?? '';
  const appliance = await start([], /Password\s+\S+/);
  try {
    const said = appliance.said();
    await page.goto(`${appliance.address}/login`);
    await page.getByLabel('メールアドレス').fill(/E-mail\s+(\S+)/.exec(said)?.[1] ?? '');
    await page
      .getByRole('textbox', { name: 'パスワード', exact: true })
      .fill(/Password\s+(\S+)/.exec(said)?.[1] ?? '');
    await page.getByRole('button', { name: 'ログイン' }).click();
    await expect(page.getByRole('link', { name: '受信者', exact: true })).toBeVisible();
    if ((await page.locator('html').getAttribute('lang')) !== 'ja') {
      await page.getByRole('button', { name: 'Language' }).click();
      await page.getByRole('menuitem', { name: '日本語' }).click();
    }
    await page.goto(`${appliance.address}/compose`);
    await page.getByRole('radio', { name: /本番（LIVE）/ }).check();
    await page.getByLabel('件名').fill(TITLE);
    await page.getByLabel('日本語の文面').fill(BODY);
    await page.getByRole('button', { name: '安否確認の4つの選択肢を入れる' }).click();
    await page.getByRole('button', { name: '全員', exact: true }).click();
    await expect(page.getByText(/下書きを保存しました/)).toBeVisible();
    await page.getByRole('button', { name: '内容を確認' }).click();
    const send = page.getByRole('dialog').getByRole('button', { name: /人に送信/ });
    const people = /\d+/.exec(await send.innerText())?.[0] ?? '';
    await page.getByLabel('確認のため、送信する人数を入力してください。').fill(people);
    // Some of the sample people are abroad.
    await page.getByRole('checkbox', { name: /国ごとの注意/ }).check({ force: true });
    await send.click();
    await expect(page.getByRole('heading', { level: 1, name: TITLE })).toBeVisible();
    await expect(page.getByText(/^75%$/).first()).toBeVisible();
    // Two thirds have answered: the curve has its shape and there is still somebody to wait for.
    const answered = async () => {
      const tiles = await page.getByRole('region', { name: '概要' }).innerText();
      return Number(/(?:^|\n)回答\n+([\d,]+)/.exec(tiles)?.[1] ?? 0);
    };
    await expect.poll(answered, { timeout: 120_000 }).toBeGreaterThan(Number(people) * 0.66);
    await expect(page.getByText(/への送信を始めました/)).toBeHidden({ timeout: 30_000 });
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(folder, 'result.png') });
  } finally {
    await appliance.stop();
  }
});
