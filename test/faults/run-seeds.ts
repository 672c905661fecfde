import { parseArgs } from 'node:util';
import { runTrial } from '../support/faults/fault-trial.ts';
import { runLoadTrial } from '../support/load/load-trial.ts';
import { SecondWriter } from '../support/faults/second-writer.ts';
import { runSecondWriterTrial } from '../support/faults/second-writer-trial.ts';
import type { TrialStage } from '../support/stage/trial-stage.ts';
import { trialStage } from '../support/stage/trial-stage.ts';

// npm run faults -- --seeds 5000 --from 1: the runs of seeded-runs.test.ts, as many as one likes.
// npm run faults -- --kind loaded --seeds 5000: those of loaded/laws.test.ts.
// npm run faults -- --kind queued --seeds 5000: the same by way of a queue that forgets, repeats, delays and reorders.
// npm run faults -- --kind renamed --seeds 5000: the same where changed files get new names.
// npm run faults -- --kind second-writer --seeds 10000: those of second-writer.test.ts.
const { values } = parseArgs({
  options: {
    kind: { type: 'string', default: 'faults' },
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '4' },
  },
});

const counted = new Map<string, number>();
const count = (met: object): void => {
  for (const [what, times] of Object.entries(met))
    counted.set(what, (counted.get(what) ?? 0) + (times as number));
};
const KINDS: Readonly<Record<string, (seed: number, stage: TrialStage) => Promise<void>>> = {
  faults: runTrial,
  queued: (seed, stage) => runTrial(seed, stage, { queued: true }),
  loaded: async (seed) => count(await runLoadTrial(seed)),
  renamed: async (seed) => count(await runLoadTrial(seed, 'new-name')),
  'second-writer': async (seed, stage) => count(await runSecondWriterTrial(seed, stage)),
};
const runOne = KINDS[values.kind];
if (runOne === undefined) throw new Error(`--kind is one of ${Object.keys(KINDS).join(', ')}`);

const from = Number(values.from);
const seeds = Number(values.seeds);
const failed: number[] = [];
let next = from;
await Promise.all(
  Array.from({ length: Number(values.lanes) }, async () => {
    await using stage = await trialStage({ [SecondWriter.name]: SecondWriter.token });
    for (let seed = next++; seed < from + seeds; seed = next++) {
      try {
        await runOne(seed, stage);
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
console.log(`${seeds} seeds, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(' ')}` : ''}`);
for (const [what, times] of counted) console.log(`${what}: ${times}`);
process.exitCode = failed.length === 0 ? 0 : 1;
