import { describe, expect, test } from 'vitest';
import { SyncError } from '../../src/model/errors.ts';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import { openLedger } from '../../src/sync/ledger/open-ledger.ts';
import type { PassOptions } from '../../src/sync/pass-options.ts';
import { createEngine } from '../support/engine/engine.ts';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import type {
  MemoryCall,
  MemoryDestinationOptions,
} from '../../src/destinations/memory/memory-destination.ts';

const SET = { atomic: true, publishSet: true, marker: '_SUCCESS' } as const;

function setUp(options: MemoryDestinationOptions = {}) {
  let now = 1_700_000_000_000;
  const hooks: {
    before?: ((call: MemoryCall) => void) | undefined;
    after?: ((call: MemoryCall) => void) | undefined;
  } = {};
  const source = createMemorySource();
  const stage = createMemoryDestination({
    root: 'in/',
    now: () => (now += 5000),
    before: (call) => hooks.before?.(call),
    after: (call) => hooks.after?.(call),
    ...options,
  });
  stage.folders.add('in/');
  const engine = createEngine(source, stage);
  source.write('a', 'one', { modifiedMs: 1 });
  source.write('b', 'two', { modifiedMs: 1 });
  const marker = 'in/_SUCCESS';
  const files = (): string[] => [...stage.files.keys()].sort();
  const hidden = (): string[] =>
    [...stage.folders, ...files()].filter((path) => path.includes('.stagesync-'));
  /** A pass that is stopped at once by a call. */
  const kill = async (
    phase: 'before' | 'after',
    at: (call: MemoryCall) => boolean,
    more: Partial<PassOptions> = {},
  ) => {
    const stopping = new AbortController();
    hooks[phase] = (call) => {
      if (stopping.signal.aborted || !at(call)) return;
      stopping.abort(new SyncError('interrupted', 'killed', { verdict: 'end_run' }));
      stopping.signal.throwIfAborted();
    };
    const result = await engine.pass({ ...SET, ...more, signal: stopping.signal });
    hooks[phase] = undefined;
    expect(result.report.outcome).toBe('interrupted');
  };
  return {
    source,
    stage,
    engine,
    hooks,
    marker,
    files,
    hidden,
    kill,
    [Symbol.dispose]: () => engine[Symbol.dispose](),
  };
}
const isMarker = ({ kind, path }: MemoryCall): boolean => kind === 'put' && path === 'in/_SUCCESS';

describe('the marker of a set', () => {
  test('is put last, once the set has its names', async () => {
    using it = setUp();
    await it.engine.pass(SET);
    const changes = it.stage.calls.filter(({ kind }) => ['put', 'move'].includes(kind));
    expect(changes.at(-1)).toEqual({ kind: 'put', path: it.marker });
    expect(it.stage.text(it.marker)).toBe('');
    expect(it.hidden()).toEqual([]);
  });

  test('is not put again when nothing was published', async () => {
    using it = setUp();
    await it.engine.pass(SET);
    it.stage.calls.length = 0;
    expect((await it.engine.pass(SET)).report.outcome).toBe('clean');
    expect(it.stage.calls.filter(({ kind }) => kind !== 'listFolder')).toEqual([]);
  });

  test('is put again for each set, so that who watches sees another', async () => {
    using it = setUp();
    await it.engine.pass(SET);
    const before = it.stage.files.get(it.marker)?.modifiedMs;
    it.source.write('a', 'changed', { modifiedMs: 2 });
    await it.engine.pass(SET);
    expect(it.stage.files.get(it.marker)?.modifiedMs).toBeGreaterThan(before!);
  });

  test.each<[string, 'before' | 'after', (call: MemoryCall) => boolean]>([
    ['before its PUT', 'before', isMarker],
    ['after its PUT', 'after', isMarker],
    ['when the first of the set had its name', 'after', ({ kind, to }) => kind === 'move' && to === 'in/a'],
  ])('of a run that is killed %s is made good by the next', async (_, phase, at) => {
    using it = setUp();
    await it.kill(phase, at);
    await it.engine.pass(SET);
    expect(it.files()).toEqual(['in/_SUCCESS', 'in/a', 'in/b']);
    expect(it.hidden()).toEqual([]);
    it.stage.calls.length = 0;
    await it.engine.pass(SET);
    expect(it.stage.count('put')).toBe(0);
  });

  test('of a later set, killed before its PUT, is put again by the next run: the old one says nothing of that set', async () => {
    using it = setUp();
    await it.engine.pass(SET);
    const before = it.stage.files.get(it.marker)?.modifiedMs;
    it.source.write('a', 'changed', { modifiedMs: 2 });
    await it.kill('before', isMarker);
    expect(it.stage.text('in/a')).toBe('changed');
    expect(it.stage.files.get(it.marker)?.modifiedMs).toBe(before);
    expect((await it.engine.pass(SET)).report).toMatchObject({ outcome: 'clean', uploaded: 0 });
    expect(it.stage.files.get(it.marker)?.modifiedMs).toBeGreaterThan(before!);
  });

  test('that somebody removed comes back', async () => {
    using it = setUp();
    await it.engine.pass(SET);
    it.stage.files.delete(it.marker);
    expect((await it.engine.pass(SET)).report).toMatchObject({ outcome: 'clean', uploaded: 0 });
    expect(it.stage.text(it.marker)).toBe('');
  });

  test('whose PUT fails is a failure, and is written by the next run', async () => {
    using it = setUp();
    it.hooks.before = (call) => {
      if (isMarker(call)) throw new SyncError('stage_quota', 'full', { verdict: 'skip_entry' });
    };
    expect((await it.engine.pass(SET)).report).toMatchObject({ outcome: 'failures', failed: 1 });
    expect(it.engine.events).toContainEqual(
      expect.objectContaining({ path: '_SUCCESS', code: 'marker_failed' }),
    );
    it.hooks.before = undefined;
    expect((await it.engine.pass(SET)).report.outcome).toBe('clean');
    expect(it.stage.text(it.marker)).toBe('');
  });

  test('is replaced also where the Stage refuses to replace files', async () => {
    using it = setUp({ refusesOverwrite: true });
    await it.engine.pass(SET);
    const before = it.stage.files.get(it.marker)?.modifiedMs;
    for (const round of [2, 3]) {
      it.source.write('a', `changed ${round}`, { modifiedMs: round });
      expect((await it.engine.pass(SET)).report.outcome).toBe('clean');
      expect(it.hidden()).toEqual([]);
    }
    expect(it.stage.files.get(it.marker)?.modifiedMs).toBeGreaterThan(before!);
  });

  test('that is killed while it is replaced by way of hidden names is made good, and is in no ledger', async () => {
    using it = setUp({ refusesOverwrite: true });
    await it.engine.pass(SET);
    it.source.write('a', 'changed', { modifiedMs: 2 });
    await it.kill('after', ({ kind, path }) => kind === 'move' && path === it.marker);
    expect(it.hidden()).not.toEqual([]);
    expect((await it.engine.pass(SET)).report.outcome).toBe('clean');
    expect(it.files()).toEqual(['in/_SUCCESS', 'in/a', 'in/b']);
    expect(it.hidden()).toEqual([]);
    const { label } = it.stage;
    const options = {
      folder: it.engine.folder,
      source: it.source.label,
      destination: label,
      command: 'test',
      pid: 1,
    };
    const ledger = openLedger(options);
    try {
      // else a run without the marker and with --delete would take it for a file that went from the source
      expect(ledger.get('_SUCCESS')).toBeUndefined();
    } finally {
      ledger.close();
    }
  });
});

describe('an unfinished set', () => {
  test('has no new marker, and the old one stays', async () => {
    using it = setUp();
    await it.engine.pass(SET);
    const before = it.stage.files.get(it.marker)?.modifiedMs;
    it.source.write('a', 'changed', { modifiedMs: 2 });
    it.source.write('c', 'new', { modifiedMs: 2 });
    it.hooks.before = ({ kind, path }) => {
      if (kind === 'put' && path.endsWith('-c'))
        throw new SyncError('stage_quota', 'full', { verdict: 'skip_entry' });
    };
    expect((await it.engine.pass(SET)).report.outcome).toBe('failures');
    expect([it.stage.text('in/a'), it.stage.files.get(it.marker)?.modifiedMs]).toEqual(['one', before]);
    it.hooks.before = undefined;
    await it.engine.pass(SET);
    expect(it.stage.text('in/a')).toBe('changed');
    expect(it.stage.files.get(it.marker)?.modifiedMs).toBeGreaterThan(before!);
  });

  test('that never was whole has no marker, however often it is tried', async () => {
    using it = setUp();
    it.hooks.before = ({ kind, path }) => {
      if (kind === 'put' && path.endsWith('-b'))
        throw new SyncError('stage_quota', 'full', { verdict: 'skip_entry' });
    };
    for (let run = 0; run < 2; run++) await it.engine.pass(SET);
    expect(it.files().filter((path) => path.startsWith('in/'))).toEqual([]);
  });

  test('leaves nothing under a hidden name, or says what it left', async () => {
    using it = setUp();
    it.hooks.before = ({ kind, path }) => {
      if (kind === 'put' && path.endsWith('-b'))
        throw new SyncError('stage_quota', 'full', { verdict: 'skip_entry' });
    };
    await it.engine.pass(SET);
    const [left] = it.hidden();
    const told = JSON.stringify(it.engine.events.filter(({ type }) => type === 'problem'));
    expect(left === undefined || told.includes(left)).toBe(true);
  });
});

test('a dry run writes no marker', async () => {
  using it = setUp();
  await it.engine.pass({ ...SET, dryRun: true });
  expect(it.files()).toEqual([]);
});
