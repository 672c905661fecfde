import type { Bench } from '../../bench.ts';
import { checkArrived } from '../../fixture/arrived.ts';
import type { Tree } from '../../fixture/trees.ts';
import { checkFirstSync } from '../../fixture/work-done.ts';
import type { Run } from '../../measure/child.ts';
import type { Effort } from '../../measure/contest.ts';
import type { SinkReport } from '../../sink/sink-options.ts';
import { freshState, syncRun } from '../tool-runs.ts';
import { openBroker, type BrokerFacts } from './broker.ts';
import { startWorkers } from './workers.ts';

export interface QueuedSyncOptions {
  readonly tree: Tree;
  readonly workers: number;
  /** Requests at the same time, of each worker. */
  readonly concurrency: number;
  /** Further flags of the sync. */
  readonly args?: readonly string[];
  readonly countsWaiting?: boolean;
}

/** A first sync by way of workers, checked, and what each process took. */
export interface QueuedSync {
  /** Of all processes together; the time is that of the sync, its start included. */
  readonly effort: Effort;
  readonly sync: Run;
  readonly workers: readonly Run[];
  readonly broker: BrokerFacts;
  readonly seen: SinkReport;
}

/** Batches that wait at once, while few workers are busy: what lies in the broker must not grow with the number of files. */
const MOST_WAITING = 16;

/** Brings a tree to a sink that was reset before, with a broker, a ledger and workers of its own; `into` ends with '/'. */
export async function queuedSync(
  bench: Bench,
  into: string,
  { tree, workers: count, concurrency, args = [], countsWaiting = false }: QueuedSyncOptions,
): Promise<QueuedSync> {
  await using broker = await openBroker({ countsWaiting });
  const state = freshState(bench);
  const workers = await startWorkers(bench, { queue: broker.url, local: tree.root, count, concurrency });
  const stopAll = () => Promise.all(workers.map((worker) => worker.stop()));
  try {
    const sync = await syncRun(bench, tree.root, into, ['--queue', broker.url, ...args], { state });
    const facts = await broker.facts();
    const seen = await bench.sink.report();
    const runs = await stopAll();
    checkArrived(seen, into, tree.digests, tree.bytes);
    checkFirstSync(seen, state, tree.extent);
    checkSent(
      workers.map((worker) => worker.batches().reduce((sum, { sent }) => sum + sent, 0)),
      tree.extent.files,
    );
    if (facts.mostWaiting > MOST_WAITING)
      throw new Error(`wrong result: ${facts.mostWaiting} batches waited in the broker at once`);
    return { effort: effortOf(sync, runs, facts), sync, workers: runs, broker: facts, seen };
  } finally {
    await stopAll();
  }
}

/** Rejects unless the workers, each of them, sent files, and all together sent each of them. */
function checkSent(sent: readonly number[], files: number): void {
  const all = sent.reduce((sum, count) => sum + count, 0);
  if (all !== files) throw new Error(`wrong result: workers sent ${all} files of ${files}`);
  if (sent.includes(0)) throw new Error(`wrong result: a worker sent nothing: ${sent.join(', ')} files`);
}

function effortOf(sync: Run, workers: readonly Run[], broker: BrokerFacts): Effort {
  const sum = (of: (run: Run) => number | undefined): number =>
    [sync, ...workers].reduce((total, each) => total + (of(each) ?? 0), 0);
  return {
    wallMs: sync.wallMs,
    cpuUs: sum(({ cpuUs }) => cpuUs) + broker.cpuUs,
    rssBytes: Math.max(...[sync, ...workers].map(({ rssBytes }) => rssBytes ?? 0)),
    diskBytes: sum(({ diskBytes }) => diskBytes),
  };
}
