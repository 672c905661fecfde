import { atMost } from '../bench.ts';
import type { Bench, Benchmark, Outcome } from '../bench.ts';
import { makeTree } from '../fixture/trees.ts';
import { Contest } from '../measure/contest.ts';
import { settleSource } from './no-op.ts';

const BYTES = 16;

/** A pass over few files in a Stage folder that holds very many, most of them of others: what its listing costs. */
export const largeFolder: Benchmark = {
  row: 25,
  name: 'large-folder',
  async run(bench: Bench): Promise<Outcome> {
    const count = bench.quick ? 20_000 : 1_000_000;
    const tree = makeTree(bench.folder, { folders: 1, files: 100, bytes: BYTES });
    const listed = { folders: 1, files: count, bytes: BYTES };
    const settled = await settleSource(bench, tree, tree.root, 'large-folder-state', [], {}, listed);
    const contest = await Contest.hold(
      bench,
      [{ name: 'stagesync', files: count, run: () => settled.pass() }],
      false,
    );
    return {
      work: `a pass over ${tree.extent.files} files, nothing to do, in a Stage folder of ${count} files`,
      contestants: contest.standings('seconds'),
      checks: [atMost('peak memory', contest.memory('stagesync'), 250, ' MB')],
      notes: ['The listing of the folder is one reply of some 250 bytes a file, read as it comes.'],
      leftOut: [],
    };
  },
};
