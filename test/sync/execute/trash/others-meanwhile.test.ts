import { describe, expect, test } from 'vitest';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import type { MemoryCall } from '../../../../src/destinations/memory/memory-destination.ts';
import { createMemorySource } from '../../../../src/sources/memory/memory-source.ts';
import { SyncError } from '../../../../src/model/errors.ts';
import { keptUntil, TRASH } from '../../../../src/sync/execute/trash/trash-names.ts';
import { createEngine, createTestClock } from '../../../support/engine/engine.ts';

const DAY_MS = 86_400_000;
const KEEP = { keepRemovedMs: 7 * DAY_MS };

/** A Stage whose moves replace files, and a second writer who acts right before a call. */
function setUp() {
  let now = 1_700_000_000_000;
  let meanwhile: ((call: MemoryCall) => void) | undefined;
  const source = createMemorySource();
  const clock = createTestClock();
  const stage = createMemoryDestination({
    now: () => (now += 5000),
    moveOverwrites: true,
    before: (call) => meanwhile?.(call),
  });
  const engine = createEngine(source, stage, clock);
  return {
    source,
    stage,
    clock,
    engine,
    contents: (): string[] => [...stage.files.keys()].map((path) => stage.text(path)!),
    /** Once, before the first call of the kind that is about the path or, for a move, brings something there. */
    before(kind: MemoryCall['kind'], path: RegExp, act: () => void): void {
      meanwhile = (call) => {
        if (call.kind !== kind || !path.test(call.to ?? call.path)) return;
        meanwhile = undefined;
        act();
      };
    },
    /** From now on each call fails, until it lives again. */
    dies(): void {
      meanwhile = () => {
        throw new Error('killed');
      };
    },
    lives: (): void => void (meanwhile = undefined),
    [Symbol.dispose]: () => engine[Symbol.dispose](),
  };
}

describe('a file that others put, after the listing,', () => {
  test.each([
    ['goes into the trash', KEEP, 'ours', true],
    ['stays', { overwrite: false }, 'theirs', false],
    ['stays, with a trash too', { overwrite: false, ...KEEP }, 'theirs', false],
  ])('where one of ours is to move %s: %j', async (_, options, end, isClean) => {
    using here = setUp();
    const { source, stage, engine } = here;
    source.write('a', 'ours', { modifiedMs: 1 });
    source.write('sub/z', 'z', { modifiedMs: 1 });
    await engine.pass();
    source.move('a', 'sub/b');
    // the plan is made by then: the fresh look at the origin is the second listing of the top
    here.before('listFolder', /^$/, () =>
      here.before('listFolder', /^$/, () => stage.place('sub/b', 'theirs')),
    );
    const { report } = await engine.pass({ removal: 'ours', ...options });
    expect(stage.text('sub/b')).toBe(end);
    expect(here.contents()).toContain('theirs');
    expect(report.outcome === 'clean').toBe(isClean);
  });
});

test.each([[{}], [{ publishSet: true }], [KEEP]])(
  'without overwriting, what others put under a new name during its upload stays, with --atomic: %j',
  async (options) => {
    using here = setUp();
    const { source, stage, engine } = here;
    source.write('a', 'ours', { modifiedMs: 1 });
    here.before('put', /-new-a$/, () => stage.place('a', 'theirs'));
    await engine.pass({ atomic: true, overwrite: false, ...options });
    expect(stage.text('a')).toBe('theirs');
  },
);

test.each([[{}], [{ atomic: true, publishSet: true }]])(
  'what is replaced is kept for so long from when it goes, however long its upload took: %j',
  async (options) => {
    using here = setUp();
    const { source, stage, clock, engine } = here;
    source.write('a', 'old', { modifiedMs: 1 });
    await engine.pass();
    source.write('a', 'new!', { modifiedMs: 2 });
    here.before('put', /-new-a$/, () => {
      clock.at += 3 * DAY_MS;
    });
    await engine.pass({ ...KEEP, ...options });
    const kept = [...stage.files.keys()].find((path) => stage.text(path) === 'old')!;
    expect(keptUntil(kept.split('/')[1]!)).toBeGreaterThanOrEqual(clock.at + KEEP.keepRemovedMs);
  },
);

describe('what goes is kept for so long from when it is asked for, not from before a wait:', () => {
  const lost = new SyncError('stage_unavailable', 'no answer', { verdict: 'retry', inDoubt: true });
  const unsent = new SyncError('stage_unavailable', 'not now', { verdict: 'retry' });

  test.each<[string, string, SyncError | undefined]>([
    ['a file, behind other requests', 'a', undefined],
    ['a folder, behind other requests', 'd/', undefined],
    ['a file, in an outage', 'a', unsent],
    ['a folder, in an outage', 'd/', unsent],
    ['a file, after a lost reply', 'a', lost],
    ['a folder, after a lost reply', 'd/', lost],
  ])('%s', async (_, path, failure) => {
    using here = setUp();
    const { source, stage, clock, engine } = here;
    source.write('a', 'old', { modifiedMs: 1 });
    source.write('d/b', 'old', { modifiedMs: 1 });
    source.write('z', 'z', { modifiedMs: 1 });
    await engine.pass();
    source.remove(path === 'a' ? 'a' : 'd/b');
    const wait = (): void => {
      clock.at += 3 * DAY_MS;
      if (failure !== undefined) throw failure;
    };
    if (failure === undefined) here.before('makeFolder', /until-/, wait);
    else here.before('move', /until-/, wait);
    const { report } = await engine.pass({ ...KEEP, removal: 'ours' });
    expect(report).toMatchObject({ outcome: 'clean', removed: 1, trash: { files: 1, heldFiles: 1 } });
    const kept = [...stage.files.keys()].filter(
      (each) => stage.text(each) === 'old' && each.includes('until-'),
    );
    expect(kept).toHaveLength(1);
    expect(keptUntil(kept[0]!.split('/')[1]!)).toBeGreaterThanOrEqual(clock.at + KEEP.keepRemovedMs);
  });

  test('a file that is replaced, in an outage: the new one has its name, and after a kill the old one is found', async () => {
    using here = setUp();
    const { source, stage, clock, engine } = here;
    source.write('a', 'old', { modifiedMs: 1 });
    await engine.pass();
    source.write('a', 'new!', { modifiedMs: 2 });
    here.before('move', /until-/, () => {
      clock.at += 3 * DAY_MS;
      here.before('move', /^a$/, () => {
        here.dies();
        throw new Error('killed');
      });
      throw unsent;
    });
    await engine.pass(KEEP).catch(() => undefined);
    here.lives();
    expect(stage.text('a')).toBeUndefined();
    const { report } = await engine.pass(KEEP);
    expect([report.outcome, stage.text('a')]).toEqual(['clean', 'new!']);
    const kept = [...stage.files.keys()].find((path) => stage.text(path) === 'old')!;
    expect(keptUntil(kept.split('/')[1]!)).toBeGreaterThanOrEqual(clock.at + KEEP.keepRemovedMs);
  });
});

test('what a person emptied counts no more once something else comes into the trash', async () => {
  using here = setUp();
  const { source, stage, clock, engine } = here;
  for (const path of ['a', 'b', 'c']) source.write(path, path, { modifiedMs: 1 });
  await engine.pass();
  source.remove('a');
  await engine.pass({ ...KEEP, removal: 'ours' });
  for (const path of stage.files.keys().toArray()) if (path.startsWith(TRASH)) stage.files.delete(path);
  for (const path of stage.folders.values().toArray()) if (path.startsWith(TRASH)) stage.folders.delete(path);
  clock.at += DAY_MS / 24;
  source.remove('b');
  const { report } = await engine.pass({ ...KEEP, removal: 'ours' });
  expect(report.trash).toEqual({ files: 1, bytes: 1, heldFiles: 1, heldBytes: 1 });
});
