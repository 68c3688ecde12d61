import { defineConfig } from '@playwright/test';
import { chromium } from './support/chromium.ts';

/** Pictures of every page in a lively state, for people to look at: `npm run screenshots`. */
export default defineConfig({
  testDir: 'pictures',
  outputDir: 'test-results',
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: chromium,
});
