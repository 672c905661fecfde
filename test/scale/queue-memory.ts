import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { HAS_REDIS, openRedisServer } from '../support/cluster/redis-server.ts';
import { openWorkplace, startStage, type Workplace } from './built-tool.ts';
import { observeSync, stageEnvironment } from './observed-run.ts';

const [FEW, MANY] = [10_000, 100_000];
const PER_FOLDER = 100;
const MOST_BYTES = 10_000_000;
/** What the server's own memory goes up and down by. */
const NOISE_BYTES = 1_000_000;
/** The same of a worker: V8 lets garbage lie. A worker that kept what it has sent would grow by four times as much. */
const WORKER_NOISE_BYTES = 25_000_000;

/** In bytes. */
interface Peaks {
  readonly redis: number;
  readonly worker: number;
}

const mb = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

/** What lies in Redis while workers send the files stays within 10 MB, and neither that nor a worker grows with their number. */
export async function checkQueueMemory(say: (line: string) => void): Promise<void> {
  if (!HAS_REDIS) {
    say('there is no redis-server here: left out');
    return;
  }
  using place = openWorkplace();
  const peaks: Peaks[] = [];
  for (const files of [FEW, MANY]) {
    const { redis, worker } = await peaksOf(place, files);
    say(
      `${files} files by way of one worker: peak memory of Redis ${mb(redis)}, of the worker ${mb(worker)}`,
    );
    assert.ok(redis <= MOST_BYTES, `the peak with ${files} files is at most ${mb(MOST_BYTES)}`);
    peaks.push({ redis, worker });
  }
  const [few, many] = peaks as [Peaks, Peaks];
  assert.ok(many.redis - few.redis <= NOISE_BYTES, 'Redis does not grow with the number of files');
  assert.ok(many.worker - few.worker <= WORKER_NOISE_BYTES, 'a worker does not grow with it');
}

/** The most memory that a server and a worker of their own used for a first sync of so many files. */
async function peaksOf(place: Workplace, files: number): Promise<Peaks> {
  const root = writeFiles(place.folder, files);
  await using opened = new AsyncDisposableStack();
  const stage = opened.use(await startStage(place));
  const redis = await openRedisServer({ settings: ['--appendonly', 'yes'] });
  opened.defer(() => redis.close());
  const env = { ...stageEnvironment(stage), HOME: place.folder };
  const worker = await startWorker(place, ['--queue', redis.url, '--local', root], env);
  opened.defer(async () => {
    const exit = once(worker, 'exit');
    worker.kill('SIGTERM');
    await exit;
  });
  const args = [root, `stage://${stage.deployment}/in${files}`, '--queue', redis.url];
  const { status, report, stderr } = await observeSync(place, args, { env, cwd: place.folder, watch: [] });
  assert.equal(status, 0, stderr);
  assert.equal(report.uploaded, files);
  const client = new Redis(redis.url);
  opened.defer(() => client.disconnect());
  const info = await client.info('memory');
  const ofWorker = readFileSync(`/proc/${worker.pid}/status`, 'latin1');
  rmSync(root, { recursive: true });
  return {
    redis: Number(/^used_memory_peak:(\d+)/m.exec(info)?.[1]),
    worker: Number(/VmHWM:\s+(\d+) kB/.exec(ofWorker)?.[1]) * 1024,
  };
}

function writeFiles(folder: string, files: number): string {
  const root = join(folder, `data-${files}`);
  for (let at = 0; at < files; at++) {
    const parent = join(root, `d${Math.floor(at / PER_FOLDER)}`);
    if (at % PER_FOLDER === 0) mkdirSync(parent, { recursive: true });
    writeFileSync(join(parent, `f${at}.csv`), String(at));
  }
  return root;
}

/** Resolves when it takes batches. */
async function startWorker(
  { bin }: Workplace,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const child = spawn(process.execPath, [bin, 'worker', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for await (const line of createInterface(child.stderr)) if (line.includes('takes batches from')) break;
  // what it prints from now on must not fill the pipe
  child.stderr.resume();
  assert.equal(child.exitCode, null, 'the worker runs');
  return child;
}
