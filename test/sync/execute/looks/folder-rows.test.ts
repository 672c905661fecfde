import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../../src/model/errors.ts';
import type { RelPath } from '../../../../src/model/path.ts';
import { createMemorySource } from '../../../../src/sources/memory/memory-source.ts';
import type { Comparison, Deviation } from '../../../../src/sync/execute/looks/compare-folder.ts';
import {
  expectedIn,
  rename,
  renameRows,
  returnRows,
} from '../../../../src/sync/execute/looks/folder-rows.ts';
import { HiddenNames } from '../../../../src/sync/execute/hidden-names.ts';
import { DestinationTimes } from '../../../../src/sync/execute/destination-times.ts';
import { folderRow } from '../../../../src/sync/ledger/ledger-row.ts';
import { createFilter } from '../../../../src/filter/filter.ts';
import type { Ledger } from '../../../../src/sync/ledger/ledger.ts';
import { createEngine, createTestClock } from '../../../support/engine/engine.ts';
import { fileRow, PUT_AT } from '../../../support/engine/executing.ts';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import { memoryLedger } from '../../../support/engine/memory-ledger.ts';
import { openRemote } from '../../../support/engine/open-remote.ts';

const HIDDEN = '.stagesync-0-1-moved-d/';
const BELOW: readonly RelPath[] = ['', '1', 'e/', 'e/2'];

/** What is known of this Stage's times, without a request. */
function knowing(ledger: Ledger, keeps: boolean | undefined): DestinationTimes {
  if (keeps !== undefined) ledger.remember('keeps_times', keeps ? 'yes' : 'no');
  const { signal } = new AbortController();
  const remote = openRemote(createMemoryDestination());
  return new DestinationTimes({
    remote,
    ledger,
    hidden: new HiddenNames(PUT_AT),
    clock: createTestClock(),
    signal,
  });
}

/** The rows of a folder that waited: in their own name, as of one that was to be removed, or in a hidden one. */
function returning(waited: RelPath, more: Readonly<Record<RelPath, number>> = {}, keeps?: boolean) {
  const ledger = memoryLedger();
  for (const below of BELOW)
    ledger.put(
      below === '' || below.endsWith('/')
        ? folderRow(waited + below)
        : fileRow(waited + below, 3, { digest: `of ${below}` }),
      'new',
    );
  for (const [path, size] of Object.entries(more))
    ledger.put(fileRow(path, size, { digest: 'other' }), 'new');
  return {
    ledger,
    rows: (): string[] => [...ledger.rows()].flat().map(({ path }) => path),
    back: (
      strangers: readonly Deviation[],
      dropped: readonly RelPath[] | undefined,
      to: RelPath = 'd/',
    ): void =>
      ledger.transaction(() =>
        returnRows({
          ledger,
          times: knowing(ledger, keeps),
          from: waited,
          to,
          deviations: strangers,
          dropped: dropped && new Set(dropped),
        }),
      ),
  };
}

const ALL = BELOW.map((below) => `d/${below}`);

describe('a folder that moved', () => {
  const moved = (seen: Partial<Comparison>) => {
    const it = returning('d/');
    it.ledger.transaction(() =>
      renameRows(it.ledger, 'd/', 'new/', { deviations: [], touched: [], ...seen }),
    );
    return it;
  };
  const NEW = BELOW.map((below) => `new/${below}`);

  test('has all its rows under its new name, with the times that were seen there', () => {
    const { ledger, rows } = moved({ touched: [{ path: '1', kind: 'changed', modifiedMs: 7 }] });
    expect(rows()).toEqual(NEW);
    expect(ledger.get('new/1')).toEqual(fileRow('new/1', 3, { digest: 'of 1', shownModifiedMs: 7 }));
    expect(ledger.get('new/e/2')).toEqual(fileRow('new/e/2', 3, { digest: 'of e/2' }));
    expect(ledger.get('new/e/')).toEqual(folderRow('new/e/'));
  });

  test('has its times to be learnt where it could not be held what all of them are', () => {
    const { ledger, rows } = moved({
      touched: [
        { path: '1', kind: 'changed', modifiedMs: 7 },
        { path: '', kind: 'unclear' },
      ],
    });
    expect(rows()).toEqual(NEW);
    for (const path of ['new/1', 'new/e/2'])
      expect(ledger.get(path)).toMatchObject({ shownModifiedMs: undefined, pending: true });
  });

  test('has no row of what did not come, nor of what others had put into it', () => {
    const { rows } = moved({
      deviations: [
        { path: '1', kind: 'missing' },
        { path: 'theirs', kind: 'extra' },
      ],
    });
    expect(rows()).toEqual(['d/', 'new/', 'new/e/', 'new/e/2']);
  });

  test('leaves the row of what others changed at its old name, with its old time, and the folders it is in', () => {
    const { ledger, rows } = moved({ deviations: [{ path: 'e/2', kind: 'changed', modifiedMs: 9 }] });
    expect(rows()).toEqual(['d/', 'd/e/', 'd/e/2', 'new/', 'new/1', 'new/e/']);
    expect(ledger.get('d/e/2')).toEqual(fileRow('d/e/2', 3, { digest: 'of e/2' }));
  });

  test('keeps the rows of what cannot be told', () => {
    const { rows } = moved({
      deviations: [
        { path: 'e/', kind: 'unclear' },
        { path: 'e/2', kind: 'missing' },
      ],
    });
    expect(rows()).toEqual(NEW);
  });

  test.each([true, false, undefined])('whole keeps its times only where that is known: %s', (keeps) => {
    const { ledger, rows } = returning('d/');
    rename(ledger, 'd/', 'new/', knowing(ledger, keeps));
    expect(rows()).toEqual(NEW);
    expect(ledger.get('new/e/2')).toMatchObject({
      shownModifiedMs: keeps === true ? PUT_AT : undefined,
      pending: keeps !== true,
    });
  });
});

describe('what is known to be in a folder', () => {
  const below = (folder: RelPath, ...patterns: readonly string[]) => {
    const { ledger } = returning(folder);
    const filter = createFilter({ rules: patterns.map((pattern) => ({ kind: 'exclude', pattern })) });
    return [...expectedIn(ledger, folder, filter)].flat();
  };

  test('is told without the folder itself, files with what Stage showed of them', () => {
    expect(below('d/')).toMatchObject([
      { path: '1', shown: { size: 3, modifiedMs: PUT_AT } },
      { path: 'e/', shown: undefined },
      { path: 'e/2', shown: { size: 3 } },
    ]);
  });

  test('is not what the filter leaves out; what waits under a hidden name is all ours', () => {
    expect(below('d/', '1').map(({ path }) => path)).toEqual(['e/', 'e/2']);
    expect(below(HIDDEN, '1').map(({ path }) => path)).toEqual(['1', 'e/', 'e/2']);
  });
});

describe('a folder that came back to a Stage that is known to keep times', () => {
  test.each([true, false])('has them as they were: %s', (keeps) => {
    const { ledger, back } = returning('d/', {}, keeps);
    back([], undefined);
    expect(ledger.get('d/1')).toMatchObject({
      shownModifiedMs: keeps ? PUT_AT : undefined,
      pending: !keeps,
    });
  });
});

describe.each([
  ['in its own name', 'd/'],
  ['in a hidden name', HIDDEN],
])('a folder whose rows waited %s', (_, waited) => {
  test.each([
    ['as a whole', undefined],
    ['piece by piece', []],
  ])('and that came back %s is known as it was, its files’ times to be learnt', (__, dropped) => {
    const { ledger, rows, back } = returning(waited);
    back([], dropped);
    expect(rows()).toEqual(ALL);
    expect(ledger.get('d/e/2')).toMatchObject({
      size: 3,
      digest: 'of e/2',
      adopted: false,
      shownModifiedMs: undefined,
    });
    expect(ledger.get('d/e/')).toEqual(folderRow('d/e/'));
  });

  test.each([
    ['as a whole', undefined],
    ['piece by piece', []],
  ])('and that came back %s with what others had put into it has no row of that', (__, dropped) => {
    const { rows, back } = returning(waited);
    back([{ path: 'e/theirs', kind: 'extra' }], dropped);
    expect(rows()).toEqual(ALL);
  });

  test.each([
    ['as a whole', undefined],
    ['piece by piece', []],
  ])(
    'and that came back %s knows a file that others changed by what was put there, so that the change is seen',
    (__, dropped) => {
      const { ledger, rows, back } = returning(waited);
      back([{ path: 'e/2', kind: 'changed' }], dropped);
      expect(rows()).toEqual(ALL);
      expect(ledger.get('d/e/2')).toMatchObject({ size: 3, shownModifiedMs: PUT_AT });
    },
  );

  test('and that came back as a whole does not know a file that went', () => {
    const { rows, back } = returning(waited);
    back([{ path: 'e/2', kind: 'missing' }], undefined);
    expect(rows()).toEqual(['d/', 'd/1', 'd/e/']);
  });

  test('and that came back piece by piece does not take a file that others put under a name for its own', () => {
    const { ledger, back } = returning(waited);
    back([], ['e/2']);
    const row = ledger.get('d/e/2');
    // forgotten, or known by the time that ours had
    expect(row === undefined || row.shownModifiedMs === PUT_AT).toBe(true);
    expect(ledger.get('d/1')).toMatchObject({ digest: 'of 1' });
  });

  test('and that came back piece by piece does not say that a file which went is there as it was put', () => {
    const { ledger, back } = returning(waited);
    back([{ path: 'e/2', kind: 'missing' }], []);
    const row = ledger.get('d/e/2');
    // an earlier, interrupted return may have brought it: then what is known of it has to fit
    expect(row === undefined || row.shownModifiedMs === PUT_AT).toBe(true);
  });
});

describe('a folder that waited under a hidden name', () => {
  test('and comes back into another of ours leaves the rows of that as they are', () => {
    const { ledger, rows, back } = returning(HIDDEN, { 'd/1': 9, 'd/other': 5 });
    ledger.put(folderRow('d/'), 'new');
    back([], ['1']);
    expect(rows()).toEqual(['d/', 'd/1', 'd/e/', 'd/e/2', 'd/other']);
    expect(ledger.get('d/1')).toEqual(fileRow('d/1', 9, { digest: 'other' }));
  });

  test('also where its own file came, for the other’s had gone unseen', () => {
    const { ledger, back } = returning(HIDDEN, { 'd/1': 9 });
    back([], []);
    // what stands there is known by another's row: its size and time tell that it changed
    expect(ledger.get('d/1')).toMatchObject({ size: 9, shownModifiedMs: PUT_AT });
  });

  test('goes on to its new name with its rows', () => {
    const { ledger, rows, back } = returning(HIDDEN);
    back([{ path: 'e/theirs', kind: 'extra' }], undefined, 'new/');
    expect(rows()).toEqual(BELOW.map((below) => `new/${below}`));
    expect(ledger.get('new/1')).toMatchObject({ digest: 'of 1', shownModifiedMs: undefined });
  });

  test.each([
    ['as a whole', undefined],
    ['piece by piece', ['1']],
  ])('leaves no row of the hidden name, %s', (_, dropped) => {
    const { rows, back } = returning(HIDDEN);
    back(
      [
        { path: '1', kind: 'changed' },
        { path: 'e/2', kind: 'missing' },
        { path: 'e/theirs', kind: 'extra' },
      ],
      dropped,
    );
    expect(rows().filter((path) => path.startsWith('.stagesync-'))).toEqual([]);
  });
});

describe('what is ours stays ours where a listing broke', () => {
  const setUp = async () => {
    let now = PUT_AT;
    const hooks: { garbled: boolean; afterMove?: (() => void) | undefined } = { garbled: false };
    const source = createMemorySource();
    const stage = createMemoryDestination({
      now: () => (now += 5000),
      after: ({ kind }) => {
        if (kind === 'move') hooks.afterMove?.();
      },
      before: ({ kind, path }) => {
        if (hooks.garbled && kind === 'listFolder' && path.startsWith('.stagesync-') && path.endsWith('/e/'))
          throw new SyncError('stage_bad_reply', 'garbled', { verdict: 'skip_entry' });
      },
    });
    const engine = createEngine(source, stage);
    for (const path of ['d/1', 'd/e/2', 'x']) source.write(path, path, { modifiedMs: 1 });
    await engine.pass();
    source.remove('d/');
    return { hooks, engine, there: () => [...stage.folders, ...stage.files.keys()] };
  };

  test('a folder that came back, for what it held could not be listed, goes with the next run', async () => {
    const { hooks, engine, there } = await setUp();
    using _ = engine;
    hooks.garbled = true;
    await engine.pass({ removal: 'ours' });
    expect(
      there()
        .filter((path) => path.startsWith('d/'))
        .sort(),
    ).toEqual(['d/', 'd/1', 'd/e/', 'd/e/2']);
    hooks.garbled = false;
    await engine.pass({ removal: 'ours' });
    expect(there()).toEqual(['x']);
  });

  test('so does one that a killed run left, and that came back so', async () => {
    const { hooks, engine, there } = await setUp();
    using _ = engine;
    const stopping = new AbortController();
    hooks.afterMove = () => stopping.abort(new SyncError('interrupted', 'killed', { verdict: 'end_run' }));
    await engine.pass({ removal: 'ours', signal: stopping.signal });
    hooks.afterMove = undefined;
    expect(there().some((path) => path.startsWith('.stagesync-'))).toBe(true);
    hooks.garbled = true;
    await engine.pass({ removal: 'none' });
    hooks.garbled = false;
    await engine.pass({ removal: 'ours' });
    await engine.pass({ removal: 'ours' });
    expect(there()).toEqual(['x']);
  });
});
