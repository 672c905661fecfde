import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { openWorkplace, startStage, type Workplace } from './built-tool.ts';
import { stageEnvironment } from './observed-run.ts';

const JOBS = 100;
/** Of each job: ten of them hold 99 others each. */
const FOLDERS = 1000;
const MOST_BYTES = 400_000_000;
/** The daemon gives garbage back some 10 s after its last run. */
const REST_MS = 60_000;

const mb = (bytes: number): string => `${(bytes / 1_000_000).toFixed(0)} MB`;

/** Resident memory in bytes: now, and the most so far. */
interface Memory {
  readonly now: number;
  readonly peak: number;
}

/**
 * A daemon of 100 watches of 1,000 folders each stays within 400 MB: on its first run, which makes all folders on the Stage, and after
 * a new start, which finds everything there; at its peak and at rest.
 */
export async function checkIdleWatches(say: (line: string) => void): Promise<void> {
  using place = openWorkplace();
  await using stage = await startStage(place);
  const file = writeJobs(place.folder, stage.deployment);
  const env = { ...stageEnvironment(stage), HOME: place.folder, XDG_STATE_HOME: join(place.folder, 'state') };
  for (const start of ['first run, which makes the folders', 'new start, with nothing to do']) {
    const { busy, rest } = await watchUntilRest(place, file, env);
    say(`${JOBS} watches of ${FOLDERS} folders, ${start}: peak ${mb(busy.peak)}; at rest ${mb(rest.now)}`);
    assert.ok(rest.peak < MOST_BYTES, `the peak of the ${start} is below ${mb(MOST_BYTES)}`);
    assert.ok(rest.now < MOST_BYTES, `the rest of the ${start} is below ${mb(MOST_BYTES)}`);
  }
}

function writeJobs(root: string, deployment: string): string {
  const names = Array.from({ length: JOBS }, (_, at) => `job-${String(at).padStart(3, '0')}`);
  for (const name of names)
    for (let at = 0; at < FOLDERS; at++) {
      const [outer, inner] = [Math.floor(at / 100), at % 100];
      const path = inner === 0 ? `region-${outer}` : `region-${outer}/day-${inner}`;
      mkdirSync(join(root, 'data', name, path), { recursive: true });
    }
  const jobs = names.map((name) => [
    name,
    { from: join(root, 'data', name), to: `stage://${deployment}/${name}`, watch: true },
  ]);
  const file = join(root, 'stagesync.json');
  writeFileSync(file, JSON.stringify({ jobs: Object.fromEntries(jobs) as unknown }));
  return file;
}

/** Runs the daemon until each job has run once and it has rested; says what it took until the last run and at the end. */
async function watchUntilRest(
  { bin, folder }: Workplace,
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly busy: Memory; readonly rest: Memory }> {
  const child = spawn(process.execPath, [bin, 'up', '--file', file, '--json'], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    const ran = new Set<string>();
    for await (const line of createInterface(child.stdout)) {
      const { event, job, error } = JSON.parse(line) as Record<'event' | 'job', string> & { error?: unknown };
      assert.equal(error, undefined, line);
      if (event === 'pass') ran.add(job);
      if (ran.size === JOBS) break;
    }
    assert.equal(ran.size, JOBS, 'each job ran');
    const busy = memoryOf(child.pid!);
    // what it prints from now on must not fill the pipe
    child.stdout.resume();
    await sleep(REST_MS);
    return { busy, rest: memoryOf(child.pid!) };
  } finally {
    child.kill('SIGTERM');
    await exited;
  }
}

function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const bytesOf = (name: string): number =>
    Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  return { now: bytesOf('VmRSS'), peak: bytesOf('VmHWM') };
}
