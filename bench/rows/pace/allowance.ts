import { atLeast, atMost } from '../../bench.ts';
import type { Bench, Benchmark, Check, Outcome } from '../../bench.ts';
import { checkArrived } from '../../fixture/arrived.ts';
import { makeTree } from '../../fixture/trees.ts';
import type { Tree } from '../../fixture/trees.ts';
import { checkFirstSync } from '../../fixture/work-done.ts';
import { spreadOf } from '../../measure/statistics.ts';
import type { Spread } from '../../measure/statistics.ts';
import { freshState, syncRun } from '../tool-runs.ts';
import { answersAt, paceOf } from './stage-at-its-pace.ts';

const PER_SECOND = 40;
const BYTES = 4096;

interface Measured {
  readonly name: string;
  readonly shares: Spread;
  readonly seconds: Spread;
  readonly refused: Spread;
}

/** A Stage that allows so many requests a second, at its own pace: whatever the concurrency, the allowance is used. */
export const paceAllowance: Benchmark = {
  row: 18,
  name: 'pace-allowance',
  async run(bench: Bench): Promise<Outcome> {
    const tree = makeTree(bench.folder, { folders: 20, files: bench.quick ? 10 : 100, bytes: BYTES });
    const runs: [string, readonly string[], boolean, number][] = [
      ['no flag, Retry-After', [], false, bench.pairs],
      ['no flag, no Retry-After', [], true, bench.pairs],
      ['--concurrency 64', ['--concurrency', '64'], true, 1],
      ['--concurrency 256', ['--concurrency', '256'], true, 1],
    ];
    const measured: Measured[] = [];
    for (const [name, args, silent, times] of runs)
      measured.push(await measure(bench, tree, { name, args, silent, times }));
    const checks: Check[] = [];
    for (const { name, shares, refused } of measured)
      checks.push(
        atLeast(`${name}: lower bound / time`, shares, 0.9),
        atMost(`${name}: requests refused`, refused, 3, ' %'),
      );
    return {
      work: `a first sync of ${tree.extent.files} files in ${tree.folders} folders to a Stage that allows ${PER_SECOND} requests a second and answers 429 to the rest`,
      contestants: measured.map(({ name, seconds }) => ({ name, value: seconds, unit: 's' })),
      checks,
      notes: [
        `The lower bound is (requests - burst) / ${PER_SECOND} s and the answer of the last one; the burst is ${PER_SECOND}. With more lanes a run must not be slower, so each has the same target.`,
      ],
      leftOut: [],
    };
  },
};

async function measure(
  bench: Bench,
  tree: Tree,
  { name, args, silent, times }: { name: string; args: readonly string[]; silent: boolean; times: number },
): Promise<Measured> {
  const pace = paceOf(bench);
  const limit = { perSecond: PER_SECOND, burst: PER_SECOND, silent };
  const [shares, seconds, refused]: [number[], number[], number[]] = [[], [], []];
  for (let time = 0; time < times; time++) {
    await bench.sink.reset({ ...answersAt(pace), limit });
    const state = freshState(bench);
    const { wallMs } = await syncRun(bench, tree.root, 'in/', args, { state });
    const seen = await bench.sink.report();
    checkArrived(seen, 'in/', tree.digests, BYTES);
    checkFirstSync(seen, state, tree.extent);
    const all = Object.values(seen.requests).reduce((sum, count) => sum + count, 0);
    const boundMs = ((all - seen.refused - limit.burst) / PER_SECOND) * 1000 + pace.listMs;
    shares.push(boundMs / wallMs);
    seconds.push(wallMs / 1000);
    refused.push((seen.refused / all) * 100);
    bench.say(`  ${name}: ${(wallMs / 1000).toFixed(1)} s, ${seen.refused} of ${all} refused`);
  }
  return { name, shares: spreadOf(shares), seconds: spreadOf(seconds), refused: spreadOf(refused) };
}
