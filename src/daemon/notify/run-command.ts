import { spawn, type ChildProcess } from 'node:child_process';
import type { Attempt } from './send-request.ts';
import { duration } from '../../model/quantities/duration.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** Milliseconds that a command may take, and until it is killed where it does not end when told to. */
const MOST_MS = 60_000;
const KILLED_AFTER_MS = 2000;

/** Not for programs that only tell somebody. */
const WITHHELD = ['SINGLESTOREDB_MANAGEMENT_TOKEN'];

export interface CommandOptions {
  /** The folder it runs in. */
  readonly folder: string;
  readonly env: Variables;
  readonly signal: AbortSignal;
  /** Default: a minute. */
  readonly mostMs?: number | undefined;
}

/**
 * Runs one program, without a shell, with `body` on its standard input. What it prints goes nowhere: it could hold secrets,
 * and the log is JSON. Never rejects.
 */
export function runCommand(
  [program = '', ...args]: readonly string[],
  body: string,
  { folder, env, signal, mostMs = MOST_MS }: CommandOptions,
): Promise<Attempt> {
  const given = Object.fromEntries(Object.entries(env).filter(([name]) => !WITHHELD.includes(name)));
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(program, args, { cwd: folder, env: given, stdio: ['pipe', 'ignore', 'ignore'] });
    } catch (error) {
      // words that no system takes, or no memory for another process
      const failed = error as NodeJS.ErrnoException;
      resolve({ ended: IN_PASSING.has(failed.code) ? 'again' : 'refused', why: whyNotStarted(failed) });
      return;
    }
    let why: string | undefined;
    let killing: NodeJS.Timeout | undefined;
    const stop = (reason: string): void => {
      why ??= reason;
      child.kill('SIGTERM');
      killing ??= setTimeout(() => child.kill('SIGKILL'), KILLED_AFTER_MS);
    };
    const timer = setTimeout(() => stop(`it took longer than ${duration(mostMs)}`), mostMs);
    const onAbort = (): void => stop('there was no time left');
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    const end = (attempt: Attempt): void => {
      clearTimeout(timer);
      clearTimeout(killing);
      signal.removeEventListener('abort', onAbort);
      resolve(attempt);
    };
    child.once('error', (error: NodeJS.ErrnoException) =>
      end({ ended: IN_PASSING.has(error.code) ? 'again' : 'refused', why: whyNotStarted(error) }),
    );
    child.once('exit', (code, killedBy) => {
      if (code === 0 && why === undefined) end({ ended: 'taken' });
      else end({ ended: 'again', why: why ?? `it ended with ${killedBy ?? `status ${code}`}` });
    });
    // a program that does not read its input is no trouble
    child.stdin?.on('error', () => undefined);
    // a process that has too many files open gets no pipes for its child
    child.stdin?.end(body);
  });
}

/** The process, or the machine, has too much open or running at the moment. */
const IN_PASSING: ReadonlySet<string | undefined> = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM']);

const whyNotStarted = ({ code, name }: NodeJS.ErrnoException): string =>
  `it cannot be started (${code ?? name})`;
