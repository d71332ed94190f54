import { defineConfig, devices } from '@playwright/test';
import pages from './playwright.config';

// The console inside the real binary, which each file starts for itself. The tests of a file are one story.
export default defineConfig({
  testDir: 'e2e/appliance',
  // Beside the folder of the page tests, which each of their runs empties.
  outputDir: '../bin/browser',
  workers: 1,
  timeout: 90_000,
  // Pictures are taken only when somebody says where to put them.
  grepInvert: process.env.NOROSHI_SCREENSHOTS ? undefined : /@screenshots/,
  reporter: [['list']],
  expect: { timeout: 15_000 },
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1440, height: 900 },
    launchOptions: pages.use?.launchOptions,
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    colorScheme: 'light',
    trace: 'retain-on-failure'
  }
});
