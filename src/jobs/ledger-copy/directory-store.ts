import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolders } from '../../disk/make-folders.ts';
import { messageOf, SyncError } from '../../model/errors.ts';
import { configError } from '../usage-errors.ts';
import type { Body, CopyStore, StoredObject } from './copy-store.ts';
import { replacing, versionOf } from './replacing-mark.ts';
import type { Term } from './term.ts';

/** A file that a put made beside its name, and that has not changed for so long, in milliseconds, is of a process that was killed. */
const LEFT_BEHIND_MS = 86_400_000;
/** Names of such files: what is being written, and what was taken away from another. */
const BESIDE = /\.(?:[0-9a-f]{12}\.part|replacing\.[0-9a-f]{12})$/;

/**
 * Copies in a directory, which may be on a network file system. `term` is the leadership in which they are put, where there
 * is an election. Rejects with `config` one that cannot be used.
 */
export async function openDirectoryStore(
  folder: string,
  { term }: { readonly term?: Term | undefined } = {},
): Promise<CopyStore> {
  try {
    makeFolders(folder, { mode: 0o700 });
  } catch (error) {
    throw configError(
      `cannot use ${folder} for copies of ledgers: ${messageOf(error)}; make it writable, or name another one with --ledger-copy`,
      error,
    );
  }
  return new DirectoryStore(folder, term);
}

class DirectoryStore implements CopyStore {
  readonly label: string;
  readonly #term: Term | undefined;
  #hasCleared = false;

  constructor(folder: string, term: Term | undefined) {
    this.label = folder;
    this.#term = term;
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
        return await replacing({ file: `${file}.replacing`, term: this.#term }, async (isStillOurs) => {
          if ((await versionOf(file)) !== expected) return undefined;
          // who stood still until now may have been overtaken
          if (!(await isStillOurs())) return undefined;
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
      throw new SyncError(
        'state_unusable',
        `cannot use the copy ${file}: ${messageOf(error)}; see that the directory of --ledger-copy is there, and that this user can read and write it`,
        {
          verdict: 'end_run',
          cause: error,
        },
      );
    }
  }
}

/** Never rejects: what stays takes room alone. */
async function clearLeftBehind(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => BESIDE.test(each))) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs >= LEFT_BEHIND_MS)
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
