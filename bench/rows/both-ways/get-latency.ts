import { atLeast, atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { checkGot } from '../../fixture/got.ts';
import { Contest } from '../../measure/contest.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { runTool } from '../../product.ts';
import { lowerBoundMs } from '../lower-bound.ts';
import { startUpMs } from '../small-files-latency.ts';
import { freshState, freshTargets, stageAddress } from '../tool-runs.ts';

const CONCURRENCY = 64;
const DELAY_MS = 1000;
const BYTES = 4096;

/** A tree of small files copied from a Stage at its own pace: what beside the waves of readings costs time. */
export const getLatency: Benchmark = {
  row: 31,
  name: 'get-latency',
  async run(bench: Bench): Promise<Outcome> {
    const files = bench.quick ? 128 : 1920;
    using targets = freshTargets(bench, 'got');
    const requests: number[] = [];
    const contest = await Contest.hold(
      bench,
      [
        {
          name: 'stagesync',
          files,
          async run() {
            const target = targets.next();
            const generated = { root: 'in/', folders: 1, files, bytes: BYTES };
            await bench.sink.reset({ delayMs: { GET: DELAY_MS }, generated });
            const args = ['get', '-r', stageAddress('in'), target, '--concurrency', String(CONCURRENCY)];
            const options = { state: freshState(bench), sinkUrl: bench.sink.url };
            const effort = await runTool(bench.product, args, options);
            checkGot(target, { files, bytes: BYTES });
            const report = await bench.sink.report();
            if (report.reads !== files) throw new Error(`${report.reads} files read instead of ${files}`);
            requests.push(report.requests.GET);
            return effort;
          },
        },
      ],
      false,
    );
    const start = await startUpMs(bench);
    // one listing more than the bound of a sync: that of the folder in the tree
    const boundMs = lowerBoundMs({ count: files, answerMs: DELAY_MS }, CONCURRENCY, DELAY_MS) + DELAY_MS;
    const shares = contest.efforts('stagesync').map(({ wallMs }) => boundMs / (wallMs - start));
    return {
      work: `get -r of ${files} files of 4 KiB from a Stage, ${DELAY_MS / 1000} s an answer, concurrency ${CONCURRENCY}`,
      contestants: contest.standings(),
      checks: [
        atLeast('lower bound / time', spreadOf(shares), 0.9),
        atMost('requests a file', spreadOf(requests.map((each) => each / files)), 1.1),
      ],
      notes: [
        `The lower bound is ${(boundMs / 1000).toFixed(1)} s: the listings of two folders, one after the other, ${files / CONCURRENCY} waves of readings, and a last look. A --version run (${Math.round(start)} ms) is taken off the time. Every file is flushed to the disk.`,
      ],
      leftOut: [],
    };
  },
};
