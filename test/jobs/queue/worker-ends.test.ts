import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { Batch } from '../../../src/cluster/queue/wire/batch.ts';
import { toWireError } from '../../../src/cluster/queue/wire/wire-error.ts';
import type { FileEntry } from '../../../src/model/entry.ts';
import { readEnvironment } from '../../../src/jobs/environment.ts';
import { WorkerEndsByAddress } from '../../../src/jobs/queue/worker-ends.ts';
import { surroundingsOf } from '../../../src/jobs/surroundings.ts';
import { openLocalSource } from '../../../src/sources/local/local-source.ts';
import { entryGone } from '../../../src/sources/local/local-problems.ts';

const folder = mkdtempSync(join(tmpdir(), 'stagesync-worker-ends-'));
afterAll(() => rmSync(folder, { recursive: true }));
const mounted = join(folder, 'mounted');
mkdirSync(mounted);
writeFileSync(join(mounted, 'a'), 'of a');

const { signal } = new AbortController();
const listed = (await (
  await openLocalSource({ root: mounted, followSymlinks: false })
).stat!('a', { signal }))!;

const around = surroundingsOf({
  environment: readEnvironment(
    {
      SINGLESTOREDB_MANAGEMENT_TOKEN: 'token',
      SINGLESTOREDB_MANAGEMENT_BASE_URL: 'http://127.0.0.1:9',
    },
    folder,
  ),
  folder,
  command: 'a test',
  pid: process.pid,
});

function openedEnds(localRoots: readonly string[] = [folder]): WorkerEndsByAddress {
  const ends = new WorkerEndsByAddress({
    around,
    authority: around.authority,
    localRoots,
    concurrency: 1,
    mostLanes: 1,
    bytesPerSecond: undefined,
    maxWaitMs: 1000,
  });
  onTestFinished(() => ends[Symbol.asyncDispose]());
  return ends;
}

const batchOf = (more: Partial<Batch> = {}, entry: FileEntry = listed): Batch => ({
  id: 'run-1-0',
  pair: 'pair',
  run: 'run',
  from: mounted,
  to: 'stage://7d0a1b6e-2f7b-4a1c-9a39-5b7f0e0d8a11/in/',
  service: 'http://127.0.0.1:9',
  followSymlinks: false,
  archived: 'report',
  items: [{ id: 1, entry, to: 'in/a', replaces: undefined, mayLook: true, urgent: false, readsBack: false }],
  ...more,
});

test('a worker serves what it sees as it was listed', async () => {
  await expect(openedEnds().of(batchOf(), { signal })).resolves.toMatchObject({ isProven: true });
});

test.each([
  ['another API', batchOf({ service: 'https://api.other.test' }), /start it with the same --base-url/],
  ['a Stage as the source', batchOf({ from: 'stage://x/y' }), /reads directories and buckets alone/],
  ['a directory elsewhere', batchOf({ from: tmpdir() }), /below none of the directories/],
  [
    'a file that was never listed so',
    batchOf({}, { ...listed, version: 'other' }),
    /does not see in .* what was listed/,
  ],
  ['an address of nothing', batchOf({ from: 'ftp://x' }), /not supported/],
])('and never %s', async (_, batch, why) => {
  await expect(openedEnds().of(batch, { signal })).rejects.toThrow(why);
});

test('a mount that goes away has to be proven again, and a batch of which nothing is seen goes to others', async () => {
  const ends = openedEnds();
  const batch = batchOf();
  await ends.of(batch, { signal });
  const error = toWireError(entryGone('a'));
  const sent = { id: 2, path: 'b', version: '1', digest: undefined, sentDigest: undefined };
  await ends.checkAnswer(batch, { worker: 'w', outcomes: [{ id: 1, error }, sent] });
  renameSync(mounted, `${mounted}-away`);
  onTestFinished(() => renameSync(`${mounted}-away`, mounted));
  await expect(ends.of(batch, { signal })).rejects.toMatchObject({ seesOthers: true });
  await expect(ends.checkAnswer(batch, { worker: 'w', outcomes: [{ id: 1, error }] })).rejects.toMatchObject({
    seesOthers: true,
  });
});
