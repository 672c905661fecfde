import { homedir, userInfo } from 'node:os';
import { isAbsolute } from 'node:path';
import type { Writable } from 'node:stream';
import { keepHeapSmall } from './small-heap.ts';
import { configError } from '../../jobs/usage-errors.ts';

/** A stream that may be a terminal. */
export type HostStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly fd?: number;
};

/** What the command line takes from the process it runs in. Nothing below `main` touches `process` itself. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly stdout: HostStream;
  readonly stderr: HostStream;
  /** Calls `listener` for each signal until the returned function is called. */
  onSignal(signal: NodeJS.Signals, listener: () => void): () => void;
  /** An error that nothing caught. The process cannot go on after it. */
  onCrash(listener: (error: unknown) => void): () => void;
  /** From now on the process keeps little garbage: for what may run for hours. */
  keepHeapSmall(): void;
  /** Ends the process now; only for what cannot be ended by returning. */
  exit(status: number): void;
}

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw configError('the current folder was removed; change to one that exists', error);
  }
}

export function processHost(): Host {
  return {
    env: process.env,
    // asked for only when a relative path needs it: it throws when the folder was removed
    get cwd() {
      return currentFolder();
    },
    // HOME can be empty or relative; state must not land in whatever folder is the current one
    home: isAbsolute(homedir()) ? homedir() : userInfo().homedir,
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal(signal, listener) {
      process.on(signal, listener);
      return () => void process.off(signal, listener);
    },
    onCrash(listener) {
      process.on('uncaughtException', listener);
      return () => void process.off('uncaughtException', listener);
    },
    keepHeapSmall,
    exit: (status) => process.exit(status),
  };
}
