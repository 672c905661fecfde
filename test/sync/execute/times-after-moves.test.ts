import { expect, test } from 'vitest';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { createEngine, createTestClock } from '../../support/engine/engine.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';

/** A Stage that gives what is moved the time of the move, true to a second. */
function setUp(requestMs: number) {
  const clock = createTestClock();
  const source = createMemorySource();
  const stage = createMemoryDestination({
    moveSetsTime: true,
    now: () => Math.floor(clock.now() / 1000) * 1000,
    after: () => void (clock.at += requestMs),
  });
  const engine = createEngine(source, stage, clock);
  for (const file of ['d/1', 'd/2', 'x']) source.write(file, `content of ${file}`, { modifiedMs: 1 });
  return { clock, source, stage, engine };
}

test('a folder goes in one run on a Stage that gives moved files a new time, whatever was moved before in passes that list little', async () => {
  const { clock, source, stage, engine } = setUp(100);
  using _ = engine;
  const scoped = (...scope: readonly string[]) => engine.pass({ removal: 'ours', scope });
  await engine.pass();
  clock.at += 60_000;
  source.move('d/', 'e/');
  await scoped('', 'd/', 'e/');
  clock.at += 60_000;
  // of e/ no time is known yet: that it did not change shows nothing
  source.move('e/', 'f/');
  await scoped('', 'e/', 'f/');
  clock.at += 60_000;
  await engine.pass({ removal: 'ours' });
  clock.at += 60_000;
  source.remove('f/');
  const { report } = await engine.pass({ removal: 'ours' });
  expect([...stage.files.keys()]).toEqual(['x']);
  expect(report).toMatchObject({ outcome: 'clean', removed: 2 });
});

test('so it does where it had been moved within the second in which it was put', async () => {
  const { clock, source, stage, engine } = setUp(0);
  using _ = engine;
  await engine.pass();
  source.move('d/', 'e/');
  await engine.pass({ removal: 'ours' });
  clock.at += 60_000;
  await engine.pass({ removal: 'ours' });
  clock.at += 60_000;
  source.remove('e/');
  const { report } = await engine.pass({ removal: 'ours' });
  expect([...stage.files.keys()]).toEqual(['x']);
  expect(report).toMatchObject({ outcome: 'clean', removed: 2 });
});
