import { atLeast, atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { checkArrived } from '../../fixture/arrived.ts';
import { makeTree } from '../../fixture/trees.ts';
import { checkFirstSync } from '../../fixture/work-done.ts';
import { Contest } from '../../measure/contest.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { freshState, syncRun } from '../tool-runs.ts';
import { answersAt, paceOf } from './stage-at-its-pace.ts';

const BYTES = 4096;
const BEST = 32;

/** A Stage whose answers take longer the more of them are wanted at once, and that never says 429. */
export const paceSlowingStage: Benchmark = {
  row: 19,
  name: 'pace-slowing-stage',
  async run(bench: Bench): Promise<Outcome> {
    const pace = paceOf(bench);
    const tree = makeTree(bench.folder, { folders: 20, files: bench.quick ? 20 : 100, bytes: BYTES });
    const latencies: number[] = [];
    const contestant = (name: string, args: readonly string[]) => ({
      name,
      files: tree.extent.files,
      async run() {
        await bench.sink.reset({ ...answersAt(pace), slowsBeyond: BEST, trace: true });
        const state = freshState(bench);
        const effort = await syncRun(bench, tree.root, 'in/', args, { state });
        const seen = await bench.sink.report();
        checkArrived(seen, 'in/', tree.digests, BYTES);
        checkFirstSync(seen, state, tree.extent);
        if (args.length === 0) latencies.push(settledP95(seen.answers));
        return effort;
      },
    });
    const contest = await Contest.hold(
      bench,
      [contestant('stagesync', []), contestant('best fixed', ['--concurrency', String(BEST)])],
      false,
    );
    return {
      work: `a first sync of ${tree.extent.files} files to a Stage that gets no more done beyond ${BEST} requests at once, but takes longer for each`,
      contestants: contest.standings('seconds'),
      checks: [
        atLeast('rate / best fixed concurrency', contest.speedUp('stagesync', 'best fixed'), 0.9),
        atMost(
          'p95 of the answers, once settled / best',
          spreadOf(latencies.map((ms) => ms / pace.changeMs)),
          2,
        ),
      ],
      notes: [`Best fixed: --concurrency ${BEST}. Settled: the second half of the answers.`],
      leftOut: [],
    };
  },
};

function settledP95(answers: readonly number[]): number {
  const half = answers.slice(Math.floor(answers.length / 2)).sort((a, b) => a - b);
  return half[Math.floor(half.length * 0.95)]!;
}
