import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { atLeast, atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { fileName, folderName } from '../../fixture/names.ts';
import { checkPulled } from '../../fixture/pulled.ts';
import { run } from '../../measure/child.ts';
import { Contest } from '../../measure/contest.ts';
import type { Contestant } from '../../measure/contest.ts';
import { DEPLOYMENT } from '../../product.ts';
import { freshState, pullRun } from '../tool-runs.ts';

/** One very large file: what a byte costs on its way to the disk. */
export const pullLarge: Benchmark = {
  row: 30,
  name: 'pull-large',
  async run(bench: Bench): Promise<Outcome> {
    const bytes = (bench.quick ? 64 : 1000) * 1_000_000;
    const target = join(bench.folder, 'pulled');
    const checked = async <T>(work: () => Promise<T>): Promise<T> => {
      rmSync(target, { recursive: true, force: true });
      await bench.sink.reset({ generated: { root: 'in/', folders: 1, files: 1, bytes } });
      const result = await work();
      checkPulled(target, { files: 1, bytes });
      return result;
    };
    const from = `in/${folderName(0)}/`;
    const contestants: Contestant[] = [
      {
        name: 'stagesync',
        files: 1,
        bytes,
        run: () => checked(() => pullRun(bench, from, target, [], { state: freshState(bench) })),
      },
    ];
    if (bench.peers.curl !== undefined)
      contestants.push({
        name: 'curl',
        files: 1,
        bytes,
        run: () =>
          checked(async () => {
            mkdirSync(target);
            const place = join(target, fileName(0));
            const url = `${bench.sink.url}/v1/stage/${DEPLOYMENT}/fs/${from}${fileName(0)}`;
            // to the disk, as ours is
            return run('sh', ['-c', 'curl -sf -o "$0" "$1" && sync "$0"', place, url]);
          }),
      });
    const contest = await Contest.hold(bench, contestants, false);
    const checks = [atMost('peak memory', contest.memory('stagesync'), 220, ' MB')];
    if (contest.has('curl'))
      checks.unshift(atLeast('rate / curl', contest.speedUp('stagesync', 'curl'), 0.9));
    return {
      work: `one file of ${bytes / 1_000_000} MB from a loopback sink to the disk`,
      contestants: contest.standings(),
      checks,
      notes: ['curl is followed by a sync of its file: a pull flushes what it writes.'],
      leftOut: contest.has('curl') ? [] : ['curl'],
    };
  },
};
