import { join } from 'node:path';
import { atLeast } from '../bench.ts';
import type { Bench, Benchmark, Outcome } from '../bench.ts';
import { checkArrived } from '../fixture/arrived.ts';
import { folderName } from '../fixture/names.ts';
import { makeTree } from '../fixture/trees.ts';
import { checkFirstSync } from '../fixture/work-done.ts';
import { run } from '../measure/child.ts';
import { Contest } from '../measure/contest.ts';
import type { Contestant } from '../measure/contest.ts';
import { spreadOf } from '../measure/statistics.ts';
import { scriptUpload } from './peer-runs.ts';
import { lowerBoundMs } from './lower-bound.ts';
import { freshState, syncRun } from './tool-runs.ts';

const CONCURRENCY = 64;
const DELAY_MS = 100;
const BYTES = 4096;
const SLOW = {
  hash: true,
  delayMs: { GET: DELAY_MS, PUT: DELAY_MS, PATCH: DELAY_MS, DELETE: DELAY_MS },
} as const;

/** Small new files when every answer takes 100 ms: how well the lanes are kept busy. */
export const smallFilesLatency: Benchmark = {
  row: 2,
  name: 'small-files-latency',
  async run(bench: Bench): Promise<Outcome> {
    const tree = makeTree(bench.folder, { folders: 1, files: bench.quick ? 640 : 3840, bytes: BYTES });
    // straight into a folder that exists: making folders first would be latency of another kind
    const source = join(tree.root, folderName(0));
    const prefix = `${folderName(0)}/`;
    const digests = new Map([...tree.digests].map(([path, digest]) => [path.slice(prefix.length), digest]));
    const paths = [...digests.keys()];
    const some = paths.slice(0, bench.quick ? 10 : 60);
    const arrived = async (which: readonly string[]): Promise<void> => {
      const expected = new Map(which.map((path) => [path, digests.get(path)!]));
      checkArrived(await bench.sink.report(), '', expected, BYTES);
    };
    const contestants: Contestant[] = [
      {
        name: 'stagesync',
        files: paths.length,
        async run() {
          await bench.sink.reset(SLOW);
          const state = freshState(bench);
          const effort = await syncRun(bench, source, '', ['--concurrency', String(CONCURRENCY)], {
            state,
          });
          await arrived(paths);
          checkFirstSync(await bench.sink.report(), state, { files: paths.length, folders: 1 });
          return effort;
        },
      },
    ];
    if (bench.peers.python !== undefined)
      contestants.push({
        name: 'script',
        files: some.length,
        async run() {
          await bench.sink.reset(SLOW);
          const effort = await scriptUpload(bench, { root: source, paths: some, folder: '' });
          await arrived(some);
          return effort;
        },
      });
    const contest = await Contest.hold(bench, contestants, false);
    const start = await startUpMs(bench);
    const boundMs = lowerBoundMs({ count: paths.length, answerMs: DELAY_MS }, CONCURRENCY, DELAY_MS);
    const shares = contest.efforts('stagesync').map(({ wallMs }) => boundMs / (wallMs - start));
    const checks = [atLeast('lower bound / time', spreadOf(shares), 0.85)];
    if (contest.has('script'))
      checks.push(atLeast('rate / script', contest.speedUp('stagesync', 'script'), 50));
    return {
      work: `${paths.length} new files of 4 KiB, ${DELAY_MS} ms an answer, concurrency ${CONCURRENCY}`,
      contestants: contest.standings(),
      checks,
      notes: [
        `The lower bound is ${(boundMs / 1000).toFixed(2)} s: ${paths.length} requests on ${CONCURRENCY} lanes between a first and a confirming listing. A --version run (${Math.round(start)} ms) is taken off the time.`,
        `The script does ${some.length} of the files; rates are compared.`,
      ],
      leftOut: contest.has('script') ? [] : ['the script (Python)'],
    };
  },
};

/** What the process costs before it does anything, in milliseconds. */
export async function startUpMs(bench: Bench): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++)
    times.push((await run(process.execPath, [bench.product.bin, '--version'], { observe: false })).wallMs);
  return spreadOf(times).median;
}
