import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import type { RequestInfo, RequestPhase } from '../../../src/emulator/request-info.ts';
import { cliSandbox, type CliOptions, type CliSandbox } from '../cli/cli.ts';
import { startUp, type Up } from '../cli/up.ts';
import { startRedis, type RedisServer } from '../redis.ts';
import { temporaryFolder } from '../trees/temporary-folder.ts';

export const PATIENCE = { timeout: 20_000, interval: 30 };

/** A change that reached the Stage. */
export interface SeenChange extends Pick<RequestInfo, 'verb' | 'path'> {
  /** The machine that sent it. */
  readonly by: string;
  /** Milliseconds, by the clock of durations. */
  readonly atMs: number;
}

/** A machine with a state of its own. */
export interface Machine {
  readonly name: string;
  readonly cli: CliSandbox;
  /** Starts its daemon. */
  up(args?: readonly string[], more?: CliOptions): Promise<Up>;
}

export interface StandbyWorldOptions {
  /** Of the leases. */
  readonly ttlMs: number;
  /** The text of a job, by its name; each comes from the folder of its name. */
  readonly jobs: Readonly<Record<string, string>>;
  /** Waited for before a request is carried out. */
  readonly onRequest?: ((info: RequestInfo) => Promise<void> | void) | undefined;
  readonly redis?: RedisServer | undefined;
}

/** Two machines that see one source, one Stage, one broker and one place for ledgers. */
export async function standbyWorld({ ttlMs, jobs, onRequest, redis: given }: StandbyWorldOptions) {
  const redis = given ?? (await startRedis({ keeps: true }));
  const changes: SeenChange[] = [];
  const emulator = await startEmulator({
    token: 'own',
    deployments: ['production'],
    otherTokens: { a: 'token-of-machine-a', b: 'token-of-machine-b' },
    onRequest: async (phase: RequestPhase, info) => {
      if (phase !== 'received') return;
      if (info.verb !== 'GET' && info.by !== undefined)
        changes.push({ verb: info.verb, path: info.path, by: info.by, atMs: performance.now() });
      await onRequest?.(info);
    },
  });
  onTestFinished(() => emulator.close());
  const [source, copies] = [await temporaryFolder(), await temporaryFolder()];
  for (const name of Object.keys(jobs)) mkdirSync(join(source, name));
  const text = Object.entries(jobs)
    .map(
      ([name, rest]) =>
        `  ${name}: { from: ${join(source, name)}, to: 'stage://production/${name}', ${rest} }\n`,
    )
    .join('');
  const machine = async (name: 'a' | 'b'): Promise<Machine> => {
    const cli = await cliSandbox({
      SINGLESTOREDB_MANAGEMENT_TOKEN: `token-of-machine-${name}`,
      SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
      STAGESYNC_LEASE_URL: redis.url,
    });
    onTestFinished(() => cli[Symbol.asyncDispose]());
    writeFileSync(join(cli.folder, 'stagesync.yaml'), `jobs:\n${text}`);
    return {
      name,
      cli,
      async up(args = [], more = {}) {
        const flags = ['--lease-ttl', `${ttlMs}ms`, '--ledger-copy', copies, ...args];
        const up = await startUp(cli, flags, more);
        onTestFinished(() => up[Symbol.asyncDispose]());
        return up;
      },
    };
  };
  const [a, b] = [await machine('a'), await machine('b')];
  /** The paths below the folder of a job on the Stage, folders included. */
  const onStage = async (job: string): Promise<string[]> => {
    const { stdout } = await a.cli.run(['ls', `stage://production/${job}`, '--recursive', '--json']);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { readonly path: string }).path)
      .toSorted();
  };
  /** A file that somebody else puts there. */
  const putByOthers = async (path: string): Promise<void> => {
    const file = join(await temporaryFolder(), 'theirs');
    writeFileSync(file, 'theirs');
    const { status, stderr } = await a.cli.run(['put', file, `stage://production/${path}`], {
      env: { SINGLESTOREDB_MANAGEMENT_TOKEN: 'own' },
    });
    expect(status, stderr).toBe(0);
  };
  return {
    a,
    b,
    putByOthers,
    copies,
    /** A module that sets the clock of the program that loads it. */
    hourAhead: new URL('hour-ahead.mjs', import.meta.url).href,
    redis,
    emulator,
    source,
    changes,
    onStage,
    inSource: (job: string): string[] => readdirSync(join(source, job)).toSorted(),
    write: (path: string, content: string): void => writeFileSync(join(source, path), content),
  };
}

/** How often the log of a daemon has an event. */
export const timesOf = (up: Pick<Up, 'lines'>, event: string): number =>
  up.lines().filter((line) => line['event'] === event).length;

export const leads = (up: Up, times = 1): Promise<void> =>
  vi.waitFor(
    () => expect(timesOf(up, 'leads'), up.text().slice(-3000)).toBeGreaterThanOrEqual(times),
    PATIENCE,
  );
