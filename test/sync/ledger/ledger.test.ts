import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { comparePaths, isWithin, pathProblem } from '../../../src/model/path.ts';
import { SyncError } from '../../../src/model/errors.ts';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import type { LockPair } from '../../../src/sync/ledger/pair-lock.ts';
import type { Ledger } from '../../../src/sync/ledger/ledger.ts';
import type { LedgerRow } from '../../../src/sync/ledger/ledger-row.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const open = (folder: string, more: { source?: string; pid?: number; lockPair?: LockPair } = {}): Ledger =>
  openLedger({ folder, source: '/a', destination: 'stage://d/', command: 'test', pid: 1, ...more });

const row = (path: string, some: Partial<LedgerRow> = {}): LedgerRow => ({
  path,
  size: 1,
  version: 'v',
  identity: undefined,
  digest: undefined,
  shownModifiedMs: 5,
  pending: false,
  adopted: false,
  ...some,
});
const paths = (ledger: Ledger, folder?: string): string[] =>
  [...ledger.rows(folder)].flat().map(({ path }) => path);

async function newLedger(): Promise<Ledger> {
  const ledger = open(await temporaryFolder());
  onTestFinished(() => ledger.close());
  return ledger;
}

/** Few letters, so that paths meet; and those that SQL patterns, byte order and UTF-16 trip over. */
const segment = fc
  .string({
    unit: fc.constantFrom('a', 'b', '%', '_', "'", '-', '0', '\u00fc', '\uffee', '\u{10000}'),
    minLength: 1,
    maxLength: 3,
  })
  .filter((text) => pathProblem(text) === undefined);
const anyPath = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([parts, folder]) => parts.join('/') + (folder ? '/' : ''));

describe('rows', () => {
  test('come in path order, all or those of a folder, whatever their names', async () => {
    const ledger = await newLedger();
    fc.assert(
      fc.property(fc.uniqueArray(anyPath, { maxLength: 40 }), (all) => {
        for (const path of paths(ledger)) ledger.forget(path);
        ledger.transaction(() => {
          for (const path of all) ledger.put(row(path), 'new');
        });
        const sorted = all.toSorted(comparePaths);
        expect(paths(ledger)).toEqual(sorted);
        for (const folder of all.filter((path) => path.endsWith('/')))
          expect(paths(ledger, folder)).toEqual(sorted.filter((path) => isWithin(path, folder)));
      }),
      { numRuns: 200 },
    );
  });

  test('of a folder move with it, and no others', async () => {
    const ledger = await newLedger();
    fc.assert(
      fc.property(fc.uniqueArray(anyPath, { maxLength: 30 }), fc.nat(), (all, pick) => {
        const folders = all.filter((path) => path.endsWith('/'));
        fc.pre(folders.length > 0);
        for (const path of paths(ledger)) ledger.forget(path);
        for (const path of all) ledger.put(row(path), 'new');
        const from = folders[pick % folders.length]!;
        ledger.rename(from, 'new place/', { keepsTimes: false });
        const moved = (path: string): string =>
          isWithin(path, from) ? `new place/${path.slice(from.length)}` : path;
        expect(paths(ledger)).toEqual(all.map(moved).toSorted(comparePaths));
      }),
      { numRuns: 200 },
    );
  });

  test.each<[string, string, readonly string[]]>([
    ['a file', 'a', ['b']],
    ['a folder', 'd/', ['e/', 'e/1', 'e/f/']],
  ])('of %s that moved wait for a listing where the move may have changed times', async (_, from, places) => {
    for (const keepsTimes of [true, false]) {
      const ledger = await newLedger();
      for (const path of ['a', 'd/', 'd/1', 'd/f/']) ledger.put(row(path, { shownModifiedMs: 7 }), 'new');
      ledger.rename(from, places[0]!, { keepsTimes });
      const files = places.filter((path) => !path.endsWith('/'));
      for (const path of files)
        expect(ledger.get(path)).toMatchObject({ shownModifiedMs: keepsTimes ? 7 : undefined });
      const pending = [...ledger.pendingRows()].flat().map(({ path }) => path);
      // folders are not listed as such
      expect(pending).toEqual(keepsTimes ? [] : files);
      expect(paths(ledger).filter((path) => path.startsWith(from))).toEqual([]);
    }
  });

  test('keep what they were given, absent values included', async () => {
    const ledger = await newLedger();
    const full = row('a', {
      size: 2 ** 53 - 1,
      version: '',
      identity: 'i',
      digest: 'd',
      pending: true,
      adopted: true,
    });
    const bare = row('b', { shownModifiedMs: undefined });
    for (const each of [full, bare]) ledger.put(each, 'new');
    expect(ledger.get('a')).toEqual(full);
    expect(ledger.get('b')).toEqual(bare);
    expect(ledger.get('c')).toBeUndefined();
  });
});

describe('commits', () => {
  test('what fails half way leaves nothing', async () => {
    const ledger = await newLedger();
    const failing = (): void =>
      ledger.transaction(() => {
        ledger.put(row('a'), 'new');
        ledger.transaction(() => ledger.put(row('b'), 'new'));
        throw new Error('half way');
      });
    expect(failing).toThrow('half way');
    expect(paths(ledger)).toEqual([]);
    ledger.transaction(() => ledger.put(row('c'), 'new'));
    expect(paths(ledger)).toEqual(['c']);
  });

  test('intents outlive the process that wrote them, in their order', async () => {
    const folder = await temporaryFolder();
    const first = open(folder);
    const ids = first.addIntents(
      [
        { op: 'put', path: 'a', size: 3, version: 'v', identity: 'i', reason: 'new' },
        { op: 'move', path: 'b/', to: 'c/', via: 'tmp/', reason: 'cycle' },
        { op: 'remove', path: 'd', reason: 'gone_from_source' },
      ],
      77,
    );
    first.dropIntent(ids[2]!);
    first.detour(ids[0]!, 'x/new', 'x/old');
    first.close();
    const next = open(folder);
    expect(next.intents()).toMatchObject([
      { op: 'put', path: 'a', size: 3, via: 'x/new', aside: 'x/old', at: 77 },
      { op: 'move', path: 'b/', to: 'c/', via: 'tmp/' },
    ]);
    next.close();
  });
});

describe('the lock', () => {
  test('keeps a second one off the pair, and says who holds it', async () => {
    const folder = await temporaryFolder();
    const first = open(folder, { pid: 4711 });
    expect(() => open(folder)).toThrow(/another run.*"test", process 4711, since \d{4}-/);
    const other = open(folder, { source: '/b' });
    other.close();
    first.close();
    open(folder).close();
  });
});

test('another lock may keep runs off a pair, and is let go with the ledger', async () => {
  const folder = await temporaryFolder();
  const held: string[] = [];
  const lockPair: LockPair = (_file, { command }) => {
    if (held.length > 0) throw new SyncError('locked', `held by ${held[0]}`, { verdict: 'end_run' });
    held.push(command);
    return { release: () => held.splice(0) };
  };
  const ledger = open(folder, { lockPair });
  expect(() => open(folder, { lockPair })).toThrow(/held by test/);
  ledger.close();
  open(folder, { lockPair }).close();
  expect(held).toEqual([]);
});
