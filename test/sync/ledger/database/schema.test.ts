import { cpSync, existsSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createMemorySource } from '../../../../src/sources/memory/memory-source.ts';
import { inspectLedger, knownPairs } from '../../../../src/sync/ledger/known-pairs.ts';
import type { Ledger } from '../../../../src/sync/ledger/ledger.ts';
import { openLedger } from '../../../../src/sync/ledger/open-ledger.ts';
import { ORIGIN_UNKNOWN, SCHEMA_VERSION } from '../../../../src/sync/ledger/database/schema.ts';
import { createEngine } from '../../../support/engine/engine.ts';
import { writeFormat1, writeFormat2, writeFormat3 } from '../../../support/engine/former-ledgers.ts';
import type { Format1Row, Format2Row } from '../../../support/engine/former-ledgers.ts';
import { begunRun } from '../../../support/engine/runs.ts';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import { temporaryFolder } from '../../../support/trees/temporary-folder.ts';

const PAIR = { source: '/a', destination: 'stage://d/' };
const ROWS: readonly Format1Row[] = [
  { path: 'adopted', reason: 'adopted' },
  { path: 'adopted by content', reason: 'adopted', digest: 'd' },
  { path: 'd/', reason: 'new' },
  { path: 'd/changed', reason: 'changed' },
  { path: 'd/found/', reason: 'adopted' },
  { path: 'd/moved', reason: 'renamed' },
  { path: 'd/moved, known', reason: 'renamed', digest: 'd' },
  { path: 'd/moved/', reason: 'folder_renamed' },
  { path: 'd/moved/along', reason: 'folder_renamed' },
  { path: 'd/swapped', reason: 'cycle' },
  { path: 'new', reason: 'new', digest: 'd' },
  { path: 'new, large', reason: 'new' },
  { path: 'touched', reason: 'touched', digest: 'd' },
];

const UNSET = {
  size: 0,
  version: '',
  identity: undefined,
  digest: undefined,
  shownModifiedMs: undefined,
  pending: false,
  adopted: false,
};

const open = (folder: string): Ledger => {
  const ledger = openLedger({ ...PAIR, folder, command: 'test', pid: 1 });
  onTestFinished(() => ledger.close());
  return ledger;
};
const formatOf = (file: string): unknown => {
  using db = new DatabaseSync(file, { readOnly: true });
  return db.prepare('PRAGMA user_version').get()?.['user_version'];
};

describe('a ledger of format 1', () => {
  test('goes on: what nobody can say was put by us counts as adopted, and how many files that are is kept', async () => {
    const folder = await temporaryFolder();
    const file = writeFormat1(folder, PAIR, ROWS);
    const ledger = open(folder);
    const rows = [...ledger.rows()].flat();
    expect(rows.map(({ path }) => path)).toEqual(ROWS.map(({ path }) => path));
    expect(rows.filter(({ adopted }) => adopted).map(({ path }) => path)).toEqual([
      'adopted',
      'd/found/',
      'd/moved',
      'd/moved/along',
      'd/swapped',
    ]);
    expect(ledger.recall(ORIGIN_UNKNOWN)).toBe('4');
    expect(formatOf(file)).toBe(SCHEMA_VERSION);
    expect(ledger.explain('new')).toMatchObject({ kind: 'synced', reason: 'new', run: 1 });
  });

  test('can be written once it was opened', async () => {
    const folder = await temporaryFolder();
    writeFormat1(folder, PAIR, ROWS);
    const ledger = open(folder);
    ledger.put({ ...ledger.get('adopted')!, adopted: false }, 'verified');
    expect(ledger.get('adopted')?.adopted).toBe(false);
  });

  test('in which all was put by us has nothing to tell', async () => {
    const folder = await temporaryFolder();
    writeFormat1(folder, PAIR, [
      { path: 'd/', reason: 'adopted' },
      { path: 'a', reason: 'new' },
    ]);
    expect(open(folder).recall(ORIGIN_UNKNOWN)).toBeUndefined();
  });

  test('keeps its intents', async () => {
    const folder = await temporaryFolder();
    const swap = { op: 'move', path: 'a', to: 'b', via: '.stagesync-swap-0-a', reason: 'cycle' } as const;
    writeFormat1(folder, PAIR, ROWS, [swap]);
    expect(open(folder).intents()).toMatchObject([swap]);
  });

  test('can be looked at without being changed, also in which rows of it count as adopted', async () => {
    const folder = await temporaryFolder();
    const file = writeFormat1(folder, PAIR, ROWS);
    const ledger = inspectLedger(knownPairs(folder).pairs[0]!);
    try {
      expect([...ledger.rows()].flat().map(({ path }) => path)).toEqual(ROWS.map(({ path }) => path));
      expect([ledger.get('adopted')?.adopted, ledger.get('new')?.adopted]).toEqual([true, false]);
      expect(ledger.explain('d/changed')).toMatchObject({ kind: 'synced', reason: 'changed' });
      expect([ledger.countFiles(), ledger.isEmpty(), ledger.runs.page({ limit: 1 })]).toMatchObject([
        ROWS.filter(({ path }) => !path.endsWith('/')).length,
        false,
        [{ outcome: 'clean' }],
      ]);
      expect([...ledger.pendingRows()].flat()).toEqual([]);
    } finally {
      ledger.close();
    }
    expect(formatOf(file)).toBe(1);
  });
});

const KEPT: readonly Format2Row[] = [
  { path: 'adopted', reason: 'adopted', size: 3, version: 'a', shownModifiedMs: 5000, adopted: true },
  { path: 'd/', reason: 'new' },
  {
    path: 'd/ours',
    reason: 'changed',
    size: 7,
    version: 'o',
    identity: 'i',
    digest: 'd',
    shownModifiedMs: 1,
  },
  { path: 'put', reason: 'new', size: 9, version: 'p', pending: true },
];
const SWAP = { op: 'move', path: 'a', to: 'b', via: '.stagesync-1-a', reason: 'cycle' } as const;

/** All that a ledger says. */
const saidBy = (ledger: Ledger) => ({
  rows: [...ledger.rows()].flat(),
  pending: [...ledger.pendingRows()].flat(),
  intents: ledger.intents(),
  runs: ledger.runs.page({ limit: 10 }),
  explained: [...KEPT.map(({ path }) => path), 'gone'].map((path) => ledger.explain(path)),
  remembered: ledger.recall('keeps_times'),
});

const inspect = (folder: string): Ledger => inspectLedger(knownPairs(folder).pairs[0]!);

/** All that a ledger says, read without changing it. */
function lookInto(folder: string): ReturnType<typeof saidBy> {
  const ledger = inspect(folder);
  try {
    return saidBy(ledger);
  } finally {
    ledger.close();
  }
}

describe('a ledger of format 2', () => {
  test('goes on with all that it says, and can be written', async () => {
    const folder = await temporaryFolder();
    const file = writeFormat2(folder, PAIR, KEPT, [SWAP]);
    const ledger = open(folder);
    const said = saidBy(ledger);
    const unset = { identity: undefined, digest: undefined, shownModifiedMs: undefined };
    const defaults = { size: 0, version: '', pending: false, adopted: false, ...unset };
    expect(said.rows).toEqual(KEPT.map(({ reason: _reason, ...row }) => ({ ...defaults, ...row })));
    expect(said.pending.map(({ path }) => path)).toEqual(['put']);
    expect(said.intents).toMatchObject([SWAP]);
    expect(said.remembered).toBe('yes');
    expect(said.explained.map((each) => each?.reason)).toEqual([
      ...KEPT.map(({ reason }) => reason),
      'gone_from_source',
    ]);
    expect(formatOf(file)).toBe(SCHEMA_VERSION);
    // nothing to tell: format 2 knew who had put each file there
    expect(ledger.recall(ORIGIN_UNKNOWN)).toBeUndefined();
    ledger.confirm('put', 8000);
    ledger.rename('d/', 'e/', { keepsTimes: false });
    expect([ledger.get('put')?.shownModifiedMs, ledger.get('e/ours')?.pending]).toEqual([8000, true]);
  });

  test('can be looked at without being changed, and says the same as after', async () => {
    const folder = await temporaryFolder();
    const file = writeFormat2(folder, PAIR, KEPT, [SWAP]);
    const before = lookInto(folder);
    expect(before.rows.map(({ shownModifiedMs }) => shownModifiedMs)).toEqual([
      5000,
      undefined,
      1,
      undefined,
    ]);
    expect(formatOf(file)).toBe(2);
    expect(saidBy(open(folder))).toEqual(before);
  });
});

test('a ledger of format 3 goes on with all that it says, and its runs have the cause that their command tells', async () => {
  const folder = await temporaryFolder();
  const file = writeFormat3(folder, PAIR, KEPT, [SWAP]);
  const before = lookInto(folder);
  expect(before.runs).toMatchObject([
    { id: '2', cause: 'watch', outcome: 'interrupted', didNotEnd: true },
    { id: '1', cause: 'command', outcome: 'clean', startedMs: 1000, endedMs: 2000 },
  ]);
  expect(formatOf(file)).toBe(3);
  const ledger = open(folder);
  expect(saidBy(ledger)).toEqual(before);
  expect(ledger.runs.get('1')).toMatchObject({ outcome: 'clean' });
  expect(formatOf(file)).toBe(SCHEMA_VERSION);
  ledger.startRun(begunRun({ id: 'new' }));
  expect(ledger.runs.get('new')).toMatchObject({ didNotEnd: true });
});

const WITHOUT_TIMES = 'ALTER TABLE intent DROP COLUMN modified';

test.each([
  [6, WITHOUT_TIMES],
  [5, `${WITHOUT_TIMES}; DROP TABLE present_name`],
  [4, `${WITHOUT_TIMES}; DROP TABLE present_name; DROP TABLE load`],
])('a ledger of format %i goes on, and has what later formats keep', async (format, former) => {
  const folder = await temporaryFolder();
  const ledger = openLedger({ ...PAIR, folder, command: 'test', pid: 1 });
  for (const row of KEPT) ledger.put({ ...UNSET, ...row }, row.reason);
  ledger.close();
  using db = new DatabaseSync(ledger.file);
  db.exec(`${former}; PRAGMA user_version = ${format};`);
  const before = lookInto(folder);
  expect(before.rows).toHaveLength(KEPT.length);
  const upgraded = open(folder);
  expect(saidBy(upgraded)).toEqual(before);
  expect(formatOf(ledger.file)).toBe(SCHEMA_VERSION);
  expect(upgraded.names.any).toBe(false);
  upgraded.names.set({ name: 'a~2', path: 'a', state: 'present', size: 1, modifiedMs: undefined });
  expect(upgraded.names.of('a')).toMatchObject({ name: 'a~2' });
  upgraded.addIntents([{ op: 'put', path: 'a', reason: 'new', modifiedMs: 1234.5 }], 1);
  expect(upgraded.intents()).toMatchObject([{ path: 'a', modifiedMs: 1234 }]);
});

test.each([
  ['format 1', (folder: string) => writeFormat1(folder, PAIR, ROWS, [SWAP])],
  ['format 2', (folder: string) => writeFormat2(folder, PAIR, KEPT, [SWAP])],
  ['format 3', (folder: string) => writeFormat3(folder, PAIR, KEPT, [SWAP])],
])('a kill while a ledger of %s is brought up to date loses nothing of it', async (_, write) => {
  const folder = await temporaryFolder();
  const file = write(folder);
  const before = lookInto(folder);
  // what a kill right before, or right after, each statement leaves on the disk
  const kills = await Promise.all(Array.from({ length: 12 }, temporaryFolder));
  let copies = 0;
  const snapshot = (): void => {
    const to = kills[copies++]!;
    for (const end of ['', '-wal', '-shm'])
      if (existsSync(file + end)) cpSync(file + end, join(to, basename(file) + end));
  };
  // eslint-disable-next-line typescript/unbound-method -- it is called on the connection below
  const { exec } = DatabaseSync.prototype;
  const spy = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
    if (this.location() !== file) return exec.call(this, sql);
    snapshot();
    exec.call(this, sql);
    snapshot();
  });
  let after: ReturnType<typeof saidBy>;
  try {
    after = saidBy(open(folder));
  } finally {
    spy.mockRestore();
  }
  // only who put a file there is told anew, by the upgrade from format 1
  const withoutOrigin = ({ rows, pending, intents, runs }: typeof after) => ({
    rows: rows.map(({ adopted: _adopted, ...row }) => row),
    pending,
    intents,
    runs,
  });
  expect(withoutOrigin(after)).toEqual(withoutOrigin(before));
  expect(copies).toBeGreaterThanOrEqual(6);
  for (const killed of kills.slice(0, copies)) expect(saidBy(open(killed))).toEqual(after);
});

test('a run after an upgrade from format 2 finds all as it was', async () => {
  let now = 1_700_000_000_000;
  const source = createMemorySource();
  const stage = createMemoryDestination({ now: () => (now += 5000) });
  using engine = createEngine(source, stage);
  source.write('a', 'content', { modifiedMs: 1 });
  await engine.pass();
  const ledger = inspect(engine.folder);
  const { version, identity, shownModifiedMs } = ledger.get('a')!;
  ledger.close();
  rmSync(ledger.file);
  writeFormat2(engine.folder, { source: source.label, destination: stage.label }, [
    { path: 'a', reason: 'new', size: 7, version, identity: identity!, shownModifiedMs: shownModifiedMs! },
  ]);
  const { report } = await engine.pass({ removal: 'ours' });
  expect(report).toMatchObject({ outcome: 'clean', unchanged: 1, uploaded: 0, adopted: 0 });
});

test('a run after an upgrade says once what it means, and removes nothing of unknown origin', async () => {
  let now = 1_700_000_000_000;
  const source = createMemorySource();
  const stage = createMemoryDestination({ now: () => (now += 5000) });
  using engine = createEngine(source, stage);
  source.write('stays', 'stays', { modifiedMs: 1 });
  const rows = [
    { path: 'adopted', reason: 'adopted' },
    { path: 'ours', reason: 'new' },
  ].map((row) => {
    stage.place(row.path, 'content');
    return { ...row, size: 7, shownModifiedMs: now };
  });
  writeFormat1(engine.folder, { source: source.label, destination: stage.label }, rows);
  const told = (): number =>
    engine.events.splice(0).filter((event) => event.type === 'problem' && event.code === 'origin_unknown')
      .length;
  // a dry run leaves it to be told
  await engine.pass({ removal: 'ours', dryRun: true });
  expect(told()).toBe(0);
  await engine.pass({ removal: 'ours' });
  expect(told()).toBe(1);
  expect([...stage.files.keys()].sort()).toEqual(['adopted', 'stays']);
  const { report } = await engine.pass({ removal: 'ours' });
  expect([told(), report.outcome]).toEqual([0, 'clean']);
  await engine.pass({ removal: 'everything' });
  expect([...stage.files.keys()]).toEqual(['stays']);
});

test('a ledger of a later format is refused with the way out', async () => {
  const folder = await temporaryFolder();
  const file = writeFormat1(folder, PAIR, []);
  using db = new DatabaseSync(file);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  expect(() => open(folder)).toThrow(/written by a newer stagesync .*upgrade stagesync, or delete the file/);
});

test('a file that says it is a ledger of format 1 and has no such tables is unusable, not unexpected', async () => {
  const folder = await temporaryFolder();
  const file = writeFormat1(folder, PAIR, []);
  {
    using db = new DatabaseSync(file);
    db.exec('DROP TABLE entry');
  }
  expect(() => open(folder)).toThrow(expect.objectContaining({ code: 'state_unusable' }));
  expect(formatOf(file)).toBe(1);
});
