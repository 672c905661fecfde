import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { checkArrived } from '../../fixture/arrived.ts';
import { checkFirstSync } from '../../fixture/work-done.ts';
import { Contest } from '../../measure/contest.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { BUCKET, digestsOf, PREFIX } from '../../s3/objects.ts';
import { startS3 } from '../../s3/start.ts';
import { answersAt, paceOf } from '../pace/stage-at-its-pace.ts';
import { startUpMs } from '../small-files-latency.ts';
import { freshState, syncRun } from '../tool-runs.ts';
import { credentials } from './s3-runs.ts';

const BYTES = 4096;
const LANES = 64;

/** Small objects of a bucket that is not near, to a Stage at its pace: the wait for the one must not add to the other's. */
export const s3Latency: Benchmark = {
  row: 26,
  name: 's3-latency',
  async run(bench: Bench): Promise<Outcome> {
    const pace = paceOf(bench);
    const s3DelayMs = bench.quick ? 20 : 100;
    const set = { count: bench.quick ? 128 : 2000, bytes: BYTES };
    const digests = digestsOf(set);
    const s3 = await startS3();
    const contestant = (name: string, delayMs: number, args: readonly string[]) => ({
      name,
      files: set.count,
      async run() {
        await s3.hold({ ...set, delayMs });
        await bench.sink.reset({ ...answersAt(pace), atOnce: 256 });
        const state = freshState(bench);
        const effort = await syncRun(
          bench,
          `s3://${BUCKET}/${PREFIX}`,
          '',
          ['--endpoint-url', s3.url, '--region', 'us-east-1', ...args],
          { state, env: credentials({ url: s3.url, accessKey: 'bench', secretKey: 'bench' }) },
        );
        const seen = await bench.sink.report();
        checkArrived(seen, '', digests, BYTES);
        checkFirstSync(seen, state, { files: set.count, folders: 1 });
        return effort;
      },
    });
    const far = `S3 answers after ${s3DelayMs} ms`;
    const near = 'S3 answers at once';
    try {
      const fixed = ['--concurrency', String(LANES)];
      const contest = await Contest.hold(
        bench,
        [
          contestant(far, s3DelayMs, fixed),
          contestant(near, 0, fixed),
          contestant(`${far}, no flag`, s3DelayMs, []),
          contestant(`${near}, no flag`, 0, []),
        ],
        false,
      );
      const start = await startUpMs(bench);
      // uploads of one length go out in waves: a started wave costs a whole one
      const boundMs = Math.ceil(set.count / LANES) * pace.changeMs + 2 * pace.listMs;
      const shares = contest.efforts(far).map(({ wallMs }) => (wallMs - start) / boundMs);
      return {
        work: `${set.count} objects of 4 KiB from S3 to a Stage at its own pace, ${LANES} lanes, and with no flag`,
        contestants: contest.standings('seconds'),
        checks: [
          atMost('time / lower bound without S3', spreadOf(shares), 1.05),
          { what: 'time / time when S3 answers at once', value: contest.timeShare(far, near) },
          atMost(
            'no flag: time / time when S3 answers at once',
            contest.timeShare(`${far}, no flag`, `${near}, no flag`),
            1.05,
          ),
        ],
        notes: [
          `The lower bound is ${(boundMs / 1000).toFixed(1)} s: a listing, ${Math.ceil(set.count / LANES)} waves of PUTs, a confirming listing. A --version run is taken off the time.`,
        ],
        leftOut: [],
      };
    } finally {
      await s3.stop();
    }
  },
};
