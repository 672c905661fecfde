import { atLeast } from '../bench.ts';
import type { Bench, Benchmark, Outcome } from '../bench.ts';
import { checkArrived } from '../fixture/arrived.ts';
import { makeTree } from '../fixture/trees.ts';
import { checkFirstSync } from '../fixture/work-done.ts';
import { Contest } from '../measure/contest.ts';
import type { Contestant } from '../measure/contest.ts';
import { curlUpload, scriptUpload } from './peer-runs.ts';
import { freshState, syncRun } from './tool-runs.ts';

const CONCURRENCY = 16;
const BYTES = 4096;

/** Many small new files, no latency: what one file costs. */
export const smallFiles: Benchmark = {
  row: 1,
  name: 'small-files',
  async run(bench: Bench): Promise<Outcome> {
    const tree = makeTree(bench.folder, { folders: bench.quick ? 10 : 100, files: 100, bytes: BYTES });
    const paths = [...tree.digests.keys()];
    const some = paths.slice(0, paths.length / 5);
    const arrived = async (which: readonly string[]): Promise<void> => {
      const expected = new Map(which.map((path) => [path, tree.digests.get(path)!]));
      checkArrived(await bench.sink.report(), 'in/', expected, BYTES);
    };
    const curl =
      (...more: string[]) =>
      async () => {
        await bench.sink.reset({ hash: true });
        const effort = await curlUpload(
          bench,
          { root: tree.root, paths, folder: 'in/' },
          CONCURRENCY,
          ...more,
        );
        await arrived(paths);
        return effort;
      };
    const contestants: Contestant[] = [
      {
        name: 'stagesync',
        files: paths.length,
        async run() {
          await bench.sink.reset({ hash: true });
          const state = freshState(bench);
          const effort = await syncRun(bench, tree.root, 'in/', ['--concurrency', String(CONCURRENCY)], {
            state,
          });
          await arrived(paths);
          checkFirstSync(await bench.sink.report(), state, tree.extent);
          return effort;
        },
      },
    ];
    if (bench.peers.curl !== undefined) {
      contestants.push({ name: 'curl', files: paths.length, run: curl() });
      contestants.push({ name: 'curl, eager', files: paths.length, run: curl('--parallel-immediate') });
    }
    if (bench.peers.python !== undefined)
      contestants.push({
        name: 'script',
        files: some.length,
        async run() {
          await bench.sink.reset({ hash: true });
          const effort = await scriptUpload(bench, { root: tree.root, paths: some, folder: 'in/' });
          await arrived(some);
          return effort;
        },
      });
    const contest = await Contest.hold(bench, contestants);
    const checks = [];
    if (contest.has('curl')) {
      checks.push(atLeast('rate / curl', contest.speedUp('stagesync', 'curl'), 0.9));
      checks.push({ what: 'rate / eager curl', value: contest.speedUp('stagesync', 'curl, eager') });
    }
    if (contest.has('script'))
      checks.push(atLeast('rate / script', contest.speedUp('stagesync', 'script'), 6));
    return {
      work: `${paths.length} new files of 4 KiB to a loopback sink, concurrency ${CONCURRENCY}`,
      contestants: contest.standings(),
      checks,
      notes: [
        `The script does ${some.length} of the files; rates are compared.`,
        'curl: --parallel --parallel-max 16; eager: with --parallel-immediate.',
      ],
      leftOut: [
        ...(contest.has('curl') ? [] : ['curl']),
        ...(contest.has('script') ? [] : ['the script (Python)']),
      ],
    };
  },
};
