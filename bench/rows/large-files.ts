import { atLeast, atMost } from '../bench.ts';
import type { Bench, Benchmark, Outcome } from '../bench.ts';
import { checkArrived } from '../fixture/arrived.ts';
import { makeTree } from '../fixture/trees.ts';
import { checkFirstSync } from '../fixture/work-done.ts';
import { Contest } from '../measure/contest.ts';
import type { Contestant, Effort } from '../measure/contest.ts';
import { curlUpload, scriptUpload } from './peer-runs.ts';
import { freshState, syncRun } from './tool-runs.ts';

const CONCURRENCY = 4;

/** A few very large new files: what a byte costs. */
export const largeFiles: Benchmark = {
  row: 4,
  name: 'large-files',
  async run(bench: Bench): Promise<Outcome> {
    const bytes = (bench.quick ? 32 : 512) * 1024 * 1024;
    const tree = makeTree(bench.folder, { folders: 1, files: 4, bytes });
    const paths = [...tree.digests.keys()];
    const upload = { root: tree.root, paths, folder: 'in/' };
    const efforts: Record<string, () => Promise<Effort>> = {
      async stagesync() {
        const state = freshState(bench);
        const effort = await syncRun(bench, tree.root, 'in/', ['--concurrency', String(CONCURRENCY)], {
          state,
        });
        checkFirstSync(await bench.sink.report(), state, tree.extent);
        return effort;
      },
    };
    if (bench.peers.curl !== undefined)
      efforts['curl'] = () => curlUpload(bench, upload, CONCURRENCY, '--parallel-immediate');
    if (bench.peers.python !== undefined) efforts['script'] = () => scriptUpload(bench, upload);
    const contestants: Contestant[] = [];
    for (const [name, run] of Object.entries(efforts)) {
      // hashing costs the sink more than receiving: the bytes are compared in a run that is not timed
      await bench.sink.reset({ hash: true });
      await run();
      checkArrived(await bench.sink.report(), 'in/', tree.digests, bytes);
      contestants.push({
        name,
        files: paths.length,
        bytes: bytes * paths.length,
        async run() {
          await bench.sink.reset({});
          const effort = await run();
          checkArrived(await bench.sink.report(), 'in/', tree.digests, bytes, false);
          return effort;
        },
      });
    }
    const contest = await Contest.hold(bench, contestants, false);
    const checks = [];
    if (contest.has('curl')) checks.push(atLeast('rate / curl', contest.speedUp('stagesync', 'curl'), 0.8));
    if (contest.has('script'))
      checks.push(atLeast('rate / script', contest.speedUp('stagesync', 'script'), 3.5));
    checks.push(atMost('peak memory', contest.memory('stagesync'), 160, ' MB'));
    return {
      work: `4 new files of ${bytes / 1024 / 1024} MiB to a loopback sink, concurrency ${CONCURRENCY}`,
      contestants: contest.standings(),
      checks,
      notes: [
        'Bytes are compared by SHA-256 in a run of each contestant that is not timed; in the timed ones names and sizes are.',
      ],
      leftOut: [
        ...(contest.has('curl') ? [] : ['curl']),
        ...(contest.has('script') ? [] : ['the script (Python)']),
      ],
    };
  },
};
