import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atLeast } from '../bench.ts';
import type { Bench, Benchmark, Outcome } from '../bench.ts';
import { checkArrived } from '../fixture/arrived.ts';
import { makeTree } from '../fixture/trees.ts';
import { checkFirstSync } from '../fixture/work-done.ts';
import { run } from '../measure/child.ts';
import { Contest } from '../measure/contest.ts';
import { spreadOf } from '../measure/statistics.ts';
import { DEPLOYMENT } from '../product.ts';
import { lowerBoundMs } from './lower-bound.ts';
import { startUpMs } from './small-files-latency.ts';
import { freshState, syncRun } from './tool-runs.ts';

const CONCURRENCY = 64;
const PUT_MS = 1500;
const GET_MS = 1000;
const BYTES = 4096;
const STAGE = { hash: true, delayMs: { GET: GET_MS, PUT: PUT_MS, PATCH: PUT_MS, DELETE: PUT_MS } } as const;

/** New files at the pace that Stage really has. */
export const stagePace: Benchmark = {
  row: 3,
  name: 'stage-pace',
  async run(bench: Bench): Promise<Outcome> {
    const tree = makeTree(bench.folder, { folders: 1, files: bench.quick ? 64 : 500, bytes: BYTES });
    const source = join(tree.root, 'd00000');
    const expected = new Map(
      [...tree.digests].map(([path, digest]) => [path.slice('d00000/'.length), digest]),
    );
    const paths = [...expected.keys()];
    const some = paths.slice(0, bench.quick ? 1 : 10);
    const list = join(bench.folder, 'one-at-a-time.paths');
    writeFileSync(list, some.join('\n'));
    const contest = await Contest.hold(
      bench,
      [
        {
          name: 'stagesync',
          files: paths.length,
          async run() {
            await bench.sink.reset(STAGE);
            const state = freshState(bench);
            const effort = await syncRun(bench, source, '', ['--concurrency', String(CONCURRENCY)], {
              state,
            });
            const seen = await bench.sink.report();
            checkArrived(seen, '', expected, BYTES);
            checkFirstSync(seen, state, { files: paths.length, folders: 1 });
            return effort;
          },
        },
        {
          name: 'one at a time',
          files: some.length,
          async run() {
            await bench.sink.reset(STAGE);
            const script = new URL('../baseline/one-at-a-time.ts', import.meta.url).pathname;
            const effort = await run(process.execPath, [
              script,
              list,
              bench.sink.url,
              DEPLOYMENT,
              '',
              source,
            ]);
            const wanted = new Map(some.map((path) => [path, expected.get(path)!]));
            checkArrived(await bench.sink.report(), '', wanted, BYTES);
            return effort;
          },
        },
      ],
      false,
    );
    const start = await startUpMs(bench);
    // uploads of one length go out in waves: a started wave costs a whole one
    const waves = Math.ceil(paths.length / CONCURRENCY) * CONCURRENCY;
    const boundMs = lowerBoundMs({ count: waves, answerMs: PUT_MS }, CONCURRENCY, GET_MS);
    const shares = contest.efforts('stagesync').map(({ wallMs }) => boundMs / (wallMs - start));
    return {
      work: `${paths.length} new files at Stage's own pace (${PUT_MS / 1000} s a PUT, ${GET_MS / 1000} s a listing), concurrency ${CONCURRENCY}`,
      contestants: contest.standings(),
      checks: [
        atLeast('rate / one at a time', contest.speedUp('stagesync', 'one at a time'), 100),
        atLeast('lower bound / time', spreadOf(shares), 0.85),
      ],
      notes: [
        `One at a time: existence twice, PUT, metadata; our own script, extrapolated from ${some.length} files.`,
        `The lower bound is ${(boundMs / 1000).toFixed(1)} s: a listing, ${Math.ceil(paths.length / CONCURRENCY)} waves of PUTs, a confirming listing.`,
      ],
      leftOut: [],
    };
  },
};
