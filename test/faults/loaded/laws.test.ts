import { expect, test } from 'vitest';
import { runLoadTrial } from '../../support/load/load-trial.ts';
import type { LoadTrialCounts } from '../../support/load/load-trial.ts';

// One seed again: STAGESYNC_LOAD_SEED=17 npx vitest run test/faults/loaded
const replayed = process.env['STAGESYNC_LOAD_SEED'];
const SEEDS = replayed === undefined ? Array.from({ length: 12 }, (_, i) => i + 1) : [Number(replayed)];

test('whatever happens on the way to the table, in the end each file was read as it is, and left only then', async () => {
  const failed: string[] = [];
  const met: LoadTrialCounts = { kills: 0, drops: 0, left: 0, doubled: 0, readings: 0 };
  const queue = SEEDS.values();
  const lane = async (): Promise<void> => {
    for (const seed of queue)
      try {
        for (const [what, count] of Object.entries(await runLoadTrial(seed)))
          met[what as keyof LoadTrialCounts] += count as number;
      } catch (error) {
        failed.push(`seed ${seed}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
      }
  };
  await Promise.all(Array.from({ length: 4 }, lane));
  expect(failed).toEqual([]);
  if (replayed === undefined)
    for (const count of [met.kills, met.drops, met.left]) expect(count).toBeGreaterThan(0);
}, 120_000);
