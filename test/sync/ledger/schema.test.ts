import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { inspectLedger, knownPairs } from '../../../src/sync/ledger/known-pairs.ts';
import type { Ledger } from '../../../src/sync/ledger/ledger.ts';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import { ORIGIN_UNKNOWN, SCHEMA_VERSION } from '../../../src/sync/ledger/schema.ts';
import { createEngine } from '../../support/engine/engine.ts';
import { writeFormat1 } from '../../support/engine/former-ledgers.ts';
import type { Format1Row } from '../../support/engine/former-ledgers.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

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
      expect([ledger.countFiles(), ledger.isEmpty(), ledger.runs(1)]).toMatchObject([
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
