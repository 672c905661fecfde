import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { checkArrived } from '../../fixture/arrived.ts';
import { makeTree } from '../../fixture/trees.ts';
import { checkFirstSync } from '../../fixture/work-done.ts';
import { spreadOf } from '../../measure/statistics.ts';
import type { SinkReport } from '../../sink/sink-options.ts';
import { freshState, syncRun } from '../tool-runs.ts';
import { answersAt, paceOf } from './stage-at-its-pace.ts';

const BYTES = 4096;
const LANES = 64;

/** One file in fifty takes twenty times as long, and nobody knows which: lanes must not wait for those. */
export const paceLongTail: Benchmark = {
  row: 24,
  name: 'pace-long-tail',
  async run(bench: Bench): Promise<Outcome> {
    const pace = paceOf(bench);
    const tree = makeTree(bench.folder, { folders: 20, files: bench.quick ? 20 : 100, bytes: BYTES });
    const slow = { every: 50, ms: 20 * pace.changeMs };
    const [shares, times]: [number[], number[]] = [[], []];
    for (let time = 0; time < bench.pairs; time++) {
      await bench.sink.reset({ ...answersAt(pace), slow, trace: true });
      const state = freshState(bench);
      const args = ['--concurrency', String(LANES)];
      const { wallMs } = await syncRun(bench, tree.root, 'in/', args, { state });
      const seen = await bench.sink.report();
      checkArrived(seen, 'in/', tree.digests, BYTES);
      checkFirstSync(seen, state, tree.extent);
      const boundMs = greedyMs(seen) + 2 * pace.listMs + pace.changeMs;
      shares.push(wallMs / boundMs);
      times.push(wallMs / 1000);
      bench.say(`  ${(wallMs / 1000).toFixed(1)} s, bound ${(boundMs / 1000).toFixed(1)} s`);
    }
    return {
      work: `a first sync of ${tree.extent.files} files, one in ${slow.every} of which takes ${slow.ms / 1000} s; ${LANES} lanes`,
      contestants: [{ name: 'stagesync', value: spreadOf(times), unit: 's' }],
      checks: [atMost('time / bound of a client that cannot know which are slow', spreadOf(shares), 1.1)],
      notes: [
        'The bound: the same files in the order in which they were sent, each on the first lane that is free, with what has to come before the first and after the last. To do better, a client would have to know beforehand which files are slow.',
      ],
      leftOut: [],
    };
  },
};

/** How long the PUTs take when each goes to the lane that is free first, in the order in which they came. */
function greedyMs({ puts }: SinkReport): number {
  const lanes = Array.from({ length: LANES }, () => 0);
  for (const ms of puts) {
    let first = 0;
    for (let at = 1; at < LANES; at++) if (lanes[at]! < lanes[first]!) first = at;
    lanes[first]! += ms;
  }
  return Math.max(...lanes);
}
