import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { builtPage } from '../../src/daemon/http/built-page.ts';
import { filesIn } from '../../src/program/program-files.ts';
import { serveDaemonPage } from '../../src/daemon/http/daemon-page.ts';
import { buildPage } from '../support/page/build-page.ts';
import { CHROMIUM, openBrowser, openTab } from '../support/page/open-browser.ts';
import { realDaemon } from '../support/page/real-daemon.ts';
import { writeTree } from '../support/trees/trees.ts';

const MEGABYTE = 1_000_000;

describe.skipIf(CHROMIUM === undefined)('the page of real jobs', async () => {
  if (CHROMIUM === undefined) return;
  const files = builtPage(filesIn(await buildPage()));
  const browser = await openBrowser();

  async function opened(...given: Parameters<typeof realDaemon>) {
    const daemon = await realDaemon(...given);
    const server = await serveDaemonPage(daemon.supervisor, {
      address: { host: '127.0.0.1', port: 0 },
      stateFolder: daemon.stateFolder,
      files,
    });
    onTestFinished(() => server.close());
    const tab = await openTab(browser);
    await tab.page.goto(server.loginLink());
    await tab.page.getByRole('table', { name: 'The jobs of this daemon' }).waitFor();
    return { ...daemon, ...tab };
  }

  test('a transfer progresses before the eyes of who looks, then is a run with its actions', async () => {
    const { page, folderOf, emulator, complaints } = await opened(
      { orders: {} },
      { faults: { bandwidth: { upload: 10 * MEGABYTE } } },
    );
    writeFileSync(join(folderOf('orders'), 'large.bin'), Buffer.alloc(60 * MEGABYTE, 'x'));
    await page.getByRole('link', { name: 'orders' }).click();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    const meter = page.getByRole('progressbar', { name: 'Sent of large.bin' });
    await meter.waitFor();
    const share = async (): Promise<number> => Number(await meter.getAttribute('aria-valuenow'));
    const soon = { interval: 20, timeout: 20_000 };
    await expect.poll(share, soon).toBeGreaterThan(0);
    const first = await share();
    await expect.poll(share, soon).toBeGreaterThan(first);
    // the rest need not take its time
    emulator.faults.set({});
    const runs = page.getByRole('table', { name: 'Runs that are over' });
    await runs.getByText('Clean').waitFor();
    await runs.getByRole('link').first().click();
    await page.getByText('copy large.bin').waitFor();
    expect(complaints).toEqual([]);
  });

  test('a failure appears, says why, and is explained', async () => {
    const { page, folderOf } = await opened(
      { orders: {} },
      {
        faults: {
          rules: [
            { pathPattern: 'bad', kind: 'putFile', fault: 'status', status: 400, text: 'no such luck' },
          ],
        },
      },
    );
    await writeTree(folderOf('orders'), { 'good.csv': 'good', 'bad-1.csv': 'bad', 'bad-2.csv': 'bad' });
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('link', { name: 'Failures' }).click();
    const causes = page.getByRole('region', { name: 'Failures by cause' });
    await causes.getByText(/2 ×.*no such luck/).waitFor();
    await causes.getByRole('button', { name: 'Explain' }).click();
    await causes.getByText(/bad-\d\.csv: failed/).waitFor();
    await page.getByLabel('Only what failed').uncheck();
    await page.getByText('copy good.csv').waitFor();
  });

  test('pause holds a watch back, and resume lets it go on', async () => {
    const { page, folderOf, jobOf } = await opened({ orders: { watch: true } });
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(() => jobOf('orders').state).toBe('paused');
    await page.getByText('Paused', { exact: true }).waitFor();
    writeFileSync(join(folderOf('orders'), 'new.csv'), 'new');
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => jobOf('orders').lastRun?.report.uploaded, { timeout: 20_000 }).toBe(1);
    await page.getByText('Idle').waitFor();
  });

  test('a plan is shown, and exactly that is done; then the Stage has it', async () => {
    const { page, folderOf, supervisor, emulator } = await opened({ orders: {} });
    await writeTree(folderOf('orders'), { 'gone.csv': 'gone', 'in/kept.csv': 'kept' });
    await supervisor.flush('orders');
    rmSync(join(folderOf('orders'), 'gone.csv'));
    writeFileSync(join(folderOf('orders'), 'come.csv'), 'come');
    const before = emulator.counters.read().changing;
    await page.getByRole('link', { name: 'orders' }).click();
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByText('remove gone.csv').waitFor();
    await page.getByText('copy come.csv').waitFor();
    expect(emulator.counters.read().changing).toBe(before);
    writeFileSync(join(folderOf('orders'), 'too-late.csv'), 'late');
    await page.getByRole('button', { name: 'Apply 2 actions' }).click();
    await page.getByRole('link', { name: 'See how it goes' }).click();
    await expect
      .poll(() => page.getByRole('table', { name: 'Runs that are over' }).getByRole('row').count())
      .toBe(3);
    await page.getByRole('link', { name: /^stage:/ }).click();
    await page.getByRole('heading', { name: '8 B in 2 files' }).waitFor();
    const rows = page.getByRole('table').getByRole('rowheader');
    expect((await rows.allTextContents()).toSorted()).toEqual(['come.csv', 'in/']);
  });
});
