import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { builtPage } from '../../src/daemon/http/built-page.ts';
import { filesIn } from '../../src/program/program-files.ts';
import { servePage } from '../../src/daemon/http/page-server.ts';
import { believableDaemon } from '../support/page/believable-daemon.ts';
import { buildPage } from '../support/page/build-page.ts';
import { jobView, currentRun } from '../support/page/imitated-daemon.ts';
import { CHROMIUM, openBrowser, openTab } from '../support/page/open-browser.ts';

describe.skipIf(CHROMIUM === undefined)('the page in a browser', async () => {
  if (CHROMIUM === undefined) return;
  const files = builtPage(filesIn(await buildPage()));
  const browser = await openBrowser();

  /** A believable daemon's page, served on `port`. */
  async function serve(port = 0, { mostPages = 32 } = {}) {
    const daemon = believableDaemon(Date.now());
    const server = await servePage({ host: '127.0.0.1', port }, daemon.ports, {
      openMetrics: true,
      files,
      updates: { everyMs: 20, most: mostPages },
    });
    onTestFinished(() => server.close());
    return { ...daemon, server };
  }

  async function signedIn(link: string, options = {}) {
    const tab = await openTab(browser, options);
    await tab.page.goto(link);
    await tab.page.getByRole('table', { name: 'The jobs of this daemon' }).waitFor();
    return tab;
  }

  const open = (page: Page, hash: string) =>
    page.evaluate((to) => {
      location.hash = to;
    }, hash);

  test('signs in by the link once, which then is in the address no more', async () => {
    const { server } = await serve();
    const link = server.loginLink();
    const { page, complaints } = await signedIn(link);
    expect(page.url()).toBe(`${server.url}/#/`);
    await page.reload();
    await page.getByRole('link', { name: 'sales' }).first().waitFor();
    expect(complaints).toEqual([]);
    const other = await openTab(browser);
    await other.page.goto(link);
    await other.page.getByText('used before, or is older than an hour').waitFor();
    expect(await other.page.getByRole('table').count()).toBe(0);
  });

  test('shows a transfer that goes on, and a job that halts, as it happens', async () => {
    const { server, control } = await serve();
    const { page } = await signedIn(server.loginLink());
    const current = currentRun('r1', { sentBytes: 2_500_000, uploaded: 2 });
    control.changeJob('events', { state: 'transferring', current });
    const meter = page.getByRole('progressbar', { name: 'Progress of events' });
    await meter.waitFor();
    await expect.poll(() => meter.getAttribute('aria-valuenow')).toBe('25');
    control.changeJob('events', { current: { ...current, sentBytes: 7_500_000 } });
    await expect.poll(() => meter.getAttribute('aria-valuenow')).toBe('75');
    control.changeJob('events', { state: 'halted', current: undefined, reason: 'the source is gone' });
    await page.getByText('the source is gone').waitFor();
    await expect.poll(() => page.getByRole('status').allTextContents()).toContain('events: Halted');
  });

  test('shows who sends the files and how fast all may go, where machines share that, and nothing of it otherwise', async () => {
    const { server, control } = await serve();
    const { page, complaints } = await signedIn(server.loginLink());
    const machines = page.getByRole('region', { name: 'Other machines' });
    expect(await machines.count()).toBe(0);
    const queue = { queue: 'redis://r/0', isUp: true, workers: [], pairs: [] };
    const budget = { budget: 'redis://r/0', name: 'https://api/1', reached: true, perSecond: 195, users: 4 };
    control.change({ machines: { queue, budgets: [budget] } });
    await machines.getByText('none: files wait until one starts').waitFor();
    await machines.getByText('195 requests a second, 4 processes').waitFor();
    const worker = { name: 'w', lanes: 8, transfers: 50, batches: 1 };
    control.change({ machines: { queue: { ...queue, workers: [worker] } } });
    await machines.getByText('1, 1 sending').waitFor();
    control.change({ machines: undefined });
    await machines.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('shows names as they are, and none of them becomes part of the page', async () => {
    const { server, control } = await serve();
    const { page, complaints } = await signedIn(server.loginLink());
    control.changeJob('events', { state: 'halted', reason: 'a\u202eb</p><script>alert(1)</script>\u0007' });
    await page.getByText('a\\u{202e}b</p><script>alert(1)</script>\\u{7}').waitFor();
    await open(page, '#/jobs/sales');
    await page.getByText('q3\\u{1b}[31m/\\u{202e}gpj.<img src=x onerror=alert(1)>.csv').waitFor();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('pauses and resumes with the keyboard alone', async () => {
    const { server, control } = await serve();
    const { page } = await signedIn(server.loginLink());
    await open(page, '#/jobs/events');
    const group = page.getByRole('group', { name: 'What to do with events' });
    await group.getByRole('button', { name: 'Pause' }).press('Enter');
    await group.getByRole('button', { name: 'Resume' }).press('Space');
    await group.getByRole('button', { name: 'Pause' }).waitFor();
    expect(control.asked).toEqual(['pause events', 'resume events']);
  });

  test('says of a paused job that nothing but a resume begins its next run', async () => {
    const { server, control } = await serve();
    const { page } = await signedIn(server.loginLink());
    const row = page.getByRole('row', { name: 'events' });
    await row.getByText('on a change').waitFor();
    control.changeJob('events', { state: 'paused' });
    await row.getByText('once resumed').waitFor();
    expect(await row.getByText('on a change').count()).toBe(0);
  });

  test('shows the heading of a view that is gone to below the bar at the top', async () => {
    const { server } = await serve();
    const { page } = await signedIn(server.loginLink(), { viewport: { width: 1000, height: 400 } });
    // the last row, so that the page is scrolled
    await page.getByRole('main').getByRole('link', { name: 'ordinary' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'ordinary' }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main');
    const bar = await page.getByRole('banner').boundingBox();
    const heading = await page.getByRole('heading', { level: 1 }).boundingBox();
    expect(heading!.y).toBeGreaterThanOrEqual(bar!.y + bar!.height);
  });

  test('goes from view to view by the keyboard, and the focus is never lost', async () => {
    const { server } = await serve();
    const { page } = await signedIn(server.loginLink());
    const focused = () => page.evaluate(() => document.activeElement?.id ?? '');
    const follow = async (name: string, heading: string): Promise<void> => {
      await page.getByRole('main').getByRole('link', { name }).first().press('Enter');
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
      await expect.poll(focused).toBe('main');
    };
    await follow('inventory-nightly', 'inventory-nightly');
    await page.goBack();
    await follow('Failures', 'Run of');
    // what comes next by the key is in the view, not at the top of the page
    await page.keyboard.press('Tab');
    expect(await page.locator('main :focus').count()).toBe(1);
  });

  test('names what it shows for who does not see it, with nothing in a name that turns text around', async () => {
    const { server } = await serve();
    const { page } = await signedIn(server.loginLink());
    const views = [
      '#/',
      '#/jobs/sales',
      '#/jobs/sales/runs/r997',
      '#/stage?address=stage%3A%2F%2Fanalytics%2F',
    ];
    for (const view of views) {
      await open(page, view);
      await page.getByRole('table').first().waitFor();
      const tree = await page.locator('body').ariaSnapshot();
      expect(tree).toMatch(/- main:\n  +- (?:.|\n)*?heading ".+" \[level=1\]/);
      expect([view, /[\u202a-\u202e]|\p{Cc}/u.test(tree.replaceAll('\n', ''))]).toEqual([view, false]);
      // each control and each table has a name
      expect([
        view,
        /- (?:button|link|textbox|combobox|checkbox|progressbar|table|img)(?::| \[|$)/m.test(tree),
      ]).toEqual([view, false]);
    }
  });

  test('shows a plan before it is applied, and applies that one', async () => {
    const { server, control } = await serve();
    const { page } = await signedIn(server.loginLink());
    await open(page, '#/jobs/events');
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByText('412 files').waitFor();
    await page.getByText('part-00000.parquet').waitFor();
    expect(control.asked).toEqual([]);
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => page.getByRole('row').count()).toBe(144);
    await page.getByRole('button', { name: 'Apply 143 actions' }).click();
    await page.getByText('The plan is carried out as it stands here').waitFor();
    expect(control.asked).toEqual(['apply p1']);
  });

  test('explains a failure: by cause, by file, and what was decided for its path', async () => {
    const { server } = await serve();
    const { page, complaints } = await signedIn(server.loginLink());
    await page.getByRole('link', { name: 'Failures' }).first().click();
    const causes = page.getByRole('region', { name: 'Failures by cause' });
    await causes.getByText('12 × Stage answers 400').waitFor();
    await causes.getByRole('button', { name: 'Explain' }).last().click();
    await causes.getByText('synced, because changed').waitFor();
    await expect
      .poll(() => page.getByRole('table', { name: 'What the run did' }).getByRole('row').count())
      .toBe(3);
    await page.getByLabel('Only what failed').uncheck();
    await expect.poll(() => page.getByRole('row').count()).toBe(101);
    expect(complaints).toEqual([]);
  });

  test('tells nothing of what a run did that was killed', async () => {
    const { server } = await serve();
    const { page } = await signedIn(server.loginLink());
    await open(page, '#/jobs/sales/runs/killed');
    await page.getByText('What it did is not known.', { exact: true }).waitFor();
    expect(await page.getByText(/Copied|Took|both ends were equal/).count()).toBe(0);
  });

  test('adds a Stage up, folder by folder', async () => {
    const { server } = await serve();
    const { page } = await signedIn(server.loginLink());
    await page.getByRole('link', { name: 'Stage', exact: true }).click();
    await page.getByRole('link', { name: 'stage://analytics/', exact: true }).click();
    await page.getByRole('heading', { name: '1.18 TB in 29,551 files' }).waitFor();
    await page.getByText('59%').waitFor();
    await page.getByRole('link', { name: 'sales/' }).click();
    await page.getByRole('navigation', { name: 'Folders' }).getByRole('link', { name: 'sales' }).waitFor();
    // to leave the folder above ends what is added up there, and not this
    await page.getByRole('heading', { name: '1.18 TB in 29,551 files' }).waitFor();
  });

  test('says why it shows nothing where too many pages are open, and follows once one is closed', async () => {
    const { server } = await serve(0, { mostPages: 1 });
    const first = await signedIn(server.loginLink());
    const { page } = await openTab(browser);
    await page.goto(server.loginLink());
    await page.getByRole('heading', { name: 'Too many pages are open' }).waitFor();
    await page.getByText('1 pages of this daemon are open already').first().waitFor();
    await first.page.close();
    await page.getByRole('table', { name: 'The jobs of this daemon' }).waitFor();
  });

  test('says that the daemon is gone, and comes back with it', async () => {
    const { server } = await serve();
    const { page } = await signedIn(server.loginLink());
    const { port } = new URL(server.url);
    await server.close();
    await page.getByText('Daemon gone').waitFor();
    // what was known stays to be read
    await page.getByRole('link', { name: 'sales' }).first().waitFor();
    const again = await serve(Number(port));
    await page.getByText('Open the link that').waitFor();
    // the link changes the hash of the open page alone; it signs in all the same, and stays nowhere
    await page.goto(again.server.loginLink());
    await page.getByRole('link', { name: 'sales' }).first().waitFor();
    expect(page.url()).toBe(`${again.server.url}/#/`);
  });

  test('goes on in a tab once somebody signed in in another one', async () => {
    const { server } = await serve();
    const { page } = await signedIn(server.loginLink());
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Open the link that').waitFor();
    const other = await page.context().newPage();
    await other.goto(server.loginLink());
    await other.getByRole('table', { name: 'The jobs of this daemon' }).waitFor();
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await page.getByRole('table', { name: 'The jobs of this daemon' }).waitFor();
  });

  test('keeps names of thousands of characters from pushing the rest out of sight', async () => {
    const { server, control } = await serve();
    const { page } = await signedIn(server.loginLink(), { viewport: { width: 768, height: 900 } });
    const long = 'long-name-'.repeat(1000);
    control.changeJob('sales', { from: `/${long}`, state: 'halted', reason: long });
    await page.getByText('Halted').first().waitFor();
    const heightOf = async (place: string) => (await page.locator(place).first().boundingBox())!.height;
    expect(await heightOf('.jobs tbody tr')).toBeLessThan(400);
    // nothing in a row is squeezed into a column of some letters
    expect((await page.locator('.jobs .job-name').first().boundingBox())!.height).toBeLessThan(30);
    await open(page, '#/jobs/sales');
    await page.getByRole('region', { name: 'Explain a path' }).waitFor();
    expect(await heightOf('.reason')).toBeLessThan(400);
    expect(await heightOf('.facts')).toBeLessThan(700);
  });

  test('follows the colours of the machine, and a choice stays', async () => {
    const { server } = await serve();
    const { page } = await signedIn(server.loginLink(), { colorScheme: 'dark' });
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(await ground()).toBe('rgb(18, 21, 24)');
    await page.getByLabel('Colours').selectOption('light');
    expect(await ground()).toBe('rgb(250, 250, 249)');
    await page.reload();
    await page.getByRole('link', { name: 'sales' }).first().waitFor();
    expect(await ground()).toBe('rgb(250, 250, 249)');
  });

  test.each([
    ['a phone', 400],
    ['a window of 1,280 pixels at 200 %', 640],
  ])('fits %s in every view, without scrolling sideways', async (_, width) => {
    const { server, control } = await serve();
    const { page } = await signedIn(server.loginLink(), { viewport: { width, height: 800 } });
    control.changeJob('events', { reason: `no/${'long-name-without-a-break'.repeat(9)}` });
    const views = ['#/', '#/jobs/sales', '#/jobs/events', '#/jobs/sales/runs/r997', '#/stage'];
    for (const view of [...views, '#/stage?address=stage%3A%2F%2Fanalytics%2F']) {
      await open(page, view);
      await page.getByRole('heading').first().waitFor();
      const shown = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([view, shown]).toEqual([view, width]);
    }
    await server.close();
    await page.getByText('Daemon gone, trying again').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });

  test('tells who has no job what to do', async () => {
    const { server, control } = await serve();
    const { page } = await signedIn(server.loginLink());
    control.change({ jobs: [] });
    await page.getByRole('heading', { name: 'No jobs yet' }).waitFor();
    control.change({ jobs: [jobView('first')], fileProblem: 'line 3: unknown key "form"' });
    await page.getByText('unknown key "form"').waitFor();
  });

  test('gives nothing to a page of another origin, though the browser sends the cookie', async () => {
    const { server, control } = await serve();
    const { page } = await signedIn(server.loginLink());
    const other = createServer((_request, response) => response.end('<!doctype html><title>other</title>'));
    other.listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/`);
    const got = await page.evaluate(async (url) => {
      const attempt = (path: string, init: RequestInit) =>
        fetch(`${url}${path}`, { credentials: 'include', ...init }).then(
          (reply) => reply.type,
          () => 'nothing',
        );
      const frame = document.createElement('iframe');
      frame.src = `${url}/`;
      document.body.append(frame);
      await new Promise((resolve) => frame.addEventListener('load', resolve));
      let framed = 'nothing';
      try {
        framed = frame.contentDocument?.title ?? 'nothing';
      } catch {
        // another origin's document cannot be looked into
      }
      const image = new Image();
      const seen = new Promise<string>((resolve) => {
        image.addEventListener('load', () => resolve('an image'));
        image.addEventListener('error', () => resolve('nothing'));
      });
      image.src = `${url}/favicon.svg`;
      return [
        await attempt('/api/jobs/sales/runs', {}),
        await attempt('/api/jobs/sales/pause', { method: 'POST' }),
        await attempt('/api/jobs/sales/pause', { method: 'POST', mode: 'no-cors' }),
        framed,
        await seen,
      ];
    }, server.url);
    expect(got).toEqual(['nothing', 'nothing', 'nothing', 'nothing', 'nothing']);
    expect(control.asked).toEqual([]);
  });
});
