import { expect, test } from 'vitest';
import { PulledTrial } from '../../support/faults/pulled-trial.ts';
import { createDice } from '../../support/trees/dice.ts';

// One seed again: STAGESYNC_FAULT_SEED=17 npx vitest run test/faults/pulled/runs.test.ts
const replayed = process.env['STAGESYNC_FAULT_SEED'];
const count = Number(process.env['STAGESYNC_PULLED_SEEDS'] ?? 12);
const SEEDS = replayed === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(replayed)];

async function run(seed: number): Promise<void> {
  const dice = createDice(seed);
  using trial = new PulledTrial(dice);
  for (let round = 0; round < 3; round++) {
    for (let edit = 2 + dice.below(10); edit > 0; edit--) await trial.editStage();
    for (let edit = dice.below(4); edit > 0; edit--) trial.editDirectory();
    for (let pass = dice.below(3); pass > 0; pass--) await trial.disturbedPass();
    if (dice.chance(0.6)) await trial.cleanPass();
  }
  await trial.cleanPass();
}

test('whatever goes wrong in pulls, the next one makes the directory equal, and nothing that a person wrote is lost', async () => {
  const failed: string[] = [];
  for (const seed of SEEDS)
    await run(seed).catch((error: unknown) => {
      failed.push(`seed ${seed}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
    });
  expect(failed).toEqual([]);
}, 0);
