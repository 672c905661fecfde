import { makeTree } from '../fixture/trees.ts';
import { checkNothingToDo } from '../fixture/work-done.ts';
import type { Tree, TreeShape } from '../fixture/trees.ts';
import type { Bench } from '../bench.ts';
import type { Run } from '../measure/child.ts';
import type { GeneratedTree } from '../sink/sink-options.ts';
import { freshState, reported, syncRun } from './tool-runs.ts';

/** A Stage that has the tree already, and a ledger that knows it: the next pass has nothing to do. */
export interface Settled {
  readonly tree: Tree;
  /** One pass; rejects when it changed something or did not see all files. */
  pass(): Promise<Run>;
}

export const FILE_BYTES = 16;

/** `name` is the ledger's folder. */
export async function settle(bench: Bench, shape: TreeShape, name: string): Promise<Settled> {
  const tree = makeTree(bench.folder, shape);
  return settleSource(bench, tree, tree.root, name, [], {});
}

/**
 * The same for a source that is not this machine's disk but holds the same names and sizes. `listed`: the Stage has more
 * than the source.
 */
export async function settleSource(
  bench: Bench,
  tree: Tree,
  source: string,
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  listed: Pick<GeneratedTree, 'folders' | 'files' | 'bytes'> = tree,
): Promise<Settled> {
  const state = freshState(bench, name);
  const { folders, files } = tree;
  const options = {
    generated: { root: 'in/', folders: listed.folders, files: listed.files, bytes: listed.bytes },
  };
  const run = async (): Promise<Run> => {
    await bench.sink.reset(options);
    return syncRun(bench, source, 'in/', ['--json', '--concurrency', '16', ...args], { state, env });
  };
  const first = reported(await run());
  expectCount(first, 'adopted', folders * files);
  return {
    tree,
    async pass() {
      const done = await run();
      const report = reported(done);
      expectCount(report, 'unchanged', folders * files);
      checkNothingToDo(await bench.sink.report(), state, { files: folders * files, folders: folders + 1 });
      return done;
    },
  };
}

function expectCount(report: Readonly<Record<string, number | string>>, what: string, count: number): void {
  if (report['outcome'] !== 'clean' || report[what] !== count)
    throw new Error(`wrong result: ${JSON.stringify(report)} instead of ${count} ${what}`);
}
