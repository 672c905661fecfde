import type { ChildProcess } from 'node:child_process';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import type { Emulator } from '../../../src/emulator/options.ts';
import { LOCAL_DEPLOYMENT } from '../../../src/emulator/options.ts';
import { cliSandbox, type CliResult } from '../cli/cli.ts';
import type { RedisServer } from '../redis.ts';
import { trialStage } from '../stage/trial-stage.ts';

export const PATIENCE = { timeout: 55_000, interval: 20 };

/** A process of the command line, as it runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
  /** What it has written to stderr so far. */
  text(): string;
  /** Resolves when it has ended. */
  end(signal: NodeJS.Signals): Promise<CliResult>;
}

/** A Stage, a directory, and processes that bring the one to the other by way of a Redis. */
export interface QueueWorld {
  readonly emulator: Emulator;
  readonly folder: string;
  readonly stateFolder: string;
  /** How often each file was stored. */
  readonly puts: ReadonlyMap<string, number>;
  /** What was removed. */
  readonly removed: readonly string[];
  write(path: string, content: string): void;
  worker(args?: readonly string[], redis?: { readonly url: string }): Promise<Running>;
  sync(args?: readonly string[]): Running;
  /** Resolves once so many files were stored. */
  stored(files: number): Promise<void>;
  /** Times that a file was stored again. */
  repeats(): number;
  /** Whether the Stage has what the directory has. */
  inStep(): Promise<void>;
}

export async function queueWorld(
  redis: RedisServer,
  { files = 400, putMs = 150 }: { readonly files?: number; readonly putMs?: number } = {},
): Promise<QueueWorld> {
  const stage = await trialStage();
  onTestFinished(() => stage[Symbol.asyncDispose]());
  const { emulator } = stage;
  emulator.faults.set({ latency: { PUT: putMs } });
  const cli = await cliSandbox({
    SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
  });
  onTestFinished(() => cli[Symbol.asyncDispose]());
  const puts = new Map<string, number>();
  const removed: string[] = [];
  stage.onRequest = (phase, { verb, path }) => {
    if (phase !== 'committed' || path.endsWith('/')) return;
    if (verb === 'PUT') puts.set(path, (puts.get(path) ?? 0) + 1);
    if (verb === 'DELETE') removed.push(path);
  };
  const folder = join(cli.folder, 'data');
  const write = (path: string, content: string): void => {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  };
  for (let i = 0; i < files; i++) write(`d${i % 5}/f${i}.csv`, `file ${i}`);
  const start = (args: readonly string[]): Running => {
    let child!: ChildProcess;
    let said = '';
    const ended = cli.run(args, {
      running: (process) => {
        child = process;
        child.stderr?.on('data', (part: Buffer) => (said += part.toString()));
      },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    return {
      child,
      ended,
      text: () => said,
      end(signal) {
        child.kill(signal);
        return ended;
      },
    };
  };
  const total = (): number => [...puts.values()].reduce((sum, count) => sum + count, 0);
  const world: QueueWorld = {
    emulator,
    folder,
    stateFolder: cli.stateFolder,
    puts,
    removed,
    write,
    async worker(args = ['--local', folder], { url } = redis) {
      const worker = start(['worker', '--queue', url, '--concurrency', '16', ...args]);
      await vi.waitFor(() => expect(worker.text()).toContain('takes batches from'), PATIENCE);
      return worker;
    },
    sync: (args = []) =>
      start(['sync', folder, `stage://${LOCAL_DEPLOYMENT.id}/in`, '--queue', redis.url, '--json', ...args]),
    stored: (count) => vi.waitFor(() => expect(puts.size).toBeGreaterThanOrEqual(count), PATIENCE),
    repeats: () => total() - puts.size,
    async inStep() {
      const there = await stage.contents('in/');
      const found = new Map([...there].filter(([path]) => !path.endsWith('/')));
      const wanted = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      expect([...found.keys()].toSorted()).toEqual(
        wanted.map((path) => `in/${path.slice(folder.length + 1)}`).toSorted(),
      );
      for (const path of wanted)
        expect(found.get(`in/${path.slice(folder.length + 1)}`)).toBe(readFileSync(path, 'utf8'));
    },
  };
  return world;
}

/** A way to a server that can be cut, and healed. */
export async function cuttable(port: number): Promise<{ readonly url: string; cut(): void; heal(): void }> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const to = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [client, to],
      [to, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
      one.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}/0`,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    heal() {
      isCut = false;
    },
  };
}
