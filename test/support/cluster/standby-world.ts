import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import type { RequestInfo, RequestPhase } from '../../../src/emulator/request-info.ts';
import { cliSandbox, type CliOptions, type CliSandbox } from '../cli/cli.ts';
import { startUp, type Up } from '../cli/up.ts';
import { createStageDestination } from '../../../src/destinations/stage/stage-destination.ts';
import { createStageClient } from '../../../src/stage/stage-client.ts';
import { startRedis, type RedisServer } from '../redis.ts';
import { temporaryFolder } from '../trees/temporary-folder.ts';
import { snapshotStage, type Snapshot } from '../trees/trees.ts';

/** Machines are busy: what is waited for comes, and whatever does not come ends a test. */
export const PATIENCE = { timeout: 240_000, interval: 50 };

const NAMES = ['a', 'b', 'c'] as const;
export type MachineName = (typeof NAMES)[number];

/** A change that reached the Stage. */
export interface SeenChange extends Pick<RequestInfo, 'verb' | 'path'> {
  /** The machine that sent it. */
  readonly by: string;
  /** Milliseconds, by the clock of durations, and since 1970. */
  readonly atMs: number;
  readonly onMs: number;
}

/** A machine with a state of its own. */
export interface Machine {
  readonly name: string;
  readonly cli: CliSandbox;
  /** Starts its daemon. */
  up(args?: readonly string[], more?: CliOptions): Promise<Up>;
}

export interface StandbyWorldOptions {
  /** Of the leases, in milliseconds. Default: that of the command, which a busy machine does not lose by itself. */
  readonly ttlMs?: number | undefined;
  /** The text of a job, by its name; each comes from the folder of its name. */
  readonly jobs: Readonly<Record<string, string>>;
  /** Waited for before a request is carried out. */
  readonly onRequest?: ((info: RequestInfo) => Promise<void> | void) | undefined;
  readonly redis?: RedisServer | undefined;
  /** Where a job reads from, instead of the folder of its name. */
  readonly from?: Readonly<Record<string, string>> | undefined;
  /** Of each daemon. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Three machines that see one source, one Stage, one broker and one place for ledgers. */
export async function standbyWorld({
  ttlMs,
  jobs,
  onRequest,
  redis: given,
  from = {},
  env = {},
}: StandbyWorldOptions) {
  const redis = given ?? (await startRedis({ keeps: true }));
  const changes: SeenChange[] = [];
  const emulator = await startEmulator({
    token: 'own',
    deployments: ['production'],
    otherTokens: Object.fromEntries(NAMES.map((name) => [name, `token-of-machine-${name}`])),
    onRequest: async (phase: RequestPhase, info) => {
      if (phase !== 'received') return;
      if (info.verb !== 'GET' && info.by !== undefined && info.by !== 'token')
        changes.push({
          verb: info.verb,
          path: info.path,
          by: info.by,
          atMs: performance.now(),
          onMs: Date.now(),
        });
      await onRequest?.(info);
    },
  });
  onTestFinished(() => emulator.close());
  const [source, copies] = [await temporaryFolder(), await temporaryFolder()];
  for (const name of Object.keys(jobs)) mkdirSync(join(source, name));
  const text = Object.entries(jobs)
    .map(
      ([name, rest]) =>
        `  ${name}: { from: '${from[name] ?? join(source, name)}', to: 'stage://production/${name}', ${rest} }\n`,
    )
    .join('');
  const machine = async (name: MachineName): Promise<Machine> => {
    const cli = await cliSandbox({
      SINGLESTOREDB_MANAGEMENT_TOKEN: `token-of-machine-${name}`,
      SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
      STAGESYNC_LEASE_URL: redis.url,
      ...env,
    });
    onTestFinished(() => cli[Symbol.asyncDispose]());
    writeFileSync(join(cli.folder, 'stagesync.yaml'), `jobs:\n${text}`);
    return {
      name,
      cli,
      async up(args = [], more = {}) {
        const ttl = ttlMs === undefined ? [] : ['--lease-ttl', `${ttlMs}ms`];
        const flags = [...ttl, '--ledger-copy', copies, ...args];
        const up = await startUp(cli, flags, more);
        onTestFinished(() => up[Symbol.asyncDispose]());
        return up;
      },
    };
  };
  const [a, b, c] = [await machine('a'), await machine('b'), await machine('c')];
  const deployment = emulator.deployments[0]!.id;
  const client = await createStageClient({ baseUrl: emulator.url, token: emulator.token, deployment });
  /** What is below the folder of a job on the Stage: a digest by path, folders included. */
  const contents = async (job: string): Promise<Snapshot> => {
    const folder = createStageDestination({ client, root: `${job}/` });
    return snapshotStage(folder);
  };
  const onStage = async (job: string): Promise<string[]> => Object.keys(await contents(job)).toSorted();
  const others = createStageDestination({ client, root: '' });
  const { signal } = new AbortController();
  /** A file that somebody else puts there. */
  const putByOthers = async (path: string, content = 'theirs'): Promise<void> => {
    // its folder may be new, or just be removed
    await vi.waitFor(async () => {
      const folders = path.split('/').slice(0, -1);
      for (const at of folders.keys())
        await others.makeFolder(`${folders.slice(0, at + 1).join('/')}/`, { signal }).catch(() => undefined);
      const bytes = Buffer.from(content);
      await others.put(path, { bytes, size: bytes.byteLength }, { signal });
    }, PATIENCE);
  };
  return {
    a,
    b,
    c,
    contents,
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

/** As its log says it so far. */
export const isLeading = (up: Pick<Up, 'lines'>): boolean => timesOf(up, 'leads') > timesOf(up, 'lease_lost');

export const leads = (up: Up, times = 1): Promise<void> =>
  vi.waitFor(
    () => expect(timesOf(up, 'leads'), up.text().slice(-3000)).toBeGreaterThanOrEqual(times),
    PATIENCE,
  );
