import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One run of a program from start to end. */
export interface Run {
  /** Milliseconds from the start of the process to its end. */
  readonly wallMs: number;
  /** User and system time in microseconds; undefined where the system does not tell. */
  readonly cpuUs: number | undefined;
  /** Peak resident memory in bytes. */
  readonly rssBytes: number | undefined;
  /** Bytes the process caused to be written to a disk. */
  readonly diskBytes: number | undefined;
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** When it was started, in milliseconds since 1970; with a fraction. */
  readonly startedMs: number;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The process is killed when this resolves; a killed run is no failure. */
  readonly killWhen?: Promise<unknown>;
  /** Exit statuses that are no failure. */
  readonly allow?: readonly number[];
  /** Ask the kernel how it goes. Off for the shortest programs. */
  readonly observe?: boolean;
}

const LOOK_EVERY_MS = 20;

/** A program that was started. */
export interface Started {
  readonly pid: number | undefined;
  /** Resolves when it has ended. Rejects when it failed, with what it said. */
  readonly ended: Promise<Run>;
  hasEnded(): boolean;
  /** What it has written so far. */
  said(): { readonly stdout: string; readonly stderr: string };
  /** An end that comes of it is no failure. */
  kill(signal: NodeJS.Signals): void;
}

/** Runs a program to its end. Rejects when it fails, with what it said. */
export const run = (command: string, args: readonly string[], options: RunOptions = {}): Promise<Run> =>
  start(command, args, options).ended;

/** Starts a program, and asks the kernel how it goes until it ends. */
export function start(command: string, args: readonly string[], options: RunOptions = {}): Started {
  const startedMs = performance.timeOrigin + performance.now();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const said = () => ({ stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
  let seen: Observation = {};
  const look = (): void => {
    if (child.pid !== undefined) seen = { ...seen, ...observe(child.pid) };
  };
  const timer = options.observe === false ? undefined : setInterval(look, LOOK_EVERY_MS);
  let killed = false;
  const kill = (signal: NodeJS.Signals): void => {
    killed = true;
    child.kill(signal);
  };
  void options.killWhen?.then(() => kill('SIGKILL'));
  const closed = Promise.withResolvers<number | null>();
  let endedAt = 0;
  child.on('error', closed.reject);
  child.on('exit', () => (endedAt = performance.timeOrigin + performance.now()));
  child.on('close', (status) => closed.resolve(status));
  const end = async (): Promise<Run> => {
    const status = await closed.promise.finally(() => clearInterval(timer));
    const { stdout, stderr } = said();
    const allowed = status === 0 || killed || (status !== null && options.allow?.includes(status) === true);
    if (!allowed)
      throw new Error(`${command} ${args.join(' ').slice(0, 300)}: status ${status}\n${stdout}\n${stderr}`);
    return { ...seenOf(seen), wallMs: endedAt - startedMs, status, stdout, stderr, startedMs };
  };
  const ended = end();
  // whoever waits for it is told; one that is not waited for yet must not end the benchmark
  ended.catch(() => undefined);
  return {
    pid: child.pid,
    ended,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    said,
    kill,
  };
}

const seenOf = ({ cpuUs, rssBytes, diskBytes }: Observation) => ({ cpuUs, rssBytes, diskBytes });

interface Observation {
  readonly cpuUs?: number;
  readonly rssBytes?: number;
  readonly diskBytes?: number;
}

/** Linux counts a process's ticks in hundredths of a second whatever the kernel's own clock is. */
const TICK_US = 10_000;

/** What /proc says of a process; nothing elsewhere. Peaks and sums, so the last look before the end is what counts. */
function observe(pid: number): Observation {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const peak = /VmHWM:\s+(\d+)/.exec(status)?.[1];
    // a process that has ended and is not yet collected has no memory, but still its times
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]);
    const io = /write_bytes: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'latin1'))?.[1];
    return {
      cpuUs: ticks * TICK_US,
      ...(peak !== undefined && { rssBytes: Number(peak) * 1024 }),
      ...(io !== undefined && { diskBytes: Number(io) }),
    };
  } catch {
    return {};
  }
}
