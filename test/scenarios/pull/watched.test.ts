import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startDaemon } from '../../support/cli/daemon.ts';
import { servedStage } from '../../support/stage/served-stage.ts';

const call = { signal: new AbortController().signal };
const PATIENCE = { timeout: 30_000, interval: 50 };

test('a watch of a Stage brings what appears there, and an idle poll costs one listing a folder', async () => {
  await using stage = await servedStage();
  const put = (path: string, text: string): Promise<unknown> =>
    stage.destination.put(`target/${path}`, { size: text.length, bytes: Buffer.from(text) }, call);
  const text = (path: string): Promise<string> => readFile(join(stage.cli.folder, 'out', path), 'utf8');
  const arrives = (path: string, content: string): Promise<void> =>
    vi.waitFor(async () => expect(await text(path)).toBe(content), PATIENCE);
  for (const folder of ['target/', 'target/d/']) await stage.destination.makeFolder(folder, call);
  await put('a', 'first');
  await using daemon = await startDaemon(stage.cli, [stage.address, 'out', '--poll', '300ms', '--delete']);
  await arrives('a', 'first');
  await put('d/b', 'exported');
  await put('a', 'second version');
  await arrives('d/b', 'exported');
  await arrives('a', 'second version');
  await stage.destination.remove('target/a', call);
  await vi.waitFor(() => expect(text('a')).rejects.toThrow(/ENOENT/), PATIENCE);
  await daemon.atRest();
  expect(await daemon.status()).toMatchObject({ mode: 'polling', watches: 0 });

  const { byKind: before } = stage.emulator.counters.read();
  await vi.waitFor(() => {
    expect(stage.emulator.counters.read().byKind.list - before.list).toBeGreaterThan(5);
  }, PATIENCE);
  const { byKind: after } = stage.emulator.counters.read();
  expect({ ...after, list: 0 }).toEqual({ ...before, list: 0 });
  // a file that a person removes is brought again by the next poll
  await rm(join(stage.cli.folder, 'out', 'd', 'b'));
  await arrives('d/b', 'exported');
  expect(await daemon.stop()).toBe(0);
}, 90_000);

test('a watch goes on when its Stage was out of reach', async () => {
  await using stage = await servedStage();
  await stage.destination.makeFolder('target/', call);
  await using daemon = await startDaemon(stage.cli, [
    stage.address,
    'out',
    '--poll',
    '300ms',
    '--max-wait',
    '1s',
  ]);
  await daemon.atRest();
  stage.emulator.faults.set({
    rules: [{ kind: 'list', fault: 'status', status: 429, retryAfterSeconds: 60 }],
  });
  await daemon.becomes({ state: 'backing_off' });
  stage.emulator.faults.set({});
  await stage.destination.put('target/late', { size: 4, bytes: Buffer.from('late') }, call);
  await vi.waitFor(
    async () => expect(await readFile(join(stage.cli.folder, 'out', 'late'), 'utf8')).toBe('late'),
    PATIENCE,
  );
}, 90_000);
