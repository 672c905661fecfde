import { parseArgs } from 'node:util';
import { runTrial } from '../support/fault-trial.ts';
import { trialStage } from '../support/trial-stage.ts';

// npm run faults -- --seeds 5000 --from 1: the runs of seeded-runs.test.ts, as many as one likes.
const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1000' }, from: { type: 'string', default: '1' } },
});
const from = Number(values.from);
const count = Number(values.seeds);
const failed: number[] = [];
let next = from;
await Promise.all(
  Array.from({ length: 4 }, async () => {
    await using stage = await trialStage();
    for (let seed = next++; seed < from + count; seed = next++) {
      try {
        await runTrial(seed, stage);
      } catch (error) {
        failed.push(seed);
        console.error(
          `seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
      }
      if ((seed - from + 1) % 500 === 0) console.log(`${seed - from + 1} seeds, ${failed.length} failed`);
    }
  }),
);
console.log(`${count} seeds, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(' ')}` : ''}`);
process.exitCode = failed.length === 0 ? 0 : 1;
