import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { atLeast, atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { checkGot } from '../../fixture/got.ts';
import { fileName, folderName } from '../../fixture/names.ts';
import { run } from '../../measure/child.ts';
import { Contest } from '../../measure/contest.ts';
import type { Contestant } from '../../measure/contest.ts';
import { DEPLOYMENT, runTool } from '../../product.ts';
import { freshState, stageAddress } from '../tool-runs.ts';

/** One very large file by get, which writes down on its way how much of it is safe. */
export const getLarge: Benchmark = {
  row: 32,
  name: 'get-large',
  async run(bench: Bench): Promise<Outcome> {
    const bytes = (bench.quick ? 64 : 1000) * 1_000_000;
    const target = join(bench.folder, 'got');
    const path = `in/${folderName(0)}/${fileName(0)}`;
    const checked = async <T>(work: () => Promise<T>): Promise<T> => {
      rmSync(target, { recursive: true, force: true });
      mkdirSync(target);
      await bench.sink.reset({ generated: { root: 'in/', folders: 1, files: 1, bytes } });
      const result = await work();
      checkGot(target, { files: 1, bytes });
      return result;
    };
    const contestants: Contestant[] = [
      {
        name: 'stagesync',
        files: 1,
        bytes,
        run: () =>
          checked(() =>
            runTool(bench.product, ['get', stageAddress(path), target], {
              state: freshState(bench),
              sinkUrl: bench.sink.url,
            }),
          ),
      },
    ];
    if (bench.peers.curl !== undefined)
      contestants.push({
        name: 'curl',
        files: 1,
        bytes,
        run: () =>
          checked(async () => {
            const url = `${bench.sink.url}/v1/stage/${DEPLOYMENT}/fs/${path}`;
            // to the disk, as ours is
            return run('sh', ['-c', 'curl -sf -o "$0" "$1" && sync "$0"', join(target, fileName(0)), url]);
          }),
      });
    const contest = await Contest.hold(bench, contestants, false);
    const checks = [atMost('peak memory', contest.memory('stagesync'), 160, ' MB')];
    if (contest.has('curl'))
      checks.unshift(atLeast('rate / curl', contest.speedUp('stagesync', 'curl'), 0.9));
    return {
      work: `get of one file of ${bytes / 1_000_000} MB from a loopback sink to the disk`,
      contestants: contest.standings(),
      checks,
      notes: ['curl is followed by a sync of its file: get flushes what it writes.'],
      leftOut: contest.has('curl') ? [] : ['curl'],
    };
  },
};
