import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Check, Outcome, Standing } from '../../bench.ts';
import { fileName } from '../../fixture/names.ts';
import { contentOf } from '../../fixture/trees.ts';
import { checkFirstSync } from '../../fixture/work-done.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { freshState, syncRun } from '../tool-runs.ts';
import { answersAt, paceOf } from './stage-at-its-pace.ts';

const LANES = 16;
const SMALL_BYTES = 4096;

/** Many small files and a few that take long, in either order of their names. */
export const paceLargeAmongSmall: Benchmark = {
  row: 23,
  name: 'pace-large-among-small',
  async run(bench: Bench): Promise<Outcome> {
    const pace = paceOf(bench);
    const [small, large] = [bench.quick ? 160 : 640, 4];
    const largeMs = 30 * pace.changeMs;
    const largeBytes = 4 * 1024 * 1024;
    const sink = { ...answersAt(pace), bytesPerSecond: largeBytes / (largeMs / 1000), atOnce: 256 };
    const longestMs = largeMs + pace.changeMs;
    const checks: Check[] = [];
    const contestants: Standing[] = [];
    for (const [order, folder] of [
      ['first', '0-large'],
      ['last', 'z-large'],
    ] as const) {
      const source = makeSource(bench, { folder, small, large, largeBytes });
      for (const [flags, args] of [
        ['16 lanes', ['--concurrency', String(LANES)]],
        ['no flag', []],
      ] as const) {
        const times: number[] = [];
        for (let time = 0; time < bench.pairs; time++) {
          await bench.sink.reset(sink);
          const state = freshState(bench);
          const { wallMs } = await syncRun(bench, source.root, 'in/', args, { state });
          const seen = await bench.sink.report();
          const wrong = seen.files.filter(([path, , digest]) => source.digests.get(path.slice(3)) !== digest);
          if (wrong.length > 0) throw new Error(`wrong result: ${wrong[0]![0]} has other bytes`);
          checkFirstSync(seen, state, { files: small + large, folders: 2 });
          times.push(wallMs);
          bench.say(`  large ${order}, ${flags}: ${(wallMs / 1000).toFixed(1)} s`);
        }
        const work = small * pace.changeMs + large * longestMs;
        // two listings and two folders come before the first file, a listing after the last
        const serialMs = 3 * pace.listMs + 2 * pace.changeMs;
        const boundMs = Math.max(work / (args.length > 0 ? LANES : 256), longestMs) + serialMs;
        const name = `large ${order} by name, ${flags}`;
        contestants.push({ name, value: spreadOf(times.map((ms) => ms / 1000)), unit: 's' });
        checks.push(atMost(`${name}: time / lower bound`, spreadOf(times.map((ms) => ms / boundMs)), 1.15));
      }
    }
    return {
      work: `${small} small files and ${large} that take ${(longestMs / 1000).toFixed(1)} s each`,
      contestants,
      checks,
      notes: [
        'The lower bound: all work on the lanes, or the longest file, with what has to come before the first file and after the last.',
      ],
      leftOut: [],
    };
  },
};

interface Source {
  readonly root: string;
  readonly digests: ReadonlyMap<string, string>;
}

function makeSource(
  bench: Bench,
  { folder, small, large, largeBytes }: { folder: string; small: number; large: number; largeBytes: number },
): Source {
  const root = join(bench.folder, `mixed-${folder}`);
  const digests = new Map<string, string>();
  rmSync(root, { recursive: true, force: true });
  const write = (path: string, bytes: number): void => {
    const content = contentOf(path, bytes);
    writeFileSync(join(root, path), content);
    digests.set(path, hash('sha256', content));
  };
  for (const each of ['m-small', folder]) mkdirSync(join(root, each), { recursive: true });
  for (let at = 0; at < small; at++) write(`m-small/${fileName(at)}`, SMALL_BYTES);
  for (let at = 0; at < large; at++) write(`${folder}/${fileName(at)}`, largeBytes);
  return { root, digests };
}
