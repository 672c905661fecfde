import { createHash, hash } from 'node:crypto';
import type { DestinationChild, FileEntry } from '../model/entry.ts';
import { hasFact, isSyncError } from '../model/errors.ts';
import type { RelPath } from '../model/path.ts';
import type { ShownVersion } from '../model/plan.ts';
import type { Content, Destination, Source } from '../model/ports.ts';
import type { Bandwidth } from './bandwidth.ts';
import type { Attempt, GateRequest } from './attempts.ts';
import type { GateUse } from './gate-use.ts';

/**
 * Up to here content is hashed on its way, so that the file is known again when it moves or is touched. Hashing runs
 * on the thread that also feeds the connection and would halve the rate of very large files.
 */
export const DIGEST_LIMIT_BYTES = 128 * 1024 * 1024;

export interface RemoteOptions {
  readonly destination: Destination;
  readonly source: Source;
  readonly gate: GateUse;
  readonly bandwidth: Bandwidth | undefined;
  readonly signal: AbortSignal;
  /** Bytes handed to a connection, for progress. */
  readonly onBytes: (path: RelPath, bytes: number) => void;
}

/**
 * What a look says right before a change is sent: that it may go, that it is done already (by an attempt whose reply was
 * lost), that there is nothing to change, or that what is there is not what the plan knew.
 */
export type CheckVerdict = 'go' | 'done' | 'gone' | 'kept';

/**
 * Called in the turn of the request; above attempt 1 what was seen before does not count any more. `inDoubt`: an attempt
 * before may have made the change.
 */
export type Check = (attempt: number, inDoubt: boolean) => Promise<CheckVerdict>;

/**
 * Stage through the gate: every request retried, and lost replies resolved by looking. Paths are full Stage paths.
 * `begins` marks the first request of an action (see Gate); uploads and new folders always are.
 */
export class Remote {
  readonly root: RelPath;
  readonly #options: RemoteOptions;

  constructor(options: RemoteOptions) {
    this.#options = options;
    this.root = options.destination.root;
  }

  list(folder: RelPath): Promise<readonly DestinationChild[] | undefined> {
    const { gate, destination, signal } = this.#options;
    return gate.request({ operation: 'list', path: folder }, () =>
      destination.listFolder(folder, { signal }),
    );
  }

  stat(path: RelPath): Promise<ShownVersion | undefined> {
    const { gate, destination, signal } = this.#options;
    return gate.request({ operation: 'look', path }, () => destination.stat(path, { signal }));
  }

  read(path: RelPath): Promise<AsyncIterable<Uint8Array>> {
    const { gate, destination, signal } = this.#options;
    return gate.request({ operation: 'read', path }, () => destination.read(path, { signal }));
  }

  async makeFolder(folder: RelPath, begins = true): Promise<void> {
    const { destination, signal } = this.#options;
    try {
      await this.#options.gate.request({ operation: 'create_folder', path: folder, begins }, () =>
        destination.makeFolder(folder, { signal }),
      );
    } catch (error) {
      // it may be there by an attempt whose reply was lost
      const ours = isSyncError(error) && error.inDoubt && hasFact(error, 'taken', 'refused');
      if (!ours || !(await this.exists(folder))) throw error;
    }
  }

  /**
   * Uploads a file, each attempt from a fresh reading. Resolves with its digest where one was made. When the last
   * attempt's reply was lost, a look decides: a file of this size that is not the one replaced has arrived. Not so
   * with `mayLook` false: another version of the file may have been stored before, of the same size.
   */
  async put(
    entry: FileEntry,
    to: RelPath,
    replaces: ShownVersion | undefined,
    mayLook = true,
  ): Promise<string | undefined> {
    const { gate, destination, source, signal, bandwidth } = this.#options;
    let digest: string | undefined;
    // the last attempt failed for good and certainly stored nothing, as when the file is another one by now
    let isFinal = false;
    try {
      await gate.request({ operation: 'upload', path: to, begins: true }, async (_, doubtful) => {
        try {
          const content = await source.read(entry, { signal });
          const watched = this.#watch(entry, content, (value) => (digest = value));
          await destination.put(to, bandwidth === undefined ? watched : bandwidth.limit(watched, signal), {
            signal,
          });
        } catch (error) {
          const inDoubt = doubtful || (isSyncError(error) && error.inDoubt);
          isFinal = isSyncError(error) && error.verdict !== 'retry' && !error.inDoubt;
          // the name may be taken by what an earlier attempt stored
          const ours = inDoubt && mayLook && hasFact(error, 'taken', 'refused');
          if (!ours || !(await this.#arrived(entry, to, replaces))) throw error;
        }
      });
    } catch (error) {
      if (!isSyncError(error)) throw error;
      const looks = mayLook && error.inDoubt && !isFinal && (await this.#arrived(entry, to, replaces));
      if (!looks) throw error;
    }
    return digest;
  }

  /** A file of no bytes. */
  async putEmpty(path: RelPath): Promise<void> {
    const { destination, signal } = this.#options;
    const empty = { size: 0, bytes: new Uint8Array() };
    try {
      await this.#options.gate.request({ operation: 'upload', path }, () =>
        destination.put(path, empty, { signal }),
      );
    } catch (error) {
      // its name may be taken by what an attempt stored whose reply was lost
      const ours = isSyncError(error) && error.inDoubt && hasFact(error, 'taken', 'refused');
      if (!ours || (await this.stat(path))?.size !== 0) throw error;
    }
  }

  async #arrived(entry: FileEntry, to: RelPath, replaces: ShownVersion | undefined): Promise<boolean> {
    const { destination, signal } = this.#options;
    try {
      const shown = await destination.stat(to, { signal });
      if (shown === undefined || shown.size !== entry.size) return false;
      return (
        replaces === undefined || replaces.size !== shown.size || replaces.modifiedMs !== shown.modifiedMs
      );
    } catch {
      // the look failed too: the upload's own error says more
      return false;
    }
  }

  #watch(entry: FileEntry, content: Content, onDigest: (digest: string) => void): Content {
    const { source, onBytes } = this.#options;
    const digesting = source.digest !== undefined && content.size <= DIGEST_LIMIT_BYTES;
    if ('bytes' in content) {
      if (digesting) onDigest(hash('sha256', content.bytes));
      onBytes(entry.path, content.size);
      return content;
    }
    const hashing = digesting ? createHash('sha256') : undefined;
    const { chunks, size, recycle } = content;
    return {
      size,
      recycle,
      chunks: (async function* () {
        for await (const chunk of chunks) {
          hashing?.update(chunk);
          onBytes(entry.path, chunk.byteLength);
          yield chunk;
        }
        if (hashing !== undefined) onDigest(hashing.digest('hex'));
      })(),
    };
  }

  /**
   * Moves a file or folder. Where a reply was lost a look decides: the origin is gone and the target is there. `check`
   * looks first, at each attempt; what it says instead of 'go' is the result.
   */
  async move(from: RelPath, to: RelPath, begins = false, check?: Check): Promise<CheckVerdict> {
    const { destination, signal } = this.#options;
    const call: Attempt<CheckVerdict> = async (attempt, inDoubt) => {
      const verdict = (await check?.(attempt, inDoubt)) ?? 'go';
      if (verdict !== 'go') return verdict;
      try {
        await destination.move(from, to, { signal });
        return 'done';
      } catch (error) {
        const repeated = attempt > 1 && hasFact(error, 'missing', 'taken');
        if (!repeated || !(await this.#hasMoved(from, to))) throw error;
        return 'done';
      }
    };
    try {
      const request: GateRequest = { operation: 'move', path: from, to, begins, urgent: !begins };
      return await this.#options.gate.request(request, call);
    } catch (error) {
      // a name must not stay empty, or a chain of moves broken, for a reply that was lost
      const moved =
        isSyncError(error) && error.inDoubt && (await this.#hasMoved(from, to).catch(() => false));
      if (!moved) throw error;
      return 'done';
    }
  }

  /** A look within the turn of a change, for its check. */
  listNow(folder: RelPath): Promise<readonly DestinationChild[] | undefined> {
    const { gate, destination, signal } = this.#options;
    return gate.within(() => destination.listFolder(folder, { signal }));
  }

  /** The same at one file. */
  statNow(path: RelPath): Promise<ShownVersion | undefined> {
    const { gate, destination, signal } = this.#options;
    return gate.within(() => destination.stat(path, { signal }));
  }

  /** Whether there is a file, or a folder (path ends in '/'), of this name. */
  async exists(path: RelPath): Promise<boolean> {
    return (await (path.endsWith('/') ? this.list(path) : this.stat(path))) !== undefined;
  }

  async #hasMoved(from: RelPath, to: RelPath): Promise<boolean> {
    return (await this.#exists(to)) && !(await this.#exists(from));
  }

  async #exists(path: RelPath): Promise<boolean> {
    const { destination, signal } = this.#options;
    const found = path.endsWith('/')
      ? destination.listFolder(path, { signal })
      : destination.stat(path, { signal });
    return (await found) !== undefined;
  }

  /** Removes a file, or a folder with everything in it. Gone already is gone. `check` as for a move. */
  async remove(path: RelPath, begins = false, check?: Check): Promise<CheckVerdict> {
    const { destination, signal } = this.#options;
    const call: Attempt<CheckVerdict> = async (attempt, inDoubt) => {
      const verdict = (await check?.(attempt, inDoubt)) ?? 'go';
      if (verdict === 'go') await destination.remove(path, { signal });
      return verdict === 'go' ? 'done' : verdict;
    };
    try {
      return await this.#options.gate.request({ operation: 'remove', path, begins }, call);
    } catch (error) {
      if (!hasFact(error, 'missing')) throw error;
      return 'gone';
    }
  }
}
