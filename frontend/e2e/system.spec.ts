import type { Page } from '@playwright/test';
import type { Api } from '../src/lib/api';
import * as story from './mock/story';
import { expect, expectAccessible, open, test } from './page';

const faulty: Api<'ConfigState'> = {
  loadedAt: '2026-11-20T01:00:00Z',
  refusedAt: '2026-11-21T18:20:00Z',
  problems: [
    {
      line: 42,
      route: 'asia',
      field: 'window',
      en: '5000 is not between 1 and 1000',
      ja: '5000 は 1 から 1000 の範囲にありません'
    }
  ],
  restart: ['listen']
};

const tested = (ended: boolean): Api<'RouteTest'> => ({
  route: 'x',
  to: '+819012345678',
  text: '@£$_{}[]~€ñÄ¡¿',
  encoding: 'gsm7',
  sentAt: story.NOW,
  ended,
  parts: [
    {
      outcome: 'ok',
      messageId: '1795384930672',
      answeredAt: story.NOW,
      receipts: ended ? [{ state: 'delivered', final: true, error: '000', at: story.NOW }] : []
    }
  ]
});

async function opened(page: Page, info: Parameters<typeof open>[1], lang: story.Lang) {
  // Without the stream's snapshot the page shows what it asked for.
  await open(page, info, '/', { lang, empty: true });
  await page.route('**/api/v1/system', (route) =>
    route.fulfill({ json: { ...story.system(lang), configuration: faulty } })
  );
  await page.goto('/system');
}

for (const lang of ['ja', 'en'] as const) {
  test(`the system page says what is wrong with file and routes, in ${lang}`, async ({ page }, info) => {
    await opened(page, info, lang);
    const problem = faulty.problems[0]?.[lang] ?? '';
    await expect(page.getByText(problem)).toBeVisible();
    await expect(page.getByText(lang === 'ja' ? '42行目' : 'Line 42')).toBeVisible();
    await expect(page.getByText(/ESME_RTHROTTLED \(0x58\)/)).toBeVisible();
    await expect(page.getByText('dlr_parts: any')).toBeVisible();
    await page.locator('summary', { hasText: 'smpp2' }).click({ position: { x: 12, y: 12 } });
    const why = lang === 'ja' ? /このポートへの接続が拒否/ : /refuses connections on this port/;
    await expect(page.getByText(why)).toBeVisible();
    await page.waitForLoadState('networkidle');
    await expectAccessible(page);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });
}

test('a test text goes out and its receipt is shown', async ({ page }, info) => {
  await opened(page, info, 'en');
  let asked: unknown;
  await page.route('**/api/v1/routes/*/test', (route) => {
    if (route.request().method() === 'POST') asked = route.request().postDataJSON();
    return route.fulfill({ json: tested(route.request().method() === 'GET') });
  });
  await page.getByRole('button', { name: 'Send test' }).first().click();
  const dialog = page.getByRole('dialog', { name: /Test of Domestic SMS 1/ });
  await dialog.getByLabel('Phone number').fill('090-1234-5678');
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(dialog.getByText('Accepted, message_id 1795384930672')).toBeVisible();
  expect(asked).toEqual({ number: '090-1234-5678', text: 'gsm7' });
  await expect(dialog.getByText(/On the handset at/)).toBeVisible();
  await expect(dialog.getByText('@£$_{}[]~€ñÄ¡¿', { exact: true })).toBeVisible();
  await expectAccessible(page);
});
