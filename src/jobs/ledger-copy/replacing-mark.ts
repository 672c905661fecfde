import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { isOfFormer, type Term } from './term.ts';

/** How long another may hold the file that stands for the right to replace, in milliseconds: it is held for some system calls. */
const STALE_MS = 60_000;
const ASKED_EVERY_MS = 100;
/** What a file system says that knows no second name of a file. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

export interface Mark {
  /** Who made it may replace; it is gone once that is over. */
  readonly file: string;
  /** The leadership in which it is made; undefined: there is no election. */
  readonly term: Term | undefined;
}

/**
 * Runs `work` while nobody else does: whoever can make the mark may. What a killed process left is taken away: that of a leader of
 * an earlier epoch at once, because it has lost its lease; any other once it is old by the clock, or was looked at for so long,
 * because clocks of machines differ. `work` asks `isStillOurs` last: a process that stood still may have lost the mark.
 */
export async function replacing<T>(
  { file, term }: Mark,
  work: (isStillOurs: () => Promise<boolean>) => Promise<T>,
): Promise<T> {
  let seen: { readonly version: string | undefined; readonly sinceMs: number } | undefined;
  while (!(await made(file, term))) {
    const version = await versionOf(file);
    // undefined: whoever held it has just let it go
    if (seen === undefined || seen.version !== version) seen = { version, sinceMs: performance.now() };
    const isStale = (await isOfFormerLeader(file, term)) || performance.now() - seen.sinceMs >= STALE_MS;
    if (await takeAwayStale(file, { isStale, version })) continue;
    await pause(ASKED_EVERY_MS);
  }
  const ours = await versionOf(file);
  const isStillOurs = async (): Promise<boolean> => ours !== undefined && (await versionOf(file)) === ours;
  try {
    return await work(isStillOurs);
  } finally {
    if (await isStillOurs()) await rm(file, { force: true });
  }
}

/** Each put and each mark makes a file of its own, so that number, times and size tell versions apart. */
export async function versionOf(file: string): Promise<string | undefined> {
  try {
    return versionIn(await stat(file, { bigint: true }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const versionIn = ({ ino, mtimeNs, size }: BigIntStats): string => `${ino}-${mtimeNs}-${size}`;

/** Whether the mark could be made; false: there is one. */
async function made(file: string, term: Term | undefined): Promise<boolean> {
  try {
    if (term === undefined) await (await open(file, 'wx', 0o600)).close();
    else await makeWithTerm(file, JSON.stringify(term));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** By a second name, so that nobody ever sees it without its term, also where this process is killed. */
async function makeWithTerm(file: string, term: string): Promise<void> {
  const own = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(own, term, { flag: 'wx', mode: 0o600 });
    await link(own, file);
  } catch (error) {
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await writeFile(file, term, { flag: 'wx', mode: 0o600 });
  } finally {
    await rm(own, { force: true });
  }
}

async function isOfFormerLeader(file: string, term: Term | undefined): Promise<boolean> {
  if (term === undefined) return false;
  const text = await readFile(file, 'utf8').catch(() => '');
  return isOfFormer(writtenIn(text), term);
}

/** Undefined for a mark of a run without an election. */
function writtenIn(text: string): Term | undefined {
  try {
    const { election, epoch } = JSON.parse(text) as Partial<Term>;
    return typeof election === 'string' && typeof epoch === 'number' ? { election, epoch } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the mark that was seen as `version` is gone. */
async function takeAwayStale(
  file: string,
  { isStale, version }: { readonly isStale: boolean; readonly version: string | undefined },
): Promise<boolean> {
  const seen = await statOf(file);
  if (seen === undefined) return false;
  if (versionIn(seen) !== version || (!isStale && Date.now() - Number(seen.mtimeMs) < STALE_MS)) return false;
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  // of several that see the same stale file one renames it
  await rename(file, aside).catch(() => undefined);
  const taken = await statOf(aside);
  // somebody took the place of the stale file just before: it is theirs
  const isTheirs = taken !== undefined && versionIn(taken) !== version;
  if (isTheirs) await rename(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
  return taken !== undefined && !isTheirs;
}

const statOf = (file: string): Promise<BigIntStats | undefined> =>
  stat(file, { bigint: true }).catch(() => undefined);
