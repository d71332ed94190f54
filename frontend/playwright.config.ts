import { defineConfig, devices } from '@playwright/test';

// The browser of the machine: nothing is downloaded. NOROSHI_CHROMIUM names another one.
const launchOptions = {
  executablePath: process.env.NOROSHI_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync'
  ]
};
const port = Number(process.env.PORT ?? 4173);

export default defineConfig({
  testDir: 'e2e',
  // Those run on the real binary: playwright.appliance.config.ts.
  testIgnore: 'appliance/**',
  fullyParallel: true,
  workers: 2,
  timeout: 90_000,
  // Two cores that also build something else are slow; a page that is wrong stays wrong.
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: { baseURL: `http://127.0.0.1:${port}`, launchOptions, locale: 'en-US', trace: 'retain-on-failure' },
  projects: [
    { name: 'desktop-light', use: { ...devices['Desktop Chrome'], viewport: { width: 1440, height: 900 } } },
    {
      name: 'desktop-dark',
      use: { ...devices['Desktop Chrome'], viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }
    },
    {
      name: 'mobile',
      use: {
        ...devices['Desktop Chrome'],
        viewport: { width: 390, height: 844 },
        hasTouch: true,
        isMobile: true
      }
    }
  ],
  webServer: {
    command: `PORT=${port} node e2e/serve.mjs`,
    url: `http://127.0.0.1:${port}`,
    reuseExistingServer: true
  }
});
