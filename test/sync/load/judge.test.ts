import { describe, expect, test } from 'vitest';
import type { PipelineFile } from '../../../src/model/pipelines.ts';
import { judge, readerAfter } from '../../../src/sync/load/judge.ts';
import type { LoadRow, Reader } from '../../../src/sync/load/load-row.ts';

const row = (some: Partial<LoadRow> = {}): LoadRow => ({
  path: 'a',
  name: 'a',
  size: 5,
  replaced: true,
  loaded: false,
  arrivedMs: 0,
  readers: {},
  run: 1,
  isKnown: true,
  isConfirmed: true,
  ...some,
});
const file = (some: Partial<PipelineFile> = {}): PipelineFile => ({
  pipeline: 'p',
  state: 'loaded',
  size: 5,
  lastBatch: 7,
  underWay: false,
  error: undefined,
  ...some,
});
const LATE = { nowMs: 2000, lagMs: 2000 };
const SOON = { nowMs: 1999, lagMs: 2000 };

type Case = [string, LoadRow, Reader, PipelineFile | undefined, typeof LATE, string];

describe('what a pipeline shows of a file', () => {
  test.each<Case>([
    ['a new file, unknown', row({ replaced: false }), {}, undefined, SOON, 'unread'],
    ['a new file, loaded', row({ replaced: false }), {}, file(), SOON, 'loaded'],
    ['a new file, skipped', row({ replaced: false }), {}, file({ state: 'skipped' }), SOON, 'skipped'],
    ['a new file, read with another size', row({ replaced: false }), {}, file({ size: 4 }), LATE, 'drop'],
    ['a batch is under way', row(), {}, file({ underWay: true }), LATE, 'under_way'],
    ['replaced, and it is too early to tell', row(), {}, undefined, SOON, 'early'],
    ['replaced, and loaded so soon', row(), {}, file(), SOON, 'early'],
    ['replaced, and not read', row(), {}, undefined, LATE, 'unread'],
    ['replaced, and the old content loaded', row(), {}, file(), LATE, 'drop'],
    ['replaced, and the old content skipped', row(), {}, file({ state: 'skipped' }), LATE, 'drop'],
    ['seen unread before', row(), { fresh: true }, file(), LATE, 'loaded'],
    ['named, and not read since', row(), { old: 7 }, file(), LATE, 'drop'],
    ['named, and read since', row(), { old: 6 }, file(), LATE, 'loaded'],
    ['told, and not read since', row(), told({ sent: true }), file(), LATE, 'unread'],
    ['told, and read since', row(), told({ batch: 6, sent: true }), file(), LATE, 'loaded'],
    ['told, and given up since', row(), told({ batch: 6 }), file({ state: 'skipped' }), LATE, 'skipped'],
    ['about to be told when killed, not read since', row(), told({}), file(), LATE, 'drop'],
    ['about to be told when killed, read since', row(), told({ batch: 6 }), file(), LATE, 'loaded'],
    ['about to be told a moment ago', row(), told({}), file(), SOON, 'early'],
    ['about to be told, and nothing tells', row(), told({ batch: null }), file(), LATE, 'drop_again'],
    ['told a moment ago, and nothing tells', row(), told({ batch: null, sent: true }), file(), SOON, 'early'],
    [
      'told before the clock was set back',
      row(),
      { drop: { batch: 7, atMs: 3_600_000 } },
      file(),
      LATE,
      'drop',
    ],
    ['named, and read by a pipeline made anew', row(), { old: 8 }, file(), LATE, 'loaded'],
    ['told, and read by a pipeline made anew', row(), told({ batch: 8, sent: true }), file(), LATE, 'loaded'],
    ['told, and nothing tells', row(), told({ batch: null, sent: true }), file(), LATE, 'loaded'],
    ['read again with another size', row(), told({ batch: 6 }), file({ size: 4 }), LATE, 'unread'],
  ])('%s', (_, of, reader, shown, times, verdict) => {
    expect(judge(of, reader, shown, times)).toBe(verdict);
  });
});

test('what is kept of a look', () => {
  expect(readerAfter({}, undefined, 'unread')).toEqual({ fresh: true });
  expect(readerAfter({}, file({ state: 'unloaded' }), 'unread')).toEqual({ fresh: true });
  expect(readerAfter({}, file(), 'drop')).toEqual({ old: 7 });
  expect(readerAfter({}, undefined, 'early')).toEqual({});
  expect(readerAfter(told({}), undefined, 'unread')).toEqual({ fresh: true });
});

function told(drop: Partial<NonNullable<Reader['drop']>>): Reader {
  return { drop: { batch: 7, atMs: 0, ...drop } };
}
