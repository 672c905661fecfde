import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { makeTree } from '../../fixture/trees.ts';
import { checkNothingToDo } from '../../fixture/work-done.ts';
import { Contest } from '../../measure/contest.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { FILE_BYTES } from '../no-op.ts';
import { freshState, syncRun } from '../tool-runs.ts';
import { answersAt, paceOf } from './stage-at-its-pace.ts';

/** A later run that finds nothing to do: one listing a folder, and nothing else. */
export const paceNothingToDo: Benchmark = {
  row: 17,
  name: 'pace-nothing-to-do',
  async run(bench: Bench): Promise<Outcome> {
    const pace = paceOf(bench);
    const atOnce = bench.quick ? 32 : 256;
    const shape = { folders: bench.quick ? 100 : 2000, files: 10, bytes: FILE_BYTES };
    const tree = makeTree(bench.folder, shape);
    const generated = { root: 'in/', ...shape };
    const state = freshState(bench);
    await bench.sink.reset({ generated });
    await syncRun(bench, tree.root, 'in/', [], { state });
    const folders = shape.folders + 1;
    const contest = await Contest.hold(
      bench,
      [
        {
          name: 'stagesync',
          files: tree.extent.files,
          async run() {
            await bench.sink.reset({ generated, ...answersAt(pace), atOnce });
            const effort = await syncRun(bench, tree.root, 'in/', [], { state });
            checkNothingToDo(await bench.sink.report(), state, { files: tree.extent.files, folders });
            return effort;
          },
        },
      ],
      false,
    );
    const boundMs = pace.listMs + (shape.folders * pace.listMs) / atOnce;
    const shares = contest.efforts('stagesync').map(({ wallMs }) => wallMs / boundMs);
    return {
      work: `a later run over ${tree.extent.files} files in ${shape.folders} folders, nothing to do, no flag, on a Stage that takes ${atOnce} requests at once`,
      contestants: contest.standings('seconds'),
      checks: [atMost('time / lower bound', spreadOf(shares), 1.5)],
      notes: [
        `The lower bound is ${(boundMs / 1000).toFixed(1)} s: one listing, and then the others on ${atOnce} lanes.`,
      ],
      leftOut: [],
    };
  },
};
