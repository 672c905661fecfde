import { Compiled } from '../../test/scale/growth/growth.ts';
import type { Change } from '../../test/scale/growth/synthetic-tree.ts';
import { atMost } from '../bench.ts';
import type { Bench, Benchmark, Check, Outcome } from '../bench.ts';
import { spreadOf } from '../measure/statistics.ts';
import type { Spread } from '../measure/statistics.ts';

const PER_FOLDER = 100;
/** The most that the tool goes up to by itself: outcomes of ever more folders then share a commit. */
const MOST_LANES = 256;

interface Costs {
  /** Processor time, in microseconds. */
  readonly usPerFile: Spread;
  readonly peakMB: Spread;
  readonly writtenPerFile: Spread;
}

/** What large changes cost the engine itself, with ends that cost nothing; and whether it grows faster than the files. */
export const engineGrowth: Benchmark = {
  row: 27,
  name: 'engine-growth',
  async run(bench: Bench): Promise<Outcome> {
    using compiled = new Compiled();
    const [few, many] = bench.quick ? [1000, 5000] : [10_000, 1_000_000];
    const measure = (change: Change, files: number): Promise<Costs> =>
      costsOf(bench, compiled, { change, files });
    const checks: Check[] = [];
    const pairs = [
      ['folders', 'each folder renamed', many],
      ['files', 'each file renamed', bench.quick ? many : 300_000],
      ['new', 'all new', many],
    ] as const;
    for (const [change, words, most] of pairs) {
      const small = await measure(change, few);
      const large = await measure(change, most);
      const of = `${words}, ${most.toLocaleString('en')} files`;
      if (change === 'folders')
        checks.push(atMost(`${of}: processor time a file`, large.usPerFile, 80, ' µs'));
      checks.push(
        { what: `${of}: time a file / that of ${few}`, value: ratio(large.usPerFile, small.usPerFile) },
        atMost(`${of}: peak memory`, large.peakMB, 170, ' MB'),
        atMost(`${of}: written a file`, large.writtenPerFile, change === 'new' ? 1000 : 4000, ' bytes'),
      );
    }
    return {
      work: `a pass of the engine after each kind of change, in trees of ${few} and ${many} files, ${PER_FOLDER} in a folder`,
      contestants: [],
      checks,
      notes: [
        'Both ends are made up in memory; the ledger is on disk. Written: what is given to write(), for the ledger, its log and the waiting plan.',
      ],
      leftOut: [],
    };
  },
};

async function costsOf(
  bench: Bench,
  compiled: Compiled,
  { change, files }: { change: Change; files: number },
): Promise<Costs> {
  const [us, mb, written]: [number[], number[], number[]] = [[], [], []];
  for (let time = 0; time < bench.pairs; time++) {
    const tree = { change, folders: files / PER_FOLDER, filesPerFolder: PER_FOLDER };
    const cost = await compiled.measure(tree, { lanes: MOST_LANES });
    if (cost.outcome !== 'clean' || !cost.isEqual)
      throw new Error(`wrong result: the pass ended with ${cost.outcome}, equal: ${cost.isEqual}`);
    us.push((1000 * cost.cpuMs) / files);
    mb.push(cost.peakBytes / 1e6);
    written.push(cost.writtenBytes / files);
    bench.say(
      `  ${change}, ${files} files: ${us.at(-1)!.toFixed(0)} µs, ${mb.at(-1)!.toFixed(0)} MB, ${written.at(-1)!.toFixed(0)} bytes`,
    );
  }
  return { usPerFile: spreadOf(us), peakMB: spreadOf(mb), writtenPerFile: spreadOf(written) };
}

const ratio = (one: Spread, other: Spread): Spread => ({
  min: one.min / other.max,
  median: one.median / other.median,
  max: one.max / other.min,
});
