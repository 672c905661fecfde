import { atMost } from '../../bench.ts';
import type { Bench, Benchmark, Outcome } from '../../bench.ts';
import { checkArrived } from '../../fixture/arrived.ts';
import { makeTree } from '../../fixture/trees.ts';
import { checkFirstSync } from '../../fixture/work-done.ts';
import { Contest } from '../../measure/contest.ts';
import type { Effort } from '../../measure/contest.ts';
import { medianOf, pairedRatio } from '../../measure/statistics.ts';
import { number } from '../../report.ts';
import { freshState, syncRun } from '../tool-runs.ts';
import { HAS_REDIS, WITHOUT_REDIS } from './broker.ts';
import { queuedSync } from './queued-sync.ts';
import type { QueuedSync } from './queued-sync.ts';

const CONCURRENCY = 64;
const BYTES = 4096;
const IN_PROCESS = 'in process';
const ONE_WORKER = 'a sync, one worker and Redis';

/** What it costs to have another process send the files. */
export const workersOverhead: Benchmark = {
  row: 34,
  name: 'workers-overhead',
  async run(bench: Bench): Promise<Outcome> {
    if (!HAS_REDIS) return WITHOUT_REDIS;
    const tree = makeTree(bench.folder, { folders: bench.quick ? 10 : 200, files: 100, bytes: BYTES });
    const { files } = tree.extent;
    const runs: QueuedSync[] = [];
    const inProcess = async (): Promise<Effort> => {
      await bench.sink.reset({ hash: true });
      const state = freshState(bench);
      const args = ['--concurrency', String(CONCURRENCY)];
      const effort = await syncRun(bench, tree.root, 'in/', args, { state });
      const seen = await bench.sink.report();
      checkArrived(seen, 'in/', tree.digests, BYTES);
      checkFirstSync(seen, state, tree.extent);
      return effort;
    };
    const oneWorker = async (): Promise<Effort> => {
      await bench.sink.reset({ hash: true });
      const run = await queuedSync(bench, 'in/', { tree, workers: 1, concurrency: CONCURRENCY });
      runs.push(run);
      return run.effort;
    };
    const contest = await Contest.hold(
      bench,
      [
        { name: IN_PROCESS, files, run: inProcess },
        { name: ONE_WORKER, files, run: oneWorker },
      ],
      !bench.quick,
    );
    const cpu = (name: string): number[] => contest.efforts(name).map(({ cpuUs = NaN }) => cpuUs);
    return {
      work: `${files} new files of 4 KiB in ${tree.folders} folders to a loopback sink, concurrency ${CONCURRENCY}`,
      contestants: contest.standings(),
      checks: [
        atMost('processor time / in process', pairedRatio(cpu(ONE_WORKER), cpu(IN_PROCESS)), 1.2),
        { what: 'rate / in process', value: contest.speedUp(ONE_WORKER, IN_PROCESS) },
      ],
      notes: notesOf(runs, files),
      leftOut: [],
    };
  },
};

function notesOf(runs: readonly QueuedSync[], files: number): string[] {
  const each = (of: (run: QueuedSync) => number | undefined): string =>
    number((medianOf(runs.map(of)) ?? NaN) / files);
  const parts = [
    `sync ${each(({ sync }) => sync.cpuUs)} µs`,
    `worker ${each(({ workers }) => workers[0]?.cpuUs)} µs`,
    `Redis ${each(({ broker }) => broker.cpuUs)} µs`,
  ];
  const traffic = [
    `${each(({ broker }) => broker.commands)} commands`,
    `${each(({ broker }) => broker.wireBytes)} bytes on its connections`,
    `${each(({ broker }) => broker.keptBytes)} bytes in its append-only file`,
  ];
  return [
    `Processor time a file: ${parts.join(', ')}. The starts of all processes are in it.`,
    `Redis, a file: ${traffic.join(', ')}.`,
    'Every file was sent by the worker, once.',
  ];
}
