import type { Bench } from '../../bench.ts';
import { checkArrived } from '../../fixture/arrived.ts';
import { makeTree } from '../../fixture/trees.ts';
import { checkRecorded } from '../../fixture/work-done.ts';
import { launchTool } from '../../product.ts';
import { freshState, stageAddress } from '../tool-runs.ts';
import { openBroker } from './broker.ts';
import { startWorkers, until } from './workers.ts';

/** What came of the kill of a worker. */
export interface WorkerKill {
  /** Milliseconds until another worker had sent all batches that the killed one had. */
  readonly backMs: number;
  /** Files that were sent once more. */
  readonly repeated: number;
}

const CONCURRENCY = 32;
const BYTES = 4096;
/** Files of the batches that a worker of so many requests has open, at most. */
const MOST_REPEATED = 3 * 50;

/** One of two workers is killed in the middle of a sync, `kills` times. */
export async function killWorkers(bench: Bench, kills: number): Promise<readonly WorkerKill[]> {
  const results: WorkerKill[] = [];
  for (let at = 0; at < kills; at++) {
    const result = await killOne(bench, `killed-${at}/`);
    results.push(result);
    bench.say(
      `  killed worker: its batches were sent after ${(result.backMs / 1000).toFixed(1)} s, ${result.repeated} files once more`,
    );
  }
  return results;
}

async function killOne(bench: Bench, into: string): Promise<WorkerKill> {
  await using broker = await openBroker();
  const tree = makeTree(bench.folder, { folders: 6, files: 100, bytes: BYTES });
  const state = freshState(bench, 'killed');
  const [victim, other] = await startWorkers(bench, {
    queue: broker.url,
    local: tree.root,
    count: 2,
    concurrency: CONCURRENCY,
  });
  if (victim === undefined || other === undefined) throw new Error('there are no two workers');
  const before = (await bench.sink.report()).repeatedPuts;
  const args = ['sync', tree.root, stageAddress(into), '--queue', broker.url];
  const sync = launchTool(bench.product, args, { state, sinkUrl: bench.sink.url });
  try {
    await until('a third of the files are there', sync, async () => {
      const { files } = await bench.sink.report();
      return files.filter(([path]) => path.startsWith(into)).length >= tree.extent.files / 3;
    });
    victim.kill('SIGKILL');
    const killedAt = performance.now();
    const again = () => other.batches().filter(({ redelivered }) => redelivered);
    let backMs = NaN;
    let seen = 0;
    // the last of its batches ends what the sync waits for
    await until('the sync has ended', undefined, () => {
      if (again().length > seen) [seen, backMs] = [again().length, performance.now() - killedAt];
      return sync.hasEnded();
    });
    await sync.ended;
    if (seen === 0) throw new Error('wrong result: no batch of the killed worker was given to the other one');
    const report = await bench.sink.report();
    checkArrived(report, into, tree.digests, BYTES);
    checkRecorded(state, tree.extent.files);
    const repeated = report.repeatedPuts - before;
    if (repeated > MOST_REPEATED) throw new Error(`wrong result: ${repeated} files were sent once more`);
    return { backMs, repeated };
  } finally {
    sync.kill('SIGKILL');
    await Promise.all([sync.ended.catch(() => undefined), victim.stop(), other.stop()]);
  }
}
