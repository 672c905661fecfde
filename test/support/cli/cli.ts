import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report, SyncEvent } from '../../../src/model/events.ts';

const BIN = fileURLToPath(new URL('../../../bin/stagesync.js', import.meta.url));

export interface CliOptions {
  readonly cwd?: string;
  /** On top of the sandbox's own; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called once with the process as it runs, to send it signals or read its output. */
  readonly running?: (child: ChildProcess) => void;
  /** Options of node itself, before the script. */
  readonly nodeOptions?: readonly string[];
}

export interface CliResult {
  /** The exit status; 128 + n after signal n. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Of --json: every line of stdout. */
  readonly events: readonly SyncEvent[];
  /** Of --json: the last line of stdout. */
  readonly report: Report & { readonly error?: { readonly code: string; readonly message: string } };
}

/** A home of its own for the command line: nothing of the machine's user is read or written. */
export interface CliSandbox extends AsyncDisposable {
  /** An empty working directory. */
  readonly folder: string;
  readonly stateFolder: string;
  readonly dataFolder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs the command line as a user does, to its end. */
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>;
}

export async function cliSandbox(env: Readonly<Record<string, string>> = {}): Promise<CliSandbox> {
  const top = await mkdtemp(join(tmpdir(), 'stagesync-test-'));
  const at = (name: string): string => join(top, name);
  await Promise.all(['work', 'state', 'data', 'home'].map((name) => mkdir(at(name))));
  const own: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: at('home'),
    XDG_STATE_HOME: at('state'),
    XDG_DATA_HOME: at('data'),
    ...env,
  };
  return {
    folder: at('work'),
    stateFolder: join(at('state'), 'stagesync'),
    dataFolder: join(at('data'), 'stagesync'),
    env: own,
    run: (args, options = {}) =>
      runCli(args, { cwd: at('work'), ...options, env: { ...own, ...options.env } }),
    [Symbol.asyncDispose]: () => rm(top, { recursive: true, force: true }),
  };
}

function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const child = spawn(process.execPath, [...(options.nodeOptions ?? []), BIN, ...args], {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (part: Buffer) => stdout.push(part));
  child.stderr.on('data', (part: Buffer) => stderr.push(part));
  options.running?.(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const ended = code ?? 128 + (signal === 'SIGKILL' ? 9 : signal === 'SIGTERM' ? 15 : 2);
      resolve(resultOf(ended, Buffer.concat(stdout).toString(), Buffer.concat(stderr).toString()));
    });
  });
}

export const resultOf = (status: number, stdout: string, stderr: string): CliResult =>
  new Ended(status, stdout, stderr);

/** Events are read only when they are asked for: not every command line prints any. */
class Ended implements CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;

  constructor(status: number, stdout: string, stderr: string) {
    this.status = status;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  get events(): readonly SyncEvent[] {
    return this.stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as SyncEvent);
  }

  get report(): CliResult['report'] {
    return this.events.at(-1) as CliResult['report'];
  }
}

/** The actions a --json run says it did, as 'upload a.csv new', in path order. */
export function actionsOf(result: CliResult): string[] {
  return result.events
    .flatMap((event) => (event.type === 'action' && event.outcome === 'done' ? [event] : []))
    .map(({ kind, path, to, reason }) => `${kind} ${path}${to === undefined ? '' : ` -> ${to}`} ${reason}`)
    .sort();
}
