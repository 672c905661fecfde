import { expect, test } from 'vitest';
import { SyncError } from '../../../../src/model/errors.ts';
import { createMemorySource } from '../../../../src/sources/memory/memory-source.ts';
import { createEngine } from '../../../support/engine/engine.ts';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import type {
  MemoryCall,
  MemoryDestinationOptions,
} from '../../../../src/destinations/memory/memory-destination.ts';

const lostReply = (): SyncError =>
  new SyncError('stage_unreachable', 'the reply was lost', {
    verdict: 'retry',
    fact: 'out_of_reach',
    inDoubt: true,
  });
const unavailable = (): SyncError =>
  new SyncError('stage_unavailable', 'not now', { verdict: 'retry', inDoubt: true });
const rejected = (): SyncError =>
  new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });

/** What happens to the calls of a kind, counted from 1, before or after they are carried out. */
type Script = (nth: number, call: MemoryCall) => void;

function setUp(more: MemoryDestinationOptions = {}) {
  let now = 1_700_000_000_000;
  const script: { before?: Script | undefined; after?: Script | undefined } = {};
  const seen = { before: 0, after: 0 };
  const run = (phase: 'before' | 'after', call: MemoryCall): void => {
    const played = script[phase];
    if (played !== undefined && (call.kind === 'put' || call.kind === 'move')) played(++seen[phase], call);
  };
  const source = createMemorySource();
  const stage = createMemoryDestination({
    now: () => (now += 5000),
    before: (call) => run('before', call),
    after: (call) => run('after', call),
    ...more,
  });
  return { source, stage, script };
}

const hiddenOn = (stage: ReturnType<typeof setUp>['stage']): string[] =>
  [...stage.files.keys(), ...stage.folders].filter((path) => path.includes('.stagesync-'));

const textsOn = (stage: ReturnType<typeof setUp>['stage']): Record<string, string> =>
  Object.fromEntries([...stage.files].map(([path, { bytes }]) => [path, Buffer.from(bytes).toString()]));

test('a reply that is lost at the last attempt is resolved by looking', async () => {
  const { source, stage, script } = setUp();
  using engine = createEngine(source, stage);
  source.write('a', 'content', { modifiedMs: 1 });
  script.after = () => {
    throw lostReply();
  };
  expect((await engine.pass({ attempts: 1 })).report).toMatchObject({ outcome: 'clean', uploaded: 1 });
  expect(stage.count('put')).toBe(1);
});

test('a file that changes to the same size after a lost reply is never taken for the version stored before', async () => {
  const { source, stage, script } = setUp();
  using engine = createEngine(source, stage);
  source.write('a', 'one', { modifiedMs: 1 });
  script.after = () => {
    source.write('a', 'two', { modifiedMs: 2 });
    script.before = () => {
      throw unavailable();
    };
    throw lostReply();
  };
  expect((await engine.pass()).report).toMatchObject({ outcome: 'failures', uploaded: 0 });
  expect(stage.text('a')).toBe('one');
  script.before = undefined;
  script.after = undefined;
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', uploaded: 1 });
  expect(stage.text('a')).toBe('two');
});

test('a file that was stored unseen, grew meanwhile and then goes from the source is removed', async () => {
  const { source, stage, script } = setUp();
  using engine = createEngine(source, stage);
  source.write('a', 'one', { modifiedMs: 1 });
  source.write('b', 'stays', { modifiedMs: 1 });
  script.after = (_, { path }) => {
    if (path !== 'a') return;
    source.write('a', 'longer', { modifiedMs: 2 });
    script.before = () => {
      throw unavailable();
    };
    throw lostReply();
  };
  await engine.pass({ removal: 'ours' });
  script.before = undefined;
  script.after = undefined;
  source.remove('a');
  await engine.pass({ removal: 'ours' });
  expect([...stage.files.keys()]).toEqual(['b']);
});

test('an earlier version that may have been stored under a hidden name is not taken for the later one', async () => {
  const { source, stage, script } = setUp();
  using engine = createEngine(source, stage);
  source.write('a', 'one', { modifiedMs: 1 });
  source.write('b', 'two', { modifiedMs: 1 });
  // the reply to the first file is lost, and by the next attempt the two have each other's name
  script.after = () => {
    script.after = undefined;
    source.move('a', 't');
    source.move('b', 'a');
    source.move('t', 'b');
    throw lostReply();
  };
  await engine.pass({ atomic: true, concurrency: 1 });
  const swapped = { a: 'two', b: 'one' };
  expect(textsOn(stage)).toEqual(swapped);
  const { report } = await engine.pass({ atomic: true, concurrency: 1 });
  expect(report).toMatchObject({ outcome: 'clean', uploaded: 0, moved: 0 });
  expect(textsOn(stage)).toEqual(swapped);
  expect(hiddenOn(stage)).toEqual([]);
});

test('a name that is refused because an earlier attempt took it is ours', async () => {
  const { source, stage, script } = setUp();
  using engine = createEngine(source, stage);
  source.write('a', 'content', { modifiedMs: 1 });
  script.after = () => {
    script.before = () => {
      throw rejected();
    };
    throw lostReply();
  };
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', uploaded: 1 });
  expect(stage.count('put')).toBe(2);
});

test.each([
  ['atomic', {}, true],
  ['on a Stage that refuses to overwrite', { refusesOverwrite: true }, false],
])(
  'what a failed publication left under a hidden name is gone after the next run: %s',
  async (_, more, atomic) => {
    const { source, stage, script } = setUp(more);
    using engine = createEngine(source, stage);
    source.write('a', 'old', { modifiedMs: 1 });
    await engine.pass({ atomic });
    source.write('a', 'new', { modifiedMs: 2 });
    script.before = (__, { kind, to }) => {
      if (kind === 'move' && to === 'a')
        throw new SyncError('stage_too_large', 'no', { verdict: 'skip_entry' });
    };
    expect((await engine.pass({ atomic })).report).toMatchObject({ outcome: 'failures' });
    script.before = undefined;
    source.remove('a');
    source.write('b', 'another', { modifiedMs: 1 });
    expect((await engine.pass({ atomic, removal: 'ours' })).report).toMatchObject({ outcome: 'clean' });
    expect(hiddenOn(stage)).toEqual([]);
    expect([...stage.files.keys()]).toEqual(['b']);
  },
);

test('the hidden folder goes with the next run, even when that has nothing to upload', async () => {
  let refuses = true;
  const before = ({ kind, path }: MemoryCall): void => {
    if (refuses && kind === 'remove' && path.startsWith('.stagesync-')) throw rejected();
  };
  const { source, stage } = setUp({ moveOverwrites: true, before });
  using engine = createEngine(source, stage);
  source.write('a', 'content', { modifiedMs: 1 });
  await engine.pass({ atomic: true });
  expect(hiddenOn(stage)).not.toEqual([]);
  refuses = false;
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', uploaded: 0 });
  expect(hiddenOn(stage)).toEqual([]);
});

test('what was in flight when the run was stopped at once is looked up, not sent again', async () => {
  const { source, stage, script } = setUp();
  using engine = createEngine(source, stage);
  source.write('a', 'old', { modifiedMs: 1 });
  await engine.pass();
  source.write('a', 'newer', { modifiedMs: 2 });
  const draining = new AbortController();
  const stopping = new AbortController();
  script.after = () => {
    draining.abort(new SyncError('interrupted', 'stopped', { verdict: 'end_run' }));
    stopping.abort(new SyncError('interrupted', 'stopped at once', { verdict: 'end_run' }));
    stopping.signal.throwIfAborted();
  };
  const stopped = await engine.pass({ signal: stopping.signal, draining: draining.signal });
  expect(stopped.report.outcome).toBe('interrupted');
  script.after = undefined;
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', uploaded: 0, unchanged: 1 });
  expect(stage.count('put')).toBe(2);
  expect(stage.text('a')).toBe('newer');
});

test.each(['refused', 'out_of_reach', 'slow_down', 'missing'] as const)(
  'what reading says of the source (%s) is no word of the destination: the file fails, the others go on',
  async (fact) => {
    const { source, stage } = setUp();
    const others = Array.from({ length: 200 }, (_, at) => `b${at}`).toSorted();
    for (const path of ['a', ...others]) source.write(path, path, { modifiedMs: 1 });
    const read = source.read.bind(source);
    source.read = (entry, call) =>
      entry.path === 'a'
        ? Promise.reject(
            new SyncError('source_failed', 'no', { verdict: 'retry', fact, operation: 'read', path: 'a' }),
          )
        : read(entry, call);
    using engine = createEngine(source, stage);
    const { report } = await engine.pass({ attempts: 1, concurrency: 1 });
    expect(report).toMatchObject({ outcome: 'failures', uploaded: 200, failed: 1 });
    expect([...stage.files.keys()].toSorted()).toEqual(others);
    expect(stage.count('stat')).toBe(0);
    expect(engine.events.filter(({ type }) => type === 'throttled')).toEqual([]);
  },
);

test.each(['out_of_reach', 'refused', 'missing', 'slow_down'] as const)(
  'a source whose read says %s fails that file alone, and is not taken for what the destination says',
  async (fact) => {
    const { source, stage } = setUp();
    source.write('a', '1', { modifiedMs: 1 });
    source.write('b', '2', { modifiedMs: 1 });
    const noRead = (): SyncError =>
      new SyncError('source_failed', 'no', { verdict: 'skip_entry', fact, operation: 'read', path: 'a' });
    const read: typeof source.read = (entry, call) =>
      entry.path === 'a' ? Promise.reject(noRead()) : source.read(entry, call);
    using engine = createEngine({ ...source, read }, stage);
    stage.place('a', 'old');
    const { report, error } = await engine.pass({ concurrency: 1 });
    expect([error, report.uploaded, report.failed]).toEqual([undefined, 1, 1]);
    expect(stage.text('a')).toBe('old');
    expect(stage.calls.filter(({ kind }) => kind === 'put' || kind === 'stat')).toHaveLength(1);
    expect(hiddenOn(stage)).toEqual([]);
  },
);
