import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.ts';
import { stageAddress } from '../rows/tool-runs.ts';
import { cpuMs, peakMemory, watchesOf } from './process-facts.ts';

/** A watcher that is ready. */
export interface Watcher {
  /** From the start of the process until every change is noticed. */
  readonly readyMs: number;
  /** Peak memory until then, in bytes. */
  readonly readyMemory: number;
  readonly watches: number;
  /** Peak memory so far, in bytes. */
  memory(): number;
  /** Processor time so far, in milliseconds. */
  cpuMs(): number;
  /** New files it has noticed, or brought over. */
  noticed(): Promise<number>;
  stop(): Promise<void>;
}

const LOOK_MS = 20;

/** `stagesync watch` on a tree that is on Stage already; `before`: files that are there. */
export async function startTool(bench: Bench, root: string, state: string, before: number): Promise<Watcher> {
  const startedMs = performance.now();
  const child = spawn(
    process.execPath,
    [bench.product.bin, 'watch', root, stageAddress('in/'), '--log', 'json', '--verbose'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        XDG_STATE_HOME: state,
        XDG_DATA_HOME: state,
        SINGLESTOREDB_MANAGEMENT_TOKEN: 'bench',
        SINGLESTOREDB_MANAGEMENT_BASE_URL: bench.sink.url,
        SINGLESTOREDB_MANAGEMENT_VERSION: 'v1',
      },
    },
  );
  let text = '';
  // each state is a line; those of single files are not kept
  child.stderr.on('data', (part: Buffer) => {
    if (text.length < 1e6) text += part.toString();
  });
  const until = async (state: string): Promise<void> => {
    while (!text.includes(`"state":"${state}"`)) {
      if (child.exitCode !== null) throw new Error(`the watch ended: ${text}`);
      await wait(LOOK_MS);
    }
  };
  await until('listing');
  const readyMs = performance.now() - startedMs;
  const pid = child.pid!;
  const readyMemory = peakMemory(pid);
  // the first comparison of everything belongs to what it costs
  await until('idle');
  return {
    readyMs,
    readyMemory,
    watches: watchesOf(pid),
    memory: () => peakMemory(pid),
    cpuMs: () => cpuMs(pid),
    noticed: async () => (await bench.sink.report()).files.length - before,
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}

export async function startChokidar(root: string): Promise<Watcher> {
  const startedMs = performance.now();
  const child = fork(fileURLToPath(new URL('./chokidar-watch.ts', import.meta.url)), [root]);
  await once(child, 'message');
  const readyMs = performance.now() - startedMs;
  const pid = child.pid!;
  return {
    readyMs,
    readyMemory: peakMemory(pid),
    watches: watchesOf(pid),
    memory: () => peakMemory(pid),
    cpuMs: () => cpuMs(pid),
    async noticed() {
      child.send('heard?');
      const [{ heard }] = (await once(child, 'message')) as [{ heard: number }];
      return heard;
    },
    async stop() {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
    },
  };
}
