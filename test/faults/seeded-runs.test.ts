import { expect, test, vi } from 'vitest';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import { createEngine } from '../support/engine/engine.ts';
import { createStageClock } from '../support/stage/stage-clock.ts';
import { runTrial } from '../support/faults/fault-trial.ts';
import { trialStage } from '../support/stage/trial-stage.ts';

// One seed again: STAGESYNC_FAULT_SEED=17 npx vitest run test/faults/seeded-runs.test.ts
const replayed = process.env['STAGESYNC_FAULT_SEED'];
const SEEDS = replayed === undefined ? Array.from({ length: 90 }, (_, i) => i + 1) : [Number(replayed)];
const LANES = 4;

test('whatever goes wrong on the way, the next run makes Stage equal and nothing is lost', async () => {
  const queue = SEEDS.values();
  const failed: string[] = [];
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      await using stage = await trialStage();
      for (const seed of queue) {
        await runTrial(seed, stage).catch((error: unknown) => {
          failed.push(`seed ${seed}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
        });
      }
    }),
  );
  expect(failed).toEqual([]);
}, 300_000);

// seed 19 in small: the try whether moves change times came to the wrong answer where Stage dated all of it alike
test('these runs see that a Stage gives moved files new times, also when Stage is faster than its clock ticks', async () => {
  await using stage = await trialStage();
  stage.emulator.behaviour.set({ moveTouches: true });
  const source = createMemorySource();
  const destination = await stage.open('target/');
  using engine = createEngine(source, destination, createStageClock());
  // the machine's clock ticks once in many looks at it, and by some seconds between two passes
  const [start, looksInOneTick] = [Date.now(), 1000];
  let [looks, laterMs] = [0, 0];
  vi.spyOn(Date, 'now').mockImplementation(() => start + laterMs + Math.floor(looks++ / looksInOneTick));
  const pass = async (): Promise<string[]> => {
    [looks, laterMs] = [0, laterMs + 5000];
    const { error } = await engine.pass({ removal: 'ours' });
    expect(error).toBeUndefined();
    return [...(await stage.contents('target/')).keys()].sort();
  };
  for (const file of ['d/1', 'd/2', 'x']) source.write(file, `content of ${file}`);
  await pass();
  source.move('d/', 'e/');
  expect(await pass()).toEqual(['target/e/', 'target/e/1', 'target/e/2', 'target/x']);
  source.move('e/', 'f/');
  expect(await pass()).toEqual(['target/f/', 'target/f/1', 'target/f/2', 'target/x']);
  source.remove('f/');
  expect(await pass()).toEqual(['target/x']);
  expect(engine.events.filter(({ type }) => type === 'problem')).toEqual([]);
  await destination.close();
});
