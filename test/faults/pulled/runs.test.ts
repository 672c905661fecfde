import { expect, test } from 'vitest';
import { PulledTrial } from '../../support/faults/pulled-trial.ts';
import { createDice } from '../../support/trees/dice.ts';

// One seed again: STAGESYNC_FAULT_SEED=17 npx vitest run test/faults/pulled/runs.test.ts
const replayed = process.env['STAGESYNC_FAULT_SEED'];
// Many: STAGESYNC_PULLED_SEEDS=500, from STAGESYNC_PULLED_FROM=1001 on.
const count = Number(process.env['STAGESYNC_PULLED_SEEDS'] ?? 12);
const from = Number(process.env['STAGESYNC_PULLED_FROM'] ?? 1);
const SEEDS = replayed === undefined ? Array.from({ length: count }, (_, i) => i + from) : [Number(replayed)];

/** Resolves with the number of readings that were gone on with. */
async function run(seed: number): Promise<number> {
  const dice = createDice(seed);
  using trial = await PulledTrial.open(dice);
  trial.editStage(4 + dice.below(14));
  for (let round = 1 + dice.below(3); round > 0; round--) {
    for (let deeds = dice.below(4); deeds > 0; deeds--) trial.writer.act();
    for (let pass = 1 + dice.below(3); pass > 0; pass--) await trial.disturbedPass();
    if (dice.chance(0.5)) await trial.cleanPass();
    trial.editStage(1 + dice.below(8));
  }
  await trial.cleanPass();
  return trial.resumed;
}

test('whatever goes wrong in pulls, the next one makes the directory equal, and nothing that a person wrote is lost', async () => {
  const failed: string[] = [];
  let resumed = 0;
  for (const seed of SEEDS)
    await run(seed).then(
      (count) => (resumed += count),
      (error: unknown) => {
        failed.push(`seed ${seed}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
      },
    );
  expect(failed).toEqual([]);
  // rare: a body of several chunks has to break off, and its file has to be wanted still
  if (SEEDS.length >= 100) expect(resumed).toBeGreaterThan(0);
}, 0);
