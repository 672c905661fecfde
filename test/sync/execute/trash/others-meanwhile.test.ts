import { describe, expect, test } from 'vitest';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import type { MemoryCall } from '../../../../src/destinations/memory/memory-destination.ts';
import { createMemorySource } from '../../../../src/sources/memory/memory-source.ts';
import { keptUntil } from '../../../../src/sync/execute/trash/trash-names.ts';
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
