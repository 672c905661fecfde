import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../../src/model/errors.ts';
import { createMemorySource } from '../../../../src/sources/memory/memory-source.ts';
import { byWayOf } from '../../../../src/sync/plan/moves/move.ts';
import type { MoveStep } from '../../../../src/sync/plan/moves/move.ts';
import { createEngine, createTestClock } from '../../../support/engine/engine.ts';
import { executing, PUT_AT } from '../../../support/engine/executing.ts';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import type {
  MemoryCall,
  MemoryDestinationOptions,
} from '../../../../src/destinations/memory/memory-destination.ts';

function setUp(moveOverwrites = true) {
  let now = 1_700_000_000_000;
  const hooks: {
    before?: ((call: MemoryCall) => void) | undefined;
    after?: ((call: MemoryCall) => void) | undefined;
  } = {};
  const source = createMemorySource();
  const stage = createMemoryDestination({
    now: () => (now += 5000),
    moveOverwrites,
    before: (call) => hooks.before?.(call),
    after: (call) => hooks.after?.(call),
  });
  return { source, stage, hooks };
}

const unavailable = (): SyncError =>
  new SyncError('stage_unavailable', 'not now', { verdict: 'retry', inDoubt: true });

test('a swap whose first step fails leaves no name empty, on a Stage whose moves replace files', async () => {
  const { source, stage, hooks } = setUp();
  using engine = createEngine(source, stage);
  source.write('a', 'content of a', { modifiedMs: 1 });
  source.write('b', 'that of b', { modifiedMs: 1 });
  await engine.pass();
  source.move('a', 'aside');
  source.move('b', 'a');
  source.move('aside', 'b');
  hooks.before = ({ kind, path }) => {
    if (kind === 'move' && (path === 'a' || path === 'b')) throw unavailable();
  };
  await engine.pass();
  expect(stage.text('a')).toBe('that of b');
  expect(stage.text('b')).toBe('content of a');
  hooks.before = undefined;
  expect((await engine.pass({ removal: 'ours' })).report).toMatchObject({ outcome: 'clean' });
  expect([...stage.files.keys()].sort()).toEqual(['a', 'b']);
});

const refused = (): SyncError =>
  new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });

test.each<[string, (path: string) => SyncError | undefined, RegExp]>([
  ['as a whole, and goes file by file', (path) => (path === 'y/' ? unavailable() : undefined), /clean/],
  ['at all, and is uploaded', (path) => (path.startsWith('y/') ? refused() : undefined), /clean|warnings/],
])(
  'a chain whose end cannot be moved destroys nothing on the way, and converges: it cannot be moved %s',
  async (_, failure, outcome) => {
    const { source, stage, hooks } = setUp();
    using engine = createEngine(source, stage);
    for (const name of ['x/', 'y/'])
      for (const file of ['1', '2']) source.write(`${name}${file}`, `${name} ${file}`, { modifiedMs: 1 });
    await engine.pass();
    source.move('y/', 'z/');
    source.move('x/', 'y/');
    hooks.before = ({ kind, path }) => {
      const failed = kind === 'move' ? failure(path) : undefined;
      if (failed !== undefined) throw failed;
    };
    const { report } = await engine.pass({ removal: 'ours' });
    expect(report.outcome).toMatch(outcome);
    const there = Object.fromEntries([...stage.files.keys()].sort().map((path) => [path, stage.text(path)]));
    expect(there).toEqual({ 'y/1': 'x/ 1', 'y/2': 'x/ 2', 'z/1': 'y/ 1', 'z/2': 'y/ 2' });
    hooks.before = undefined;
    const next = await engine.pass({ removal: 'ours' });
    expect(next.report).toMatchObject({ outcome: 'clean', moved: 0, uploaded: 0, removed: 0 });
  },
);

test('a chain of which no move is answered leaves no name of the source without a whole file, and the next run makes it', async () => {
  const { source, stage, hooks } = setUp();
  using engine = createEngine(source, stage);
  for (const name of ['x/', 'y/'])
    for (const file of ['1', '2']) source.write(`${name}${file}`, `${name} ${file}`, { modifiedMs: 1 });
  await engine.pass();
  source.move('y/', 'z/');
  source.move('x/', 'y/');
  hooks.before = ({ kind, path }) => {
    if (kind === 'move' && path.startsWith('y/')) throw unavailable();
  };
  const { report } = await engine.pass({ removal: 'ours' });
  expect(report.outcome).toBe('failures');
  for (const file of ['1', '2']) expect([`x/ ${file}`, `y/ ${file}`]).toContain(stage.text(`y/${file}`));
  hooks.before = undefined;
  expect((await engine.pass({ removal: 'ours' })).report).toMatchObject({ outcome: 'clean' });
  const there = Object.fromEntries([...stage.files.keys()].sort().map((path) => [path, stage.text(path)]));
  expect(there).toEqual({ 'y/1': 'x/ 1', 'y/2': 'x/ 2', 'z/1': 'y/ 1', 'z/2': 'y/ 2' });
});

test('a move whose reply is lost at the last attempt is resolved by looking', async () => {
  const { source, stage, hooks } = setUp(false);
  using engine = createEngine(source, stage);
  source.write('a', 'content', { modifiedMs: 1 });
  await engine.pass();
  source.move('a', 'b');
  hooks.after = ({ kind }) => {
    if (kind === 'move') throw unavailable();
  };
  expect((await engine.pass({ attempts: 1 })).report).toMatchObject({
    outcome: 'clean',
    moved: 1,
    uploaded: 0,
  });
  hooks.after = undefined;
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', moved: 0, unchanged: 1 });
});

describe('a single file', () => {
  const moving = (tree: Readonly<Record<string, string>>, stage: MemoryDestinationOptions = {}) => {
    const it = executing(tree, { stage });
    const step = (from: string, to: string): MoveStep => {
      const entry = { kind: 'file', path: to, size: 3, modifiedMs: 1, version: 'v2', identity: 'i' } as const;
      return { from, to, arrival: { path: to, reason: 'new', entry, replaces: undefined, digest: 'd' } };
    };
    const make = async (...steps: readonly MoveStep[]): Promise<string[]> => {
      await it.executor.makeMoves(steps, 'renamed');
      it.executor.throwIfEnded();
      return it.did();
    };
    return { ...it, step, make };
  };

  test('moves after one fresh listing of its folder, which serves all that move from there', async () => {
    const { step, make, there, rows, ledger, tally } = moving({ 'd/1': 'one', 'd/2': 'two', 3: 'top' });
    const did = await make(step('d/1', 'x1'), step('d/2', 'x2'), step('3', 'x3'));
    expect(did.filter((each) => each.startsWith('listFolder')).toSorted()).toEqual([
      'listFolder ',
      'listFolder d/',
    ]);
    expect(did).toHaveLength(2 + 3);
    expect(there()).toEqual({ 'd/': '', x1: 'one', x2: 'two', x3: 'top' });
    expect([rows(), ledger.intents(), tally.moved]).toEqual([['x1', 'x2', 'x3'], [], 3]);
    expect(ledger.get('x1')).toMatchObject({
      version: 'v2',
      identity: 'i',
      digest: 'd',
      shownModifiedMs: undefined,
    });
  });

  test.each<[string, string, number, string[]]>([
    ['another size', 'longer', PUT_AT, ['warning d/1 changed_on_stage']],
    ['another time', 'ONE', PUT_AT + 1000, ['warning d/1 changed_on_stage']],
  ])('that has %s by now stays, and its content is uploaded', async (_, content, at, told) => {
    const it = moving({ 'd/1': 'one' });
    it.stage.place('in/d/1', content, at);
    await it.make(it.step('d/1', 'x'));
    expect(it.there()).toMatchObject({ 'd/1': content });
    expect(it.stayed).toEqual(['d/1']);
    expect(it.told()).toEqual([...told, 'warning x entry_gone']);
    // the source of this test has no such file: that it was asked for shows by its being gone
    expect(it.events).toContainEqual(expect.objectContaining({ path: 'x', code: 'entry_gone' }));
    expect(it.rows()).toEqual(['d/1']);
  });

  test('that waits for another is sent only when that one is written down', async () => {
    const it = moving({ a: 'one', b: 'two' });
    const known: string[][] = [];
    it.hooks.before = ({ kind }) => {
      if (kind === 'move') known.push(it.rows());
    };
    await it.make(it.step('b', 'c'), it.step('a', 'b'));
    expect(known).toEqual([
      ['a', 'b'],
      ['a', 'c'],
    ]);
    expect(it.rows()).toEqual(['b', 'c']);
  });

  test('among many has its intent written with those of the others, before any of them is sent', async () => {
    const names = Array.from({ length: 100 }, (_, at) => String(at));
    const it = moving(Object.fromEntries(names.map((name) => [`d/${name}`, name])));
    let [first, most] = [0, 0];
    it.hooks.before = ({ kind }) => {
      if (kind !== 'move') return;
      first ||= it.ledger.intents().length;
      most = Math.max(most, it.ledger.intents().length);
    };
    await it.make(...names.map((name) => ({ ...it.step(`d/${name}`, `x${name}`), independent: true })));
    // a batch, and then at most that and the next one, and outcomes that wait
    expect([first, most <= 100]).toEqual([64, true]);
    expect([it.rows().length, it.ledger.intents()]).toEqual([100, []]);
  });

  test('that is gone by now is uploaded', async () => {
    const { step, make, stage, stayed, told } = moving({ 'd/1': 'one' });
    stage.files.clear();
    const did = await make(step('d/1', 'x'));
    expect(did.filter((each) => each.startsWith('move'))).toEqual([]);
    expect([stayed, told().filter((each) => each.includes('d/1'))]).toEqual([['d/1'], []]);
  });

  test.each([true, false])(
    'whose move is refused stays, and what comes after it in a chain does too; moves replace files: %s',
    async (moveOverwrites) => {
      const it = moving({ a: 'one', b: 'two' }, { moveOverwrites });
      it.hooks.before = ({ kind, path }) => {
        if (kind === 'move' && path === 'in/b')
          throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });
      };
      await it.make(it.step('b', 'c'), it.step('a', 'b'));
      expect(it.there()).toEqual({ a: 'one', b: 'two' });
      expect(it.stayed.toSorted()).toEqual(['a', 'b']);
    },
  );

  test('goes by way of a hidden name in two phases, which one intent covers', async () => {
    const { step, make, there, rows, ledger, hidden, did, executor, tally, actions } = moving({ a: 'one' });
    const whole = step('a', 'a/a');
    const [out, back] = byWayOf(whole, hidden.next('moved', 'a')).map((half) => ({
      ...half,
      arrival: whole.arrival!,
    })) as [MoveStep, MoveStep];
    expect(executor.isOut(back)).toBe(false);
    await make(out);
    expect([rows(), executor.isOut(back), tally.moved, actions()]).toEqual([['~-1-moved-a'], true, 0, []]);
    expect(ledger.intents()).toMatchObject([{ op: 'move', path: 'a', to: 'a/a' }]);
    await executor.createFolder('a/', 'new');
    await executor.idle();
    did();
    // a hidden name is known to this run alone: it need not be looked at
    expect(await make(back)).toEqual(['move ~-1-moved-a > a/a']);
    expect([there(), rows(), ledger.intents()]).toEqual([{ 'a/': '', 'a/a': 'one' }, ['a/', 'a/a'], []]);
    expect([tally.moved, actions().at(-1)]).toEqual([1, 'done move a > a/a']);
  });

  test('that did not get away to a hidden name is not moved on from there', async () => {
    const { step, make, there, hidden, hooks, stayed, ledger } = moving({ a: 'one', b: 'two' });
    const [out, back] = byWayOf(step('a', 'b'), hidden.next('moved', 'a'));
    const arrival = step('a', 'b').arrival!;
    hooks.before = ({ kind, path }) => {
      if (kind === 'move' && path === 'in/a')
        throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });
    };
    await make({ ...out, arrival }, step('b', 'a'), { ...back, arrival });
    expect([there(), ledger.intents()]).toEqual([{ a: 'one', b: 'two' }, []]);
    expect(stayed.toSorted()).toEqual(['a', 'b']);
  });

  test('in a folder that cannot be listed stays, and its content is uploaded', async () => {
    const { step, make, there, hooks, rows, stayed, events, ledger } = moving({ 'd/1': 'one' });
    hooks.before = ({ kind }) => {
      if (kind === 'listFolder') throw new SyncError('stage_bad_reply', 'garbled', { verdict: 'skip_entry' });
    };
    await make(step('d/1', 'x'));
    expect([there(), rows(), stayed]).toEqual([{ 'd/': '', 'd/1': 'one' }, ['d/1'], ['d/1']]);
    // the source of this test has no such file: that it was asked for shows by its being gone
    expect(events).toContainEqual(expect.objectContaining({ path: 'x', code: 'entry_gone' }));
    expect(ledger.intents()).toEqual([]);
  });
});

test('a file whose move is repeated is not taken to have arrived by one that others put at its new name', async () => {
  let now = PUT_AT;
  let failed = false;
  const source = createMemorySource();
  const stage = createMemoryDestination({
    now: () => (now += 5000),
    before: ({ kind }) => {
      if (kind !== 'move' || failed) return;
      failed = true;
      stage.place('x', 'OTHER', now);
      throw new SyncError('stage_unavailable', 'not now', { verdict: 'retry' });
    },
  });
  using engine = createEngine(source, stage);
  source.write('a', 'mine!', { modifiedMs: 1 });
  await engine.pass();
  source.move('a', 'x');
  await engine.pass({ removal: 'ours' });
  await engine.pass({ removal: 'ours' });
  expect(failed).toBe(true);
  expect(stage.text('x')).toBe('mine!');
});

test('a file that others change after the look at it, while Stage asks for a wait before it moves, is not moved', async () => {
  const { source, stage, hooks } = setUp();
  const clock = createTestClock();
  using engine = createEngine(source, stage, clock);
  source.write('d/a', 'content', { modifiedMs: 1 });
  await engine.pass();
  await engine.pass();
  source.move('d/a', 'd/b');
  hooks.before = ({ kind }) => {
    if (kind !== 'move') return;
    hooks.before = undefined;
    clock.at += 10_000;
    stage.place('d/a', 'theirs');
    throw new SyncError('stage_throttled', 'later', {
      verdict: 'retry',
      fact: 'slow_down',
      retryAfterMs: 600_000,
    });
  };
  await engine.pass({ removal: 'ours' });
  expect([stage.text('d/a'), stage.text('d/b')]).toEqual(['theirs', 'content']);
});
