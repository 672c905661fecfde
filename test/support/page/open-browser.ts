import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, onTestFinished } from 'vitest';

const PLACES = [process.env['STAGESYNC_TEST_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'];

/** The browser of this machine; undefined: there is none, and tests with one are left out. */
export const CHROMIUM = PLACES.find((place) => place !== undefined && place !== '' && existsSync(place));

/** One browser for the tests of a file. Called outside of tests. */
export async function openBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM!,
    // root, as in a container, has no sandbox of its own
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  afterAll(() => browser.close());
  return browser;
}

/** A page of its own, and what it complained of: errors of scripts and refusals of the page's policy. */
export async function openTab(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly complaints: string[] }> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // a refused connection is what some tests are about
    if (message.type() === 'error' && !message.text().includes('ERR_CONNECTION'))
      complaints.push(message.text());
  });
  return { page, complaints };
}
