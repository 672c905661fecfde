import { atLeast } from '../../bench.ts';
import type { Bench, Benchmark, Check, Outcome } from '../../bench.ts';
import { makeTree } from '../../fixture/trees.ts';
import type { Tree } from '../../fixture/trees.ts';
import { Contest } from '../../measure/contest.ts';
import type { Contestant } from '../../measure/contest.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { answersAt, firstSyncBoundMs, paceOf } from '../pace/stage-at-its-pace.ts';
import { startUpMs } from '../small-files-latency.ts';
import { HAS_REDIS, WITHOUT_REDIS } from './broker.ts';
import { queuedSync } from './queued-sync.ts';

/** Of each worker. */
const CONCURRENCY = 64;
const BYTES = 4096;
const PER_FOLDER = 80;

/** Whether several workers together have as many requests under way as they are allowed to, at Stage's own pace. */
export const workersPace: Benchmark = {
  row: 35,
  name: 'workers-pace',
  async run(bench: Bench): Promise<Outcome> {
    if (!HAS_REDIS) return WITHOUT_REDIS;
    const pace = paceOf(bench);
    const sizes = (bench.quick ? [1, 2] : [1, 2, 4]).map((workers) => ({
      workers,
      name: `${workers} ${workers === 1 ? 'worker' : 'workers'}`,
      tree: treeOf(bench, workers),
      lanes: workers * CONCURRENCY,
    }));
    const rates = new Map<string, number[]>(sizes.map(({ name }) => [name, []]));
    const contestant = ({ workers, name, tree }: (typeof sizes)[number]): Contestant => ({
      name,
      files: tree.extent.files,
      async run() {
        await bench.sink.reset(answersAt(pace));
        const { effort, seen } = await queuedSync(bench, 'in/', { tree, workers, concurrency: CONCURRENCY });
        const sendingMs = (seen.lastPutMs ?? NaN) - (seen.firstPutMs ?? NaN);
        rates.get(name)!.push(tree.extent.files / sendingMs);
        return effort;
      },
    });
    const contest = await Contest.hold(bench, sizes.map(contestant), false);
    const startMs = await startUpMs(bench);
    const checks = sizes.flatMap(({ name, tree, lanes }): Check[] => {
      const boundMs = firstSyncBoundMs(tree.extent, lanes, pace);
      const shares = contest.efforts(name).map(({ wallMs }) => boundMs / (wallMs - startMs));
      const most = lanes / pace.changeMs;
      return [
        atLeast(
          `${name}: files/s, first to last upload, of C/L`,
          spreadOf(rates.get(name)!.map((rate) => rate / most)),
          0.9,
        ),
        { what: `${name}: lower bound / time`, value: spreadOf(shares) },
      ];
    });
    return {
      work: `${sizes[0]!.tree.extent.files} new files of 4 KiB for each worker, ${PER_FOLDER} in a folder, at Stage's own pace (${pace.changeMs / 1000} s a change, ${pace.listMs / 1000} s a listing), concurrency ${CONCURRENCY} each`,
      contestants: contest.standings(),
      checks,
      notes: [
        `C/L is what so many requests at the same time could do at most: ${sizes.map(({ lanes }) => Math.round((lanes * 1000) / pace.changeMs)).join(', ')} files a second. The time goes from the beginning of the first upload to the answer of the last one.`,
        'The lower bound of the whole run: all requests on as many lanes, between a first and a last listing. The target folder and the first folder in it come one after the other before the first file. A --version run is taken off the time.',
      ],
      leftOut: [],
    };
  },
};

/** So many files that every worker sends for half a minute. */
const treeOf = (bench: Bench, workers: number): Tree =>
  makeTree(bench.folder, {
    folders: workers * (bench.quick ? 4 : 16),
    files: PER_FOLDER,
    bytes: BYTES,
  });
