import { atMost, single } from '../../bench.ts';
import type { Bench, Benchmark, Check, Outcome } from '../../bench.ts';
import { checkArrived } from '../../fixture/arrived.ts';
import { makeTree } from '../../fixture/trees.ts';
import type { TreeShape } from '../../fixture/trees.ts';
import { checkFirstSync } from '../../fixture/work-done.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { freshState, syncRun } from '../tool-runs.ts';
import { answersAt, paceOf } from './stage-at-its-pace.ts';

const BYTES = 64;

/** What comes after the last upload: each folder has been listed once by then, or is about to be. */
export const paceConfirming: Benchmark = {
  row: 20,
  name: 'pace-confirming',
  async run(bench: Bench): Promise<Outcome> {
    const shapes: TreeShape[] = bench.quick
      ? [{ folders: 4, files: 60, bytes: BYTES }]
      : [
          { folders: 100, files: 100, bytes: BYTES },
          { folders: 10, files: 600, bytes: BYTES },
        ];
    const checks: Check[] = [];
    for (const shape of shapes) checks.push(...(await confirming(bench, shape)));
    return {
      work: 'a first sync, from its last upload to its end, no flag',
      contestants: [],
      checks,
      notes: [
        'The end is that of the process. A folder that is new on Stage is listed once, after its last file.',
      ],
      leftOut: [],
    };
  },
};

async function confirming(bench: Bench, shape: TreeShape): Promise<Check[]> {
  const pace = paceOf(bench);
  const tree = makeTree(bench.folder, shape);
  const afterMs: number[] = [];
  let most = 0;
  for (let time = 0; time < bench.pairs; time++) {
    await bench.sink.reset({ ...answersAt(pace), atOnce: bench.quick ? 32 : 256, trace: true });
    const state = freshState(bench);
    const { startedMs, wallMs } = await syncRun(bench, tree.root, 'in/', [], { state });
    const seen = await bench.sink.report();
    checkArrived(seen, 'in/', tree.digests, BYTES);
    checkFirstSync(seen, state, tree.extent);
    afterMs.push(startedMs + wallMs - seen.lastPutMs!);
    const below = seen.listings.filter(([folder]) => folder.startsWith('in/d'));
    most = Math.max(most, ...below.map(([, times]) => times));
    bench.say(
      `  ${shape.folders} x ${shape.files}: ${(wallMs / 1000).toFixed(1)} s, last ${Math.round(afterMs.at(-1)!)} ms`,
    );
  }
  const of = `${shape.folders} folders of ${shape.files} files`;
  return [
    atMost(`${of}: after the last upload / a listing`, spreadOf(afterMs.map((ms) => ms / pace.listMs)), 2),
    atMost(`${of}: listings of one folder, at most`, single(most), 1),
  ];
}
