import { atMost } from '../bench.ts';
import type { Bench, Benchmark, Outcome } from '../bench.ts';
import { makeTree } from '../fixture/trees.ts';
import type { Tree } from '../fixture/trees.ts';
import { pairedRatio, spreadOf } from '../measure/statistics.ts';
import { FILE_BYTES } from './no-op.ts';
import { freshState, syncRun } from './tool-runs.ts';

/** How long a first run takes to send something: it must not wait for the end of the listing. */
export const firstByte: Benchmark = {
  row: 10,
  name: 'first-byte',
  async run(bench: Bench): Promise<Outcome> {
    const less = makeTree(bench.folder, { folders: 10, files: 100, bytes: FILE_BYTES });
    const more = makeTree(bench.folder, {
      folders: bench.quick ? 200 : 10_000,
      files: 100,
      bytes: FILE_BYTES,
    });
    const [few, many] = [less.folders * less.files, more.folders * more.files];
    const firstPut = async (tree: Tree): Promise<number> => {
      await bench.sink.reset({ tellAtPut: 1 });
      const told = bench.sink.told();
      const { startedMs } = await syncRun(bench, tree.root, 'in/', [], {
        state: freshState(bench),
        killWhen: told,
      });
      return (await told) - startedMs;
    };
    const small: number[] = [];
    const large: number[] = [];
    for (let i = 0; i < bench.pairs * 2 + 1; i++) {
      small.push(await firstPut(less));
      large.push(await firstPut(more));
    }
    return {
      work: `from the start of the process to the first byte of a file, with ${few} and with ${many} files in the source`,
      contestants: [
        { name: `${few} files`, value: spreadOf(small), unit: 'ms' },
        { name: `${many} files`, value: spreadOf(large), unit: 'ms' },
      ],
      checks: [atMost('time, larger / smaller', pairedRatio(large, small), 1.1)],
      notes: ['A first run: the ledger and the Stage are empty. The process is killed at the first PUT.'],
      leftOut: [],
    };
  },
};
