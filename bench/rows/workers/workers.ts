import { setTimeout as wait } from 'node:timers/promises';
import type { Bench } from '../../bench.ts';
import type { Run, Started } from '../../measure/child.ts';
import { DEPLOYMENT, launchTool } from '../../product.ts';
import { freshState } from '../tool-runs.ts';

/** A batch, as a worker with --json tells of it. */
interface ToldBatch {
  readonly sent: number;
  readonly failed: number;
  readonly redelivered: boolean;
}

/** `stagesync worker`, as it runs. */
export interface Worker {
  /** The batches that it has carried out so far. */
  batches(): readonly ToldBatch[];
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has ended. */
  stop(): Promise<Run>;
}

export interface WorkersOptions {
  readonly queue: string;
  /** The directory whose files they read. */
  readonly local: string;
  readonly count: number;
  /** Of each. */
  readonly concurrency: number;
}

/** Starts workers; resolves when all of them take batches. */
export async function startWorkers(
  bench: Bench,
  { queue, local, count, concurrency }: WorkersOptions,
): Promise<readonly Worker[]> {
  // as if there had been batches for it before: else a worker finds out within two seconds
  const flags = [
    '--deployment',
    DEPLOYMENT,
    '--local',
    local,
    '--concurrency',
    String(concurrency),
    '--json',
  ];
  const started = Array.from({ length: count }, (_, at) =>
    launchTool(bench.product, ['worker', '--queue', queue, ...flags], {
      state: freshState(bench, `worker-${at}`),
      sinkUrl: bench.sink.url,
    }),
  );
  for (const each of started)
    await until('a worker takes batches', each, () => each.said().stderr.includes('takes batches from'));
  return started.map(workerOf);
}

const workerOf = (started: Started): Worker => ({
  batches: () => linesOf(started.said().stdout) as unknown as readonly ToldBatch[],
  kill: (signal) => started.kill(signal),
  async stop() {
    started.kill('SIGTERM');
    return started.ended;
  },
});

/** The objects that a program has printed, one a line. */
export const linesOf = (text: string): readonly Readonly<Record<string, unknown>>[] =>
  text
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const LOOK_MS = 20;
const PATIENCE_MS = 120_000;

/** Resolves when `holds`; rejects when the program ends before, or two minutes have passed. */
export async function until(
  what: string,
  program: Started | undefined,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const startedMs = performance.now();
  while (!(await holds())) {
    const { stdout = '', stderr = '' } = program?.said() ?? {};
    const said = `${stdout.slice(-2000)}\n${stderr.slice(-2000)}`;
    if (program?.hasEnded() === true) throw new Error(`wrong result: it ended before ${what}: ${said}`);
    if (performance.now() - startedMs > PATIENCE_MS)
      throw new Error(`wrong result: two minutes passed before ${what}: ${said}`);
    await wait(LOOK_MS);
  }
}
