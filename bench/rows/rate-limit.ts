import { atLeast, atMost } from '../bench.ts';
import type { Bench, Benchmark, Outcome } from '../bench.ts';
import { checkArrived } from '../fixture/arrived.ts';
import { makeTree } from '../fixture/trees.ts';
import { checkFirstSync } from '../fixture/work-done.ts';
import type { Effort } from '../measure/contest.ts';
import { Contest } from '../measure/contest.ts';
import { spreadOf } from '../measure/statistics.ts';
import { startUpMs } from './small-files-latency.ts';
import { freshState, reported, syncRun } from './tool-runs.ts';

const PER_SECOND = 200;
const CONCURRENCY = 64;
const BYTES = 4096;

/** A Stage that allows so many requests a second and refuses the rest. */
export const rateLimit: Benchmark = {
  row: 11,
  name: 'rate-limit',
  async run(bench: Bench): Promise<Outcome> {
    const tree = makeTree(bench.folder, { folders: 1, files: bench.quick ? 600 : 4000, bytes: BYTES });
    const limit = { perSecond: PER_SECOND, burst: PER_SECOND };
    const refused: number[] = [];
    const needed: number[] = [];
    const contest = await Contest.hold(
      bench,
      [
        {
          name: 'stagesync',
          files: tree.files,
          async run(): Promise<Effort> {
            await bench.sink.reset({ hash: true, limit });
            const args = ['--json', '--concurrency', String(CONCURRENCY)];
            const state = freshState(bench);
            const run = await syncRun(bench, tree.root, 'in/', args, { state });
            const report = reported(run);
            if (report['failed'] !== 0) throw new Error(`wrong result: ${JSON.stringify(report)}`);
            const seen = await bench.sink.report();
            checkArrived(seen, 'in/', tree.digests, BYTES);
            checkFirstSync(seen, state, tree.extent);
            const all = Object.values(seen.requests).reduce((sum, count) => sum + count, 0);
            refused.push((seen.refused / all) * 100);
            needed.push(all - seen.refused);
            return run;
          },
        },
      ],
      false,
    );
    const start = await startUpMs(bench);
    const shares = contest
      .efforts('stagesync')
      .map(({ wallMs }, at) => (((needed[at]! - limit.burst) / PER_SECOND) * 1000) / (wallMs - start));
    return {
      work: `${tree.files} new files to a Stage that allows ${PER_SECOND} requests a second (and as many at once) and answers 429 to the rest, concurrency ${CONCURRENCY}`,
      contestants: contest.standings(),
      checks: [
        atLeast('lower bound / time', spreadOf(shares), 0.95),
        atMost('requests refused', spreadOf(refused), 10, ' %'),
      ],
      notes: [
        'The lower bound is (requests - burst) / 200 s; a --version run is taken off the time. No file failed.',
      ],
      leftOut: [],
    };
  },
};
