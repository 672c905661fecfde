import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import type { CliSandbox } from '../support/cli/cli.ts';
import { createEngine, createTestClock } from '../support/engine/engine.ts';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import { servedStage } from '../support/stage/served-stage.ts';
import type { ServedStage } from '../support/stage/served-stage.ts';
import { snapshotFolder, writeTree } from '../support/trees/trees.ts';

const TROUBLE = new URL('../support/faults/ledger-trouble.mjs', import.meta.url).href;
const FILES = Object.fromEntries(
  Array.from({ length: 120 }, (_, i) => [
    `data/folder-${i % 7}/file with a long name ${i}.csv`,
    `content ${i}`,
  ]),
);

const stateFile = (cli: CliSandbox, ending: string): string =>
  join(
    cli.stateFolder,
    readdirSync(cli.stateFolder).find((name) => name.endsWith(ending))!,
  );

/** A Stage that one run made equal to the source; after it one file is gone there and somebody else's came. */
async function syncedStage(): Promise<ServedStage> {
  const stage = await servedStage();
  await writeTree(stage.cli.folder, FILES);
  expect((await stage.cli.run(['sync', 'data', stage.address])).status).toBe(0);
  const bytes = Buffer.from("somebody else's");
  const { signal } = new AbortController();
  await stage.destination.put('target/foreign', { size: bytes.length, bytes }, { signal });
  rmSync(join(stage.cli.folder, 'data/folder-0/file with a long name 7.csv'));
  return stage;
}

describe('a ledger that cannot be written', () => {
  test.each([
    ['its disk is full', 'full:14', /disk is full.*make room/],
    ['it is read-only from some moment on', 'read-only:50', /readonly.*folder writable/],
    ['it is read-only from the start', 'read-only:1', /readonly.*folder writable/],
  ])('%s: the run ends, says why, and the next one puts everything right', async (_, trouble, says) => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    await writeTree(cli.folder, FILES);
    const broken = await cli.run(['sync', 'data', address, '--json'], {
      nodeOptions: ['--import', TROUBLE],
      env: { STAGESYNC_LEDGER_TROUBLE: trouble },
    });
    expect(broken.status).toBe(2);
    expect(broken.stderr).toMatch(says);
    expect(broken.stderr).not.toMatch(/unexpected|^\s+at /m);
    const wanted = snapshotFolder(join(cli.folder, 'data'));
    for (const [path, digest] of Object.entries(await stage.snapshot())) expect(wanted[path]).toBe(digest);
    const stored = stage.emulator.counters.read().byKind.putFile;
    const next = await cli.run(['sync', 'data', address, '--json']);
    expect(next.report).toMatchObject({ outcome: 'clean', failed: 0 });
    expect(await stage.snapshot()).toEqual(wanted);
    // what the first run stored was found, not sent again
    expect(stage.emulator.counters.read().byKind.putFile).toBe(Math.max(stored, 120));
  });

  test('a state folder that is a file: a clear message, and nothing is sent', async () => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    await writeTree(cli.folder, { 'data/a': 'a', blocked: '' });
    const result = await cli.run(['sync', 'data', address], {
      env: { XDG_STATE_HOME: join(cli.folder, 'blocked') },
    });
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/cannot keep state in .*XDG_STATE_HOME/);
    expect(stage.changingRequests()).toBe(0);
  });
});

function overwrite(file: string, at: number, length: number): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(length, 0x5a), 0, length, at);
  closeSync(fd);
}

describe('a ledger that is not what it was', () => {
  test.each<[string, (file: string) => void]>([
    ['its header is overwritten', (file) => overwrite(file, 0, 100)],
    ['its pages are overwritten', (file) => overwrite(file, 4096, statSync(file).size - 4096)],
    ['it is cut in half', (file) => truncateSync(file, Math.floor(statSync(file).size / 2))],
    [
      'it is text',
      (file) => writeFileSync(file, 'this is no database, but it is long enough to look\n'.repeat(100)),
    ],
  ])('%s: refused with the way out, and nothing changes on Stage', async (_, damage) => {
    await using stage = await syncedStage();
    const { cli, address } = stage;
    const file = stateFile(cli, '.sqlite');
    damage(file);
    const before = await stage.snapshot();
    const sent = stage.changingRequests();
    const result = await cli.run(['sync', 'data', address, '--delete']);
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/damaged.*delete it/);
    expect(result.stderr).not.toMatch(/unexpected/);
    expect(stage.changingRequests()).toBe(sent);
    expect(await stage.snapshot()).toEqual(before);

    rmSync(file);
    const next = await cli.run(['sync', 'data', address, '--delete', '--json']);
    expect(next.report).toMatchObject({ outcome: 'clean', adopted: 119, uploaded: 0, removed: 0 });
    expect(await stage.snapshot()).toEqual(before);
  });

  test.each<[string, (file: string) => void]>([
    ['deleted', (file) => rmSync(file)],
    ['emptied', (file) => truncateSync(file)],
  ])('%s: what is on Stage is adopted, and nothing is sent or removed', async (_, damage) => {
    await using stage = await syncedStage();
    const { cli, address } = stage;
    damage(stateFile(cli, '.sqlite'));
    const before = await stage.snapshot();
    const sent = stage.changingRequests();
    const result = await cli.run(['sync', 'data', address, '--delete', '--json']);
    expect(result.report).toMatchObject({ outcome: 'clean', adopted: 119, removed: 0 });
    expect(stage.changingRequests()).toBe(sent);
    expect(await stage.snapshot()).toEqual(before);
  });

  test('of a newer stagesync: refused, and left as it is', async () => {
    await using stage = await syncedStage();
    const { cli, address } = stage;
    const file = stateFile(cli, '.sqlite');
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const content = readFileSync(file);
    const sent = stage.changingRequests();
    const result = await cli.run(['sync', 'data', address, '--delete']);
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/newer stagesync.*upgrade/);
    expect(stage.changingRequests()).toBe(sent);
    expect(readFileSync(file).equals(content)).toBe(true);
  });

  test('a lock file that is none is named, with the way out', async () => {
    await using stage = await syncedStage();
    const { cli, address } = stage;
    const file = stateFile(cli, '.lock');
    writeFileSync(file, 'garbage where a lock was, long enough to be read as a header\n'.repeat(20));
    const result = await cli.run(['sync', 'data', address]);
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/\.lock is damaged.*delete it/);
    rmSync(file);
    expect((await cli.run(['sync', 'data', address])).status).toBe(0);
  });
});

test('a clock that jumps back by a day, between runs and within them, changes nothing and sends nothing again', async () => {
  const source = createMemorySource();
  const stage = createMemoryDestination({ now: () => clock.now() });
  const clock = createTestClock();
  using engine = createEngine(source, stage, clock);
  for (let i = 0; i < 20; i++) source.write(`folder/${i}`, `content ${i}`, { modifiedMs: clock.now() - i });
  await engine.pass({
    onEvent: (event) => {
      if (event.type === 'action') clock.at -= 86_400_000;
    },
  });
  clock.at -= 86_400_000;
  const sent = stage.count('put');
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', unchanged: 20, uploaded: 0 });
  source.write('folder/3', 'new content', { modifiedMs: clock.now() });
  clock.at -= 86_400_000;
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', uploaded: 1 });
  expect(stage.count('put')).toBe(sent + 1);
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', uploaded: 0 });
});
