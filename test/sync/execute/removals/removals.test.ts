import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../../src/model/errors.ts';
import { createMemorySource } from '../../../../src/sources/memory/memory-source.ts';
import type { ShownVersion } from '../../../../src/model/plan.ts';
import { createEngine, createTestClock } from '../../../support/engine/engine.ts';
import { executing, PUT_AT } from '../../../support/engine/executing.ts';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';

test('nothing is removed when a change before it failed, and the run says so', async () => {
  let now = 1_700_000_000_000;
  let broken = false;
  const source = createMemorySource();
  const stage = createMemoryDestination({
    now: () => (now += 5000),
    before: ({ kind }) => {
      if (broken && kind === 'put')
        throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });
    },
  });
  using engine = createEngine(source, stage);
  source.write('old-name', 'the only copy', { modifiedMs: 1 });
  source.write('stays', 'stays', { modifiedMs: 1 });
  await engine.pass();
  source.remove('old-name');
  source.write('new-name', 'the only copy, and more', { modifiedMs: 2 });
  broken = true;
  const { report } = await engine.pass({ removal: 'ours' });
  expect(report).toMatchObject({ outcome: 'failures', removed: 0 });
  expect(stage.text('old-name')).toBe('the only copy');
  expect(engine.events).toContainEqual(
    expect.objectContaining({ type: 'problem', code: 'removals_skipped' }),
  );
  broken = false;
  expect((await engine.pass({ removal: 'ours' })).report).toMatchObject({ outcome: 'clean', removed: 1 });
});

describe('a file', () => {
  const removing = (tree: Readonly<Record<string, string>>) => {
    const it = executing(tree);
    const plan = (path: string, shown?: ShownVersion): void =>
      it.store.removals.add({
        path,
        reason: 'gone_from_source',
        files: 1,
        stamp: '',
        ...(shown && { shown }),
      });
    const remove = async (): Promise<string[]> => {
      await it.executor.removeAll(it.store.removals.requests());
      it.executor.throwIfEnded();
      return it.did();
    };
    return { ...it, plan, remove };
  };

  test('goes after one fresh listing of its folder, which serves all that go there', async () => {
    const files = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`d/${i}`, 'x']));
    const { plan, remove, there, rows, ledger, tally } = removing({ ...files, top: 'x', stays: 'x' });
    for (const path of [...Object.keys(files), 'top']) plan(path);
    const did = await remove();
    expect(did.filter((each) => each.startsWith('listFolder')).toSorted()).toEqual([
      'listFolder ',
      'listFolder d/',
    ]);
    expect(did.filter((each) => each.startsWith('remove'))).toHaveLength(10);
    expect([there(), rows(), ledger.intents(), tally.removed]).toEqual([
      { 'd/': '', stays: 'x' },
      ['stays'],
      [],
      10,
    ]);
    expect(ledger.explain('top')).toMatchObject({ kind: 'removed', reason: 'gone_from_source' });
  });

  test.each<[string, string, number]>([
    ['another size', 'longer', PUT_AT],
    ['another time', 'ONE', PUT_AT + 1000],
  ])('that has %s by now stays, and who changed what is told', async (_, content, at) => {
    const { plan, remove, there, events, stage, tally, ledger } = removing({ 'd/1': 'one' });
    plan('d/1', { size: 3, modifiedMs: PUT_AT });
    stage.place('in/d/1', content, at);
    expect(await remove()).toEqual(['listFolder d/']);
    expect(there()).toEqual({ 'd/': '', 'd/1': content });
    const [problem] = events;
    expect(problem).toMatchObject({
      type: 'problem',
      path: 'd/1',
      code: 'changed_on_stage',
      severity: 'warning',
    });
    expect(problem).toMatchObject({
      message: expect.stringContaining(
        `(3 bytes of ${new Date(PUT_AT).toISOString()} then, ${content.length} bytes of ${new Date(at).toISOString()} now)`,
      ),
    });
    expect([tally.removed, tally.failed]).toEqual([0, 0]);
    expect(ledger.explain('d/1')).toMatchObject({ kind: 'synced' });
  });

  test('is held against what the plan saw, not what the ledger once had', async () => {
    const { plan, remove, there, stage } = removing({ 'd/1': 'one', 'd/2': 'two' });
    stage.place('in/d/1', 'theirs', PUT_AT);
    // a mirror removes what others put, as it saw it
    plan('d/1', { size: 6, modifiedMs: PUT_AT });
    plan('d/2', { size: 6, modifiedMs: PUT_AT });
    await remove();
    expect(there()).toEqual({ 'd/': '', 'd/2': 'two' });
  });

  test('of which nobody can say how it was stays', async () => {
    const { plan, remove, there, stage, told } = removing({});
    stage.place('in/theirs', 'x');
    plan('theirs');
    await remove();
    expect(there()).toEqual({ theirs: 'x' });
    expect(told()).toEqual(['warning theirs changed_on_stage']);
  });

  test('that is not there is left to the next listing, for this one may be short', async () => {
    const { plan, remove, rows, stage, told, tally, ledger, actions } = removing({ 'd/1': 'one' });
    plan('d/1');
    stage.files.clear();
    expect(await remove()).toEqual(['listFolder d/']);
    expect([rows(), told(), actions(), tally.removed]).toEqual([['d/1'], [], [], 0]);
    expect(ledger.intents()).toEqual([]);
  });

  test('whose name a folder has by now is not there', async () => {
    const { plan, remove, there, stage } = removing({ 'd/1': 'one' });
    plan('d/1');
    stage.files.clear();
    stage.place('in/d/1/theirs', 'x');
    await remove();
    expect(there()).toEqual({ 'd/': '', 'd/1/': '', 'd/1/theirs': 'x' });
  });

  test('that came along with a moved folder and is not as it was stays, with the row that shows its change', async () => {
    const { store, remove, rows, there, told, ledger, stage } = removing({ 'd/1': 'one' });
    store.removals.add({ path: 'd/1', reason: 'leftover', files: 1, stamp: '' });
    stage.place('in/d/1', 'theirs', PUT_AT);
    await remove();
    expect([there(), rows()]).toEqual([{ 'd/': '', 'd/1': 'theirs' }, ['d/1']]);
    expect(ledger.get('d/1')).toMatchObject({ size: 3, shownModifiedMs: PUT_AT });
    expect(told()).toEqual(['warning d/1 changed_on_stage']);
  });

  test('whose removal fails keeps its row, and its intent where it is in doubt', async () => {
    for (const inDoubt of [false, true]) {
      const { plan, remove, rows, ledger, hooks, actions } = removing({ 'd/1': 'one' });
      plan('d/1');
      hooks.before = ({ kind }) => {
        if (kind === 'remove')
          throw new SyncError('stage_unavailable', 'not now', { verdict: 'skip_entry', inDoubt });
      };
      await remove();
      expect([rows(), ledger.intents().length, actions()]).toEqual([
        ['d/1'],
        inDoubt ? 1 : 0,
        ['failed remove d/1'],
      ]);
    }
  });

  test('in a folder that cannot be listed stays', async () => {
    const { plan, remove, there, hooks, tally } = removing({ 'd/1': 'one' });
    plan('d/1');
    hooks.before = ({ kind }) => {
      if (kind === 'listFolder') throw new SyncError('stage_bad_reply', 'garbled', { verdict: 'skip_entry' });
    };
    await remove();
    expect([there(), tally.failed]).toEqual([{ 'd/': '', 'd/1': 'one' }, 1]);
  });
});

describe('a file that others change after the look at it, while its removal is not made yet', () => {
  const NAMES = ['d/1', 'd/2', 'd/stays'];
  const setUp = async () => {
    const clock = createTestClock();
    const source = createMemorySource();
    const hooks: { before?: (path: string) => void; after?: (path: string) => void } = {};
    const stage = createMemoryDestination({
      now: () => clock.now(),
      before: ({ kind, path }) => {
        if (kind === 'remove') hooks.before?.(path);
      },
      after: ({ kind, path }) => {
        if (kind === 'remove') hooks.after?.(path);
      },
    });
    const engine = createEngine(source, stage, clock);
    for (const name of NAMES) source.write(name, name, { modifiedMs: 1 });
    await engine.pass();
    clock.at += 60_000;
    return { clock, source, stage, hooks, engine };
  };

  test('for the one before it takes six seconds, stays', async () => {
    const { clock, source, stage, hooks, engine } = await setUp();
    using _ = engine;
    source.remove('d/1');
    source.remove('d/2');
    hooks.after = (path) => {
      if (path !== 'd/1') return;
      clock.at += 6000;
      stage.place('d/2', 'theirs');
    };
    await engine.pass({ removal: 'ours', concurrency: 1 });
    expect(stage.text('d/2')).toBe('theirs');
    expect(stage.text('d/1')).toBeUndefined();
  });

  test.each([
    ['asks for ten minutes', 'stage_throttled', 'slow_down', 600_000],
    ['does not answer at first', 'stage_unavailable', undefined, undefined],
  ] as const)('for Stage %s, stays', async (_, code, fact, retryAfterMs) => {
    const { clock, source, stage, hooks, engine } = await setUp();
    using __ = engine;
    source.remove('d/1');
    hooks.before = () => {
      delete hooks.before;
      clock.at += 10_000;
      stage.place('d/1', 'theirs');
      throw new SyncError(code, 'later', { verdict: 'retry', fact, retryAfterMs });
    };
    await engine.pass({ removal: 'ours' });
    expect(stage.text('d/1')).toBe('theirs');
  });
});
