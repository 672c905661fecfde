import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { checkArrived } from '../../fixture/arrived.ts';
import { makeTree } from '../../fixture/trees.ts';
import { checkFirstSync } from '../../fixture/work-done.ts';
import { Contest } from '../../measure/contest.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { freshState, syncRun } from '../tool-runs.ts';
import { answersAt, firstSyncBoundMs, paceOf } from './stage-at-its-pace.ts';

const BYTES = 4096;

/** What a first sync takes when nobody gives a flag. */
export const paceFirstSync: Benchmark = {
  row: 16,
  name: 'pace-first-sync',
  async run(bench: Bench): Promise<Outcome> {
    const pace = paceOf(bench);
    const atOnce = bench.quick ? 32 : 256;
    const shape = { folders: bench.quick ? 10 : 100, files: bench.quick ? 40 : 100, bytes: BYTES };
    const tree = makeTree(bench.folder, shape);
    const contest = await Contest.hold(
      bench,
      [
        {
          name: 'stagesync',
          files: tree.extent.files,
          async run() {
            await bench.sink.reset({ ...answersAt(pace), atOnce });
            const state = freshState(bench);
            const effort = await syncRun(bench, tree.root, 'in/', [], { state });
            const seen = await bench.sink.report();
            checkArrived(seen, 'in/', tree.digests, BYTES);
            checkFirstSync(seen, state, tree.extent);
            return effort;
          },
        },
      ],
      false,
    );
    const boundMs = firstSyncBoundMs(tree.extent, atOnce, pace);
    const shares = contest.efforts('stagesync').map(({ wallMs }) => wallMs / boundMs);
    return {
      work: `a first sync of ${tree.extent.files} files of 4 KiB in ${shape.folders} folders, no flag, to a Stage that takes ${atOnce} requests at once`,
      contestants: contest.standings('seconds'),
      checks: [atMost('time / lower bound', spreadOf(shares), 1.4)],
      notes: [
        `The lower bound is ${(boundMs / 1000).toFixed(1)} s: all requests on ${atOnce} lanes, between a first and a last listing. The start of the process and the growth of the concurrency are in the time.`,
      ],
      leftOut: [],
    };
  },
};
