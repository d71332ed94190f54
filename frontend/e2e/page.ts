import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page, type TestInfo } from '@playwright/test';
import { mockApi, type Setting } from './mock/api';

/** Opens an address with the story behind it, in the theme of the project. */
export async function open(
  page: Page,
  info: TestInfo,
  address: string,
  setting: Partial<Setting> = {}
): Promise<void> {
  await mockApi(page, { lang: 'ja', dark: info.project.name === 'desktop-dark', ...setting });
  await page.goto(address);
}

/** Fails on any violation of WCAG 2.2 A and AA that axe can see. */
export async function expectAccessible(page: Page): Promise<void> {
  // Between two pages there is no title for a moment; what is wrong stays wrong.
  await expect(async () => {
    const found = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze();
    const told = found.violations.map((violation) => ({
      rule: violation.id,
      nodes: violation.nodes.map((node) => `${node.target.join(' ')}: ${node.failureSummary ?? ''}`)
    }));
    expect(told).toEqual([]);
  }).toPass({ timeout: 15_000 });
}

/** A test that also fails on an error in the console, an uncaught one, and a breach of the content policy. */
export const test = base.extend<{ quiet: void }>({
  quiet: [
    async ({ page }, use) => {
      const noise: string[] = [];
      page.on('console', (message) => {
        // A refused call can be part of the story.
        if (message.type() === 'error' && !/status of 4(0[019]|12)/.test(message.text()))
          noise.push(message.text());
      });
      page.on('pageerror', (error) => noise.push(String(error)));
      await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) =>
          console.error(`policy: ${event.violatedDirective}`)
        );
      });
      await use();
      expect(noise).toEqual([]);
    },
    { auto: true }
  ]
});
export { expect };
