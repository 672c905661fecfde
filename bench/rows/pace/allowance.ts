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
  /** The same without what has to come first and last. */
  readonly bare: Spread;
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
    for (const { name, shares, bare, refused } of measured)
      checks.push(
        atLeast(`${name}: lower bound / time`, shares, 0.9),
        { what: `${name}: requests at the allowance / time`, value: bare },
        atMost(`${name}: requests refused`, refused, 3, ' %'),
      );
    return {
      work: `a first sync of ${tree.extent.files} files in ${tree.folders} folders to a Stage that allows ${PER_SECOND} requests a second and answers 429 to the rest`,
      contestants: measured.map(({ name, seconds }) => ({ name, value: seconds, unit: 's' })),
      checks,
      notes: [
        `The lower bound: the first listing, the target folder and the first folder in it, one after the other; (requests - burst) / ${PER_SECOND} s; the last listing. The burst is ${PER_SECOND}. The second number leaves the first four requests' and the last one's time out of the bound: a run of 2,000 files cannot come near 1.`,
        'With more lanes a run must not be slower, so each has the same target.',
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
  const [shares, bare]: [number[], number[]] = [[], []];
  const [seconds, refused]: [number[], number[]] = [[], []];
  for (let time = 0; time < times; time++) {
    await bench.sink.reset({ ...answersAt(pace), limit });
    const state = freshState(bench);
    const { wallMs } = await syncRun(bench, tree.root, 'in/', args, { state });
    const seen = await bench.sink.report();
    checkArrived(seen, 'in/', tree.digests, BYTES);
    checkFirstSync(seen, state, tree.extent);
    const all = Object.values(seen.requests).reduce((sum, count) => sum + count, 0);
    const atAllowanceMs = ((all - seen.refused - limit.burst) / PER_SECOND) * 1000;
    // nothing can be sent to a folder before it is there, and nothing confirmed before it was sent
    const serialMs = 2 * pace.listMs + 2 * pace.changeMs;
    shares.push((atAllowanceMs + serialMs) / wallMs);
    bare.push(atAllowanceMs / wallMs);
    seconds.push(wallMs / 1000);
    refused.push((seen.refused / all) * 100);
    bench.say(`  ${name}: ${(wallMs / 1000).toFixed(1)} s, ${seen.refused} of ${all} refused`);
  }
  return {
    name,
    shares: spreadOf(shares),
    bare: spreadOf(bare),
    seconds: spreadOf(seconds),
    refused: spreadOf(refused),
  };
}
