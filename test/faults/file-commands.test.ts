import { expect, test } from 'vitest';
import { runFileCommandTrial, type FileTrialTally } from '../support/faults/file-command-trial.ts';

// One seed again: STAGESYNC_FILES_SEED=17 npx vitest run test/faults/file-commands.test.ts
// Many: STAGESYNC_FILES_SEEDS=100000 npx vitest run test/faults/file-commands.test.ts
const replayed = process.env['STAGESYNC_FILES_SEED'];
const many = Number(process.env['STAGESYNC_FILES_SEEDS'] ?? 1000);
const SEEDS = replayed === undefined ? Array.from({ length: many }, (_, i) => i + 1) : [Number(replayed)];

test('what others put is never removed by rm nor replaced by mv, and what moves is never lost, whatever fails or dies', async () => {
  const tally: FileTrialTally = { theirs: 0, killed: 0, lostReplies: 0, window: 0, carried: 0 };
  const failed: string[] = [];
  for (const seed of SEEDS)
    for (const loss of await runFileCommandTrial(seed, tally)) failed.push(`seed ${seed}: ${loss}`);
  console.log(JSON.stringify(tally));
  expect(failed).toEqual([]);
  if (replayed === undefined)
    for (const count of Object.values(tally)) expect(count).toBeGreaterThan(many / 20);
}, 300_000);
