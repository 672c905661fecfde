import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { fileName, folderName } from '../../fixture/names.ts';
import { makeTree } from '../../fixture/trees.ts';
import { checkRecorded } from '../../fixture/work-done.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { FILE_BYTES } from '../no-op.ts';
import { freshState, syncRun } from '../tool-runs.ts';
import { answersAt, paceOf } from './stage-at-its-pace.ts';

/** Some changed files in a wide tree: a changed file at its own path waits for nobody. */
export const paceFewChanges: Benchmark = {
  row: 22,
  name: 'pace-few-changes',
  async run(bench: Bench): Promise<Outcome> {
    const pace = paceOf(bench);
    const shape = { folders: bench.quick ? 100 : 2000, files: 10, bytes: FILE_BYTES };
    const changed = bench.quick ? 10 : 50;
    const tree = makeTree(bench.folder, shape);
    const source = join(bench.folder, 'few-changes');
    rmSync(source, { recursive: true, force: true });
    cpSync(tree.root, source, { recursive: true, preserveTimestamps: true });
    const state = freshState(bench);
    await bench.sink.reset({});
    await syncRun(bench, source, 'in/', [], { state });
    const [first, whole]: [number[], number[]] = [[], []];
    for (let time = 0; time < bench.pairs; time++) {
      for (let at = 0; at < changed; at++)
        writeFileSync(
          join(source, folderName(at * (shape.folders / changed)), fileName(3)),
          `changed ${time} and longer ${'.'.repeat(time)}`,
        );
      await bench.sink.reset({ ...answersAt(pace), atOnce: 256 }, true);
      const { startedMs, wallMs } = await syncRun(bench, source, 'in/', [], { state });
      const seen = await bench.sink.report();
      if (seen.requests.PUT !== changed)
        throw new Error(`wrong result: ${seen.requests.PUT} files put instead of ${changed}`);
      checkRecorded(state, tree.extent.files);
      first.push((seen.firstPutMs! - startedMs) / 1000);
      whole.push(wallMs / 1000);
      bench.say(`  first PUT after ${first.at(-1)!.toFixed(1)} s, end after ${whole.at(-1)!.toFixed(1)} s`);
    }
    const targetS = bench.quick ? 1 : 4;
    return {
      work: `a later run, ${changed} changed files in ${shape.folders} folders, no flag`,
      contestants: [{ name: 'stagesync', value: spreadOf(whole), unit: 's' }],
      checks: [atMost('first PUT', spreadOf(first), targetS, ' s')],
      notes: ['From the start of the process. The files are ours: an earlier run put them there.'],
      leftOut: [],
    };
  },
};
