import { atLeast, atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { folderName } from '../../fixture/names.ts';
import { checkPulled } from '../../fixture/pulled.ts';
import { checkRecorded } from '../../fixture/work-done.ts';
import { Contest } from '../../measure/contest.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { lowerBoundMs } from '../lower-bound.ts';
import { startUpMs } from '../small-files-latency.ts';
import { freshState, freshTargets, pullRun } from '../tool-runs.ts';

const CONCURRENCY = 64;
const DELAY_MS = 100;
const BYTES = 4096;

/** Small files from a Stage whose every answer takes 100 ms: how well the lanes are kept busy by reading. */
export const pullLatency: Benchmark = {
  row: 29,
  name: 'pull-latency',
  async run(bench: Bench): Promise<Outcome> {
    const files = bench.quick ? 640 : 3840;
    using targets = freshTargets(bench, 'pulled');
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
            const state = freshState(bench);
            const from = `in/${folderName(0)}/`;
            const effort = await pullRun(bench, from, target, ['--concurrency', String(CONCURRENCY)], {
              state,
            });
            checkPulled(target, { files, bytes: BYTES });
            checkRecorded(state, files);
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
    const boundMs = lowerBoundMs({ count: files, answerMs: DELAY_MS }, CONCURRENCY, DELAY_MS);
    const shares = contest.efforts('stagesync').map(({ wallMs }) => boundMs / (wallMs - start));
    return {
      work: `${files} files of 4 KiB from a Stage, ${DELAY_MS} ms an answer, concurrency ${CONCURRENCY}`,
      contestants: contest.standings(),
      checks: [
        atLeast('lower bound / time', spreadOf(shares), 0.9),
        atMost('requests a file', spreadOf(requests.map((each) => each / files)), 1.1),
      ],
      notes: [
        `The lower bound is ${(boundMs / 1000).toFixed(2)} s: ${files} readings on ${CONCURRENCY} lanes between a first listing and a last look. A --version run (${Math.round(start)} ms) is taken off the time. Every file is flushed to the disk.`,
      ],
      leftOut: [],
    };
  },
};
