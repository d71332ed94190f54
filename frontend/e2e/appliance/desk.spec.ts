import { expect, test, type Page } from '@playwright/test';
import { listen, start, type Appliance } from './appliance';

// The work at the desk after a broadcast is out, against the real program with the sample people of its demo.

test.describe.configure({ mode: 'serial' });

let demo: Appliance;
let noise: string[] = [];

test.use({ locale: 'en-US' });

test.beforeAll(async () => {
  demo = await start([], /Password\s+\S+/);
});
test.afterAll(() => demo?.stop());
test.beforeEach(async ({ page }) => {
  noise = await listen(page);
});
test.afterEach(() => {
  expect(noise).toEqual([]);
});

async function signIn(page: Page): Promise<void> {
  await page.goto(demo.address);
  await page.getByLabel('E-mail address').fill('nakamura@aomine.example');
  await page.getByRole('textbox', { name: 'Password' }).fill(/Password\s+(\S+)/.exec(demo.said())?.[1] ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
}

/** Sends a broadcast to everybody by the calls the composer makes; the answer is its identifier. */
function send(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const session = await (await fetch('/api/v1/session')).json();
    async function post(path: string, body: unknown, more: Record<string, string> = {}) {
      const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': session.csrfToken, ...more };
      const response = await fetch(`/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
      return response.json();
    }
    const draft = await post('/broadcasts', {
      title: 'Safety check',
      mode: 'live',
      urgency: 'urgent',
      bodies: [{ language: 'ja', text: '【安否確認】{{name}}様 記号1文字で返信してください。' }],
      choices: [
        { label: '無事', tone: 'ok' },
        { label: '救助が必要', tone: 'bad' }
      ],
      audience: { everyone: true }
    });
    const review = await post(`/broadcasts/${draft.id}/review`, {});
    const { codes, people } = review.preview;
    const version = review.broadcast.version;
    await post(
      `/broadcasts/${draft.id}/launch`,
      { codes, people, version },
      { 'Idempotency-Key': crypto.randomUUID() }
    );
    return draft.id as string;
  });
}

test('answers come in live, a reply is decided by one key, and the broadcast is closed', async ({ page }) => {
  test.setTimeout(120_000);
  await signIn(page);
  const id = await send(page);
  await page.goto(`${demo.address}/broadcasts/${id}`);
  await expect(page.getByRole('heading', { level: 1, name: 'Safety check' })).toBeVisible();

  // Nothing is loaded again here: what changes came by the live stream.
  await expect(page.getByText('On the handset').first()).toBeVisible();
  await expect(page.getByRole('link', { name: /unread repl/ })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('row', { name: /Show the people who answered 無事 [1-9]/ })).toBeVisible({
    timeout: 60_000
  });

  await page.getByRole('link', { name: /unread repl/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Unread replies' })).toBeVisible();
  const decided = page.waitForResponse((response) => response.url().endsWith('/assign'));
  await expect(page.getByText('Which answer should it count as?')).toBeVisible();
  await page.keyboard.press('a');
  expect((await decided).status()).toBe(200);
  await expect(page.getByText('Last decisions')).toBeVisible();
  await page.keyboard.press('Backspace');
  await expect(page.getByText('Last decisions')).toBeHidden();

  await page.goto(`${demo.address}/broadcasts/${id}`);
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Close with/ })
    .click();
  await expect(page.getByText('Closed', { exact: true })).toBeVisible();
  await page.getByRole('tab', { name: 'Activity' }).click();
  await expect(page.getByRole('cell', { name: 'Closed it' })).toBeVisible();
});

test('a person shows what happened, and an answer given by phone is entered', async ({ page }) => {
  await signIn(page);
  const id = await send(page);
  await page.goto(`${demo.address}/broadcasts/${id}?tab=people&filter=unanswered`);
  await page
    .getByRole('button', { name: /^Open / })
    .first()
    .click();
  const drawer = page.getByRole('dialog');
  await expect(drawer.getByText('What this person was sent')).toBeVisible();
  await drawer.getByRole('button', { name: '無事' }).click();
  await drawer.getByRole('button', { name: 'Enter the answer' }).click();
  await expect(drawer.getByText(/^Entered \w+ by /)).toBeVisible();
});

test('signing out ends the session', async ({ page }) => {
  await signIn(page);
  await page.getByRole('button', { name: /^Account:/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login$/);
  await page.goto(demo.address);
  await expect(page).toHaveURL(/\/login/);
});
