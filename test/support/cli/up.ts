import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, vi } from 'vitest';
import type { CliOptions, CliSandbox } from './cli.ts';

/** `stagesync up` as a process of its own. */
export interface Up extends AsyncDisposable {
  readonly pid: number;
  /** The lines of its log, parsed. */
  lines(): readonly Readonly<Record<string, unknown>>[];
  /** Everything it has written to stderr. */
  text(): string;
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal; resolves with the exit status. */
  stop(signal?: NodeJS.Signals): Promise<number>;
  /** Resolves with the exit status once it ends by itself. */
  readonly ended: Promise<number>;
}

const PATIENCE = { timeout: 60_000, interval: 30 };

/** Starts the daemon of the jobs file in the sandbox's folder; resolves when it is ready. */
export async function startUp(
  cli: CliSandbox,
  args: readonly string[] = [],
  more: CliOptions = {},
): Promise<Up> {
  let child!: ChildProcess;
  let text = '';
  const lines = (): Record<string, unknown>[] =>
    text
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const ended = cli
    .run(['up', '--log', 'json', ...args], {
      ...more,
      running: (process) => {
        child = process;
        child.stderr?.on('data', (part: Buffer) => {
          text += part.toString();
        });
      },
    })
    .then(({ status }) => status);
  const isReady = vi.waitFor(() => {
    expect(
      lines().some(({ event }) => event === 'ready'),
      text,
    ).toBe(true);
  }, PATIENCE);
  const early = ended.then((status) => {
    throw new Error(`the daemon ended with ${status}: ${text}`);
  });
  early.catch(() => undefined);
  await Promise.race([isReady, early]);
  const up: Up = {
    pid: child.pid!,
    lines,
    text: () => text,
    signal: (signal) => void child.kill(signal),
    ended,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await once(child, 'close');
      }
      return ended;
    },
    async [Symbol.asyncDispose]() {
      await up.stop('SIGKILL');
    },
  };
  return up;
}
