import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../../../disk/make-folders.ts';
import { EMBEDDED, parseStageAddress } from '../../../jobs/addresses.ts';
import { openStageToLook } from '../../../jobs/ends/open-stage-to-look.ts';
import { surroundingsOf, type Surroundings } from '../../../jobs/surroundings.ts';
import type { Context } from '../../context.ts';
import type { Candidate } from './expect.ts';

/** In milliseconds: a person who types does not wait longer. */
const BOUND_MS = 900;
/** How long names are remembered, in milliseconds. */
const FRESH_MS = 60_000;
/** Names that are shown and remembered of one folder. */
const MOST = 1000;

const SCHEME = 'stage://';

/** What the names of Stages need of a command's context. */
export type Asking = Pick<Context, 'host' | 'environment' | 'stop'> & {
  /** The longest wait in milliseconds. Default: less than a second. */
  readonly withinMs?: number;
};

/** Deployments, or what is in the folder that was typed so far; nothing where nothing is known when the time is up. */
export async function stageCandidates(context: Asking, typed: string): Promise<readonly Candidate[]> {
  const rest = typed.slice(SCHEME.length);
  if (!rest.includes('/')) {
    const names = await remembered(context, 'deployments', () => deployments(context));
    return [EMBEDDED, ...names].map((name) => ({ value: `${SCHEME}${name}/`, goesOn: true }));
  }
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
  const names = await remembered(context, folder, () => namesIn(context, folder));
  return names.map((name) => ({ value: folder + name, goesOn: name.endsWith('/') }));
}

async function deployments(context: Asking): Promise<readonly string[]> {
  const { openManagementApi } = await import('../../../jobs/ends/open-management-api.ts');
  const { describeDeployments } = await import('../../../api/deployments/describe-deployments.ts');
  const around = surroundings(context);
  await using api = await openManagementApi(around, {});
  const version = context.environment.apiVersion === 'v2' ? 'v2' : 'v1';
  return (await describeDeployments(api, { version })).map(({ name }) => name).filter(isPlain);
}

/** Others are named by their IDs. */
const isPlain = (name: string): boolean => name !== EMBEDDED && /^[A-Za-z0-9][\w.-]*$/.test(name);

async function namesIn(context: Asking, folder: string): Promise<readonly string[]> {
  const around = surroundings(context);
  const address = parseStageAddress(folder, 'it');
  const stage = await openStageToLook(around, { address, root: '', concurrency: 1 });
  try {
    const children = await stage.listFolder(address.path, { signal: context.stop.draining });
    const names: string[] = [];
    for (const child of children ?? []) {
      if (child.kind !== 'unknown') names.push(child.kind === 'folder' ? `${child.name}/` : child.name);
      if (names.length === MOST) break;
    }
    return names;
  } finally {
    await stage.close();
  }
}

const surroundings = ({ host, environment, stop }: Asking): Surroundings =>
  surroundingsOf({
    environment,
    folder: host.cwd,
    pid: host.pid,
    command: 'completion',
    draining: stop.draining,
    signal: stop.signal,
  });

interface Remembered {
  readonly at: number;
  readonly names: readonly string[];
}

/**
 * What was found within the last minute, or is found within a second. The names of an account are remembered apart from those of another, in a file that nobody
 * else may read.
 */
async function remembered(
  context: Asking,
  what: string,
  find: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const { environment, host } = context;
  const { token = '', baseUrl = '', apiVersion = '', stateFolder, workspaceGroup = '' } = environment;
  const key = createHash('sha256')
    .update([what, token, baseUrl, apiVersion, workspaceGroup, environment.stageFolder].join('\0'))
    .digest('hex');
  const file = join(stateFolder, 'completion', `${key.slice(0, 32)}.json`);
  const known = readRemembered(file);
  if (known !== undefined && Date.now() - known.at < FRESH_MS) return known.names;
  const names = await bounded(context, find());
  if (names === undefined) return known?.names ?? [];
  const kept = names.slice(0, MOST);
  try {
    makeFolders(join(stateFolder, 'completion'), { mode: 0o700 });
    writeFileSync(`${file}.${host.pid}`, JSON.stringify({ at: Date.now(), names: kept }), { mode: 0o600 });
    renameSync(`${file}.${host.pid}`, file);
  } catch {
    // it is asked for again the next time
  }
  return kept;
}

function readRemembered(file: string): Remembered | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Remembered;
  } catch {
    return undefined;
  }
}

/** Undefined where it fails or takes too long. */
async function bounded<T>({ stop, withinMs = BOUND_MS }: Asking, going: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(undefined);
      // what is still asked keeps the process, and with it the shell
      stop.drain('too late for a completion');
    }, withinMs);
  });
  try {
    return await Promise.race([going.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
