import { randomBytes } from 'node:crypto';
import { createReadStream, type BigIntStats } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf, SyncError } from '../../model/errors.ts';
import { configError } from '../usage-errors.ts';
import type { Body, CopyStore, StoredObject } from './copy-store.ts';

/** How long another may hold the file that stands for the right to replace, in milliseconds: it is held for some system calls. */
const STALE_MS = 60_000;
const ASKED_EVERY_MS = 100;
/** A file that a put made beside its name, and that has not changed for so long, in milliseconds, is of a process that was killed. */
const LEFT_BEHIND_MS = 86_400_000;
/** Names of such files: what is being written, and what was taken away from another. */
const BESIDE = /\.(?:[0-9a-f]{12}\.part|replacing\.[0-9a-f]{12})$/;

/** Copies in a directory, which may be on a network file system. Rejects with `config` one that cannot be used. */
export async function openDirectoryStore(folder: string): Promise<CopyStore> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw configError(`cannot use ${folder} for copies of ledgers: ${messageOf(error)}`, error);
  }
  return new DirectoryStore(folder);
}

class DirectoryStore implements CopyStore {
  readonly label: string;
  #hasCleared = false;

  constructor(folder: string) {
    this.label = folder;
  }

  async get(name: string): Promise<StoredObject | undefined> {
    const file = join(this.label, name);
    const found = await this.#tried(file, () => versionOf(file));
    if (found === undefined) return undefined;
    return { version: found, body: createReadStream(file) };
  }

  async put(name: string, body: Body, expected: string | undefined): Promise<string | undefined> {
    const file = join(this.label, name);
    const part = `${file}.${randomBytes(6).toString('hex')}.part`;
    return this.#tried(file, async () => {
      // once: there may be thousands of names, on a network
      if (!this.#hasCleared) await clearLeftBehind(this.label);
      this.#hasCleared = true;
      try {
        await write(part, body);
        return await exclusively(`${file}.replacing`, async () => {
          if ((await versionOf(file)) !== expected) return undefined;
          await rename(part, file);
          return versionOf(file);
        });
      } finally {
        await rm(part, { force: true });
      }
    });
  }

  close(): void {
    // nothing is open
  }

  async #tried<T>(file: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new SyncError('state_unusable', `cannot use the copy ${file}: ${messageOf(error)}`, {
        verdict: 'end_run',
        cause: error,
      });
    }
  }
}

/** Never rejects: what stays takes room alone. */
async function clearLeftBehind(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => BESIDE.test(each))) {
    const file = join(folder, name);
    const found = await statOf(file);
    if (found !== undefined && Date.now() - Number(found.mtimeMs) >= LEFT_BEHIND_MS)
      await rm(file, { force: true }).catch(() => undefined);
  }
}

async function write(file: string, body: Body): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    for await (const bytes of body.open()) await handle.writeFile(bytes);
    // the name must not lead to a file whose bytes a power cut can still take
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Each put makes a file of its own, so that number, times and size tell versions apart. */
async function versionOf(file: string): Promise<string | undefined> {
  try {
    const { ino, mtimeNs, size } = await stat(file, { bigint: true });
    return `${ino}-${mtimeNs}-${size}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Runs `work` while nobody else does: whoever can make the file may. What a killed process left is taken away: what is old by the
 * clock, or was looked at for so long, because clocks of machines differ.
 */
async function exclusively<T>(file: string, work: () => Promise<T>): Promise<T> {
  let seen: { readonly version: string | undefined; readonly sinceMs: number } | undefined;
  for (;;) {
    try {
      await (await open(file, 'wx', 0o600)).close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const version = await versionOf(file);
      // undefined: whoever held it has just let it go
      if (seen === undefined || seen.version !== version) seen = { version, sinceMs: performance.now() };
      await takeAwayStale(file, { isStale: performance.now() - seen.sinceMs >= STALE_MS });
      await pause(ASKED_EVERY_MS);
    }
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function takeAwayStale(file: string, { isStale }: { readonly isStale: boolean }): Promise<void> {
  const seen = await statOf(file);
  if (seen === undefined || (!isStale && Date.now() - Number(seen.mtimeMs) < STALE_MS)) return;
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  // of several that see the same stale file one renames it
  await rename(file, aside).catch(() => undefined);
  const taken = await statOf(aside);
  // somebody took the place of the stale file just before: it is theirs
  if (taken !== undefined && taken.ino !== seen.ino) await rename(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}

const statOf = (file: string): Promise<BigIntStats | undefined> =>
  stat(file, { bigint: true }).catch(() => undefined);
