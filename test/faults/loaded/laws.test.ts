import { expect, test } from 'vitest';
import { runLoadTrial } from '../../support/load/load-trial.ts';
import type { LoadTrialCounts } from '../../support/load/load-trial.ts';

// One seed again: STAGESYNC_LOAD_SEED=17 npx vitest run test/faults/loaded
const replayed = process.env['STAGESYNC_LOAD_SEED'];
const seeds = (count: number): readonly number[] =>
  replayed === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(replayed)];

async function trials(reload: 'drop-file' | 'new-name', count: number): Promise<LoadTrialCounts> {
  const failed: string[] = [];
  const met: LoadTrialCounts = { kills: 0, drops: 0, renames: 0, left: 0, doubled: 0, readings: 0 };
  const queue = seeds(count).values();
  const lane = async (): Promise<void> => {
    for (const seed of queue)
      try {
        for (const [what, times] of Object.entries(await runLoadTrial(seed, reload)))
          met[what as keyof LoadTrialCounts] += times as number;
      } catch (error) {
        failed.push(`seed ${seed}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
      }
  };
  await Promise.all(Array.from({ length: 4 }, lane));
  expect(failed).toEqual([]);
  return met;
}

test('whatever happens on the way to the table, in the end each file was read as it is, and left only then', async () => {
  const met = await trials('drop-file', 12);
  if (replayed === undefined)
    for (const count of [met.kills, met.drops, met.left]) expect(count).toBeGreaterThan(0);
}, 120_000);

test('the same where changed files get new names: nothing is dropped, and no name of others is touched', async () => {
  const met = await trials('new-name', 8);
  expect(met.drops).toBe(0);
  if (replayed === undefined)
    for (const count of [met.kills, met.renames, met.left]) expect(count).toBeGreaterThan(0);
}, 120_000);
