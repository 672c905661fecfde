import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { makeTree } from '../../fixture/trees.ts';
import type { Tree } from '../../fixture/trees.ts';
import { Contest } from '../../measure/contest.ts';
import type { Effort } from '../../measure/contest.ts';
import { spreadOf } from '../../measure/statistics.ts';
import { HAS_REDIS, WITHOUT_REDIS, type BrokerFacts } from './broker.ts';
import { queuedSync } from './queued-sync.ts';

const CONCURRENCY = 64;
const PER_FOLDER = 100;
const BYTES = 16;
const MOST_MB = 10;
const MOST_WORKER_MB = 180;

/** What Redis and a worker need, and whether that grows with the number of files. */
export const workersBroker: Benchmark = {
  row: 36,
  name: 'workers-broker',
  async run(bench: Bench): Promise<Outcome> {
    if (!HAS_REDIS) return WITHOUT_REDIS;
    const trees = (bench.quick ? [10, 20] : [100, 1000]).map((folders) =>
      makeTree(bench.folder, { folders, files: PER_FOLDER, bytes: BYTES }),
    );
    const [smaller, larger] = trees as [Tree, Tree];
    const facts = new Map<Tree, BrokerFacts[]>(trees.map((tree) => [tree, []]));
    const workers = new Map<Tree, number[]>(trees.map((tree) => [tree, []]));
    const run = async (tree: Tree): Promise<Effort> => {
      await bench.sink.reset({ hash: true });
      const run = await queuedSync(bench, 'in/', {
        tree,
        workers: 1,
        concurrency: CONCURRENCY,
        countsWaiting: true,
      });
      facts.get(tree)!.push(run.broker);
      workers.get(tree)!.push((run.workers[0]?.rssBytes ?? NaN) / 1e6);
      return run.effort;
    };
    const nameOf = ({ extent }: Tree): string => `${extent.files.toLocaleString('en')} files`;
    const contest = await Contest.hold(
      bench,
      trees.map((tree) => ({ name: nameOf(tree), files: tree.extent.files, run: () => run(tree) })),
      false,
    );
    const peaks = (tree: Tree): number[] => facts.get(tree)!.map(({ peakBytes }) => peakBytes / 1e6);
    const ofLarger = facts.get(larger)!;
    const { files } = larger.extent;
    return {
      work: `${smaller.extent.files} and ${files} new files of ${BYTES} bytes, one worker, concurrency ${CONCURRENCY}, to a loopback sink`,
      contestants: contest.standings(),
      checks: [
        atMost(`${nameOf(larger)}: peak memory of Redis`, spreadOf(peaks(larger)), MOST_MB, ' MB'),
        {
          what: `peak memory of Redis, ${nameOf(larger)} - ${nameOf(smaller)}`,
          value: spreadOf(peaks(larger).map((peak, at) => peak - peaks(smaller)[at]!)),
          unit: ' MB',
        },
        {
          what: `${nameOf(larger)}: processor time of Redis a file`,
          value: spreadOf(ofLarger.map(({ cpuUs }) => cpuUs / files)),
          unit: ' µs',
        },
        {
          what: `${nameOf(larger)}: batches that wait in Redis, at most`,
          value: spreadOf(ofLarger.map(({ mostWaiting }) => mostWaiting)),
        },
        atMost(
          `${nameOf(larger)}: peak memory of the worker`,
          spreadOf(workers.get(larger)!),
          MOST_WORKER_MB,
          ' MB',
        ),
        {
          what: `peak memory of the worker, ${nameOf(larger)} - ${nameOf(smaller)}`,
          value: spreadOf(workers.get(larger)!.map((peak, at) => peak - workers.get(smaller)![at]!)),
          unit: ' MB',
        },
      ],
      notes: [
        'Peak memory: used_memory_peak of a server that was started for the run, with an append-only file. Batches that wait: at any of 50 looks a second, which are part of its processor time.',
      ],
      leftOut: [],
    };
  },
};
