import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, vi } from 'vitest';
import type { CliSandbox } from './cli.ts';

/** `stagesync watch` as a process of its own. */
export interface Daemon extends AsyncDisposable {
  /** Of its status server. */
  readonly url: string;
  /** Everything it has written to stderr. */
  text(): string;
  /** The same of stdout. */
  stdout(): string;
  status(): Promise<Readonly<Record<string, unknown>>>;
  /** Resolves once it has nothing left to do. */
  atRest(): Promise<void>;
  /** Resolves once its status fits. */
  becomes(wanted: Readonly<Record<string, unknown>>): Promise<void>;
  metric(line: string): Promise<number>;
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal; resolves with the exit status. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

const PATIENCE = { timeout: 60_000, interval: 50 };

/** Starts a watch with its status served and its log as JSON; resolves when the server answers. */
export async function startDaemon(cli: CliSandbox, args: readonly string[]): Promise<Daemon> {
  let child!: ChildProcess;
  let text = '';
  let stdout = '';
  let url: string | undefined;
  const lines = (): Record<string, unknown>[] =>
    text
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const result = cli.run(['watch', ...args, '--http', '0', '--log', 'json'], {
    running: (process) => {
      child = process;
      child.stdout?.on('data', (part: Buffer) => (stdout += part.toString()));
      child.stderr?.on('data', (part: Buffer) => {
        text += part.toString();
      });
    },
  });
  await vi.waitFor(() => {
    if (child.exitCode !== null) throw new Error(`the watch ended: ${text}`);
    url = lines().flatMap((line) => (typeof line['url'] === 'string' ? [line['url']] : []))[0];
    expect(url, text).toBeDefined();
  }, PATIENCE);

  const get = async (path: string): Promise<Response> => fetch(`${url}${path}`);
  const status = async (): Promise<Record<string, unknown>> =>
    (await (await get('/status')).json()) as Record<string, unknown>;
  const daemon: Daemon = {
    url: url!,
    text: () => text,
    stdout: () => stdout,
    status,
    async atRest() {
      await vi.waitFor(async () => {
        const now = await status();
        expect(now, text.slice(-2000)).toMatchObject({ state: 'idle', waiting: 0 });
        expect(now['oldestChange']).toBeUndefined();
      }, PATIENCE);
    },
    becomes: (wanted) =>
      vi.waitFor(async () => expect(await status(), text.slice(-2000)).toMatchObject(wanted), PATIENCE),
    async metric(line) {
      const found = (await (await get('/metrics')).text())
        .split('\n')
        .find((each) => each.startsWith(`${line} `));
      return found === undefined ? 0 : Number(found.slice(line.length + 1));
    },
    signal: (signal) => void child.kill(signal),
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await once(child, 'close');
      }
      return (await result).status;
    },
    async [Symbol.asyncDispose]() {
      await daemon.stop('SIGKILL');
    },
  };
  return daemon;
}
