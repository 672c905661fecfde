import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SourceEntry } from '../../../src/model/entry.ts';
import { comparePaths } from '../../../src/model/path.ts';
import type { DestinationEntry } from '../../../src/remote/destination-entry.ts';
import { Cursor } from '../../../src/sync/compare/cursor.ts';
import { mergeThree } from '../../../src/sync/compare/merge.ts';
import type { PathView, Visit } from '../../../src/sync/compare/merge.ts';
import type { LedgerRow } from '../../../src/sync/ledger/ledger-row.ts';
import { fileRow } from '../../support/engine/executing.ts';

const problem = { code: 'unreadable', severity: 'warning', message: 'no' } as const;
const inSource = (path: string): SourceEntry => ({
  kind: 'file',
  path,
  size: 1,
  modifiedMs: 1,
  version: 'v',
});
const shown = (path: string): DestinationEntry => ({ kind: 'file', path, size: 1, modifiedMs: 1 });
const unknown = (path: string, covers: 'path' | 'subtree') =>
  ({ kind: 'unknown', path, covers, problem }) as const;

interface Sides {
  readonly source?: readonly SourceEntry[];
  readonly destination?: readonly DestinationEntry[];
  readonly rows?: readonly LedgerRow[];
}

/** In batches of this many, with an empty one before each. */
async function* batches<T>(items: readonly T[], size: number): AsyncGenerator<readonly T[], void> {
  for (let at = 0; at < items.length; at += size) {
    yield [];
    yield await Promise.resolve(items.slice(at, at + size));
  }
}

async function merge(sides: Sides, visit?: Visit, size = 2): Promise<PathView[]> {
  const seen: PathView[] = [];
  await mergeThree(
    new Cursor(batches(sides.source ?? [], size)),
    new Cursor(batches(sides.destination ?? [], size)),
    new Cursor(batches(sides.rows ?? [], size)),
    (view) => {
      seen.push(view);
      return visit?.(view);
    },
  );
  return seen;
}

/** Which of the three have a path, and which ends could not say: 'a sdl', 'b -S'. */
const textOf = (view: PathView): string =>
  [
    `${view.path} `,
    view.source && 's',
    view.destination && 'd',
    view.row && 'l',
    view.sourceUnknown && 'S',
    view.destinationUnknown && 'D',
  ]
    .filter(Boolean)
    .join('');

test('each path is visited once, in path order, with what each side has there', async () => {
  const path = fc.stringMatching(/^[a-c!/]{1,4}$/);
  const side = fc.uniqueArray(path, { maxLength: 12 }).map((paths) => paths.sort(comparePaths));
  await fc.assert(
    fc.asyncProperty(side, side, side, fc.integer({ min: 1, max: 5 }), async (s, d, l, size) => {
      const sides = {
        source: s.map(inSource),
        destination: d.map(shown),
        rows: l.map((each) => fileRow(each, 1)),
      };
      const expected = [...new Set([...s, ...d, ...l])].sort(comparePaths).map((each) => ({
        path: each,
        source: s.includes(each) ? inSource(each) : undefined,
        destination: d.includes(each) ? shown(each) : undefined,
        row: l.includes(each) ? fileRow(each, 1) : undefined,
        sourceUnknown: false,
        destinationUnknown: false,
      }));
      expect(await merge(sides, undefined, size)).toEqual(expected);
    }),
  );
});

describe('what an end could not say', () => {
  test('is unknown at the path, or at and below the folder, and nowhere else', async () => {
    const seen = await merge({
      source: [unknown('a', 'path'), unknown('b/', 'subtree'), inSource('c')],
      destination: [shown('a'), shown('b/1'), shown('b0'), unknown('d/', 'subtree')],
      rows: ['a', 'b/', 'b/1', 'd/1', 'e'].map((path) => fileRow(path, 1)),
    });
    expect(seen.map(textOf)).toEqual([
      'a sdlS',
      'b/ slS',
      'b/1 dlS',
      'b0 d',
      'c s',
      'd/ dD',
      'd/1 lD',
      'e l',
    ]);
  });

  test('under a name that no path can have is visited by itself, whatever comes next', async () => {
    const nameless: SourceEntry = { kind: 'unknown', path: 'x', covers: 'nothing', problem };
    const seen = await merge({
      source: [inSource('b'), nameless, inSource('c')],
      destination: [shown('x')],
      rows: [fileRow('a', 1)],
    });
    expect(seen.map(textOf)).toEqual(['a l', 'b s', 'x sS', 'c s', 'x d']);
  });
});

test('a visit that takes long holds the next one', async () => {
  const log: string[] = [];
  await merge({ source: [inSource('a'), inSource('b')] }, async ({ path }) => {
    log.push(`${path} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    log.push(`${path} ends`);
  });
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
});

test('a visit may change the row it is at: the reader of the ledger has gone on', async () => {
  const rows = [fileRow('a', 1), fileRow('b', 1)];
  const read: string[] = [];
  const ledger = new Cursor([rows]);
  await mergeThree(new Cursor<SourceEntry>([]), new Cursor<DestinationEntry>([]), ledger, ({ row }) => {
    read.push(`${row?.path} then ${ledger.current?.path}`);
  });
  expect(read).toEqual(['a then b', 'b then undefined']);
});

test('a listing that rejects ends the merge with its error', async () => {
  const broken = new Cursor(
    (async function* () {
      yield [inSource('a')];
      await Promise.reject(new Error('connection lost'));
    })(),
  );
  const seen: string[] = [];
  const merged = mergeThree(
    broken,
    new Cursor<DestinationEntry>([[shown('z')]]),
    new Cursor<LedgerRow>([]),
    ({ path }) => {
      seen.push(path);
    },
  );
  await expect(merged).rejects.toThrow('connection lost');
  expect(seen).toEqual(['a']);
});
