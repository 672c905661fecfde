import { hasFact, isOfReading, isSyncError } from '../../model/errors.ts';
import { isReservedName, nameOf, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { Content, PartialFile, PutOptions, Resume, StoredFile } from '../../model/ports.ts';
import { changed, destinationError, notExpected } from './destination-errors.ts';
import type { DiskCall } from './destination-errors.ts';
import { openPartialFile } from './open-partial.ts';
import { discardPartial, ownedPartial, partialNameOf } from './partial-record.ts';
import type { WritePlace } from './write-file.ts';

/** A content that is gone on with. */
type Resumable = Extract<Content, { readonly chunks: unknown }> & { readonly resume: Resume };

export interface ResumableFilesOptions extends WritePlace {
  /** See LocalDestinationOptions: without an owner nothing is gone on with. */
  readonly owner: () => string | undefined;
  /** A smaller file is written anew after a kill. */
  readonly leastBytes: number;
}

/** Partial files that listings showed and that are remembered, at most. */
const MOST_SEEN = 1000;

/**
 * Large files that the next run goes on with after a kill. What is there of one lies beside its name, under a hidden name that
 * follows from it and from the owner: no other run writes to it, so no listing of this one shows it.
 */
export class ResumableFiles {
  readonly #options: ResumableFilesOptions;
  /** Full paths of partial files: being written; written to and not finished, and shown by a listing, both since the last sweep. */
  readonly #inUse = new Set<RelPath>();
  readonly #begun = new Set<RelPath>();
  readonly #seen = new Set<RelPath>();

  constructor(options: ResumableFilesOptions) {
    this.#options = options;
  }

  /** Whether a file is written by `write`. One under a hidden name is not: the next run has another name for it. */
  takes(path: RelPath, content: Content): content is Resumable {
    if (!('chunks' in content) || content.resume === undefined) return false;
    const partial = this.#partialOf(path);
    return (
      content.size >= this.#options.leastBytes &&
      !isReservedName(path) &&
      partial !== undefined &&
      !this.#inUse.has(partial)
    );
  }

  /** As writeFile, from where an earlier attempt or run of the owner left off. A failure of the disk leaves nothing behind. */
  async write(call: DiskCall, content: Resumable, options: PutOptions): Promise<StoredFile> {
    const { signal, expects } = options;
    const { of } = content.resume;
    const own = this.#partialOf(call.path)!;
    this.#inUse.add(own);
    this.#begun.add(own);
    const reading = new Reading(content);
    try {
      await using partial = await openPartialFile(this.#options, call, {
        of,
        recycle: content.recycle,
        owner: this.#options.owner(),
        expects,
        signal,
      });
      const begun = partial.size;
      try {
        await fill(partial, call, reading, options);
        const { modifiedMs } = content;
        const stored = await partial.finish({ replace: expects !== null, expects, modifiedMs });
        this.#begun.delete(own);
        return stored;
      } catch (error) {
        const isStuck = begun > 0 && partial.size === begun;
        if (!signal.aborted && !mayGoOn(reading.failure?.error, { isStuck })) await partial.discard();
        throw error;
      }
    } catch (error) {
      if (reading.failure !== undefined) throw reading.failure.error;
      signal.throwIfAborted();
      if (expects === null && hasFact(error, 'taken')) throw notExpected(call);
      throw destinationError(call, error);
    } finally {
      this.#inUse.delete(own);
    }
  }

  /** Whether a child of this folder is a partial file of the owner, or its record. */
  hides(folder: RelPath, name: string): boolean {
    const owned = ownedPartial(name);
    if (owned === undefined || owned.owner !== this.#options.owner()) return false;
    if (this.#seen.size < MOST_SEEN) this.#seen.add(folder + owned.partial);
    return true;
  }

  /** Removes what listings showed, and no file was written to, since the last sweep. What cannot be removed stays for the next. */
  sweep(): void {
    const { target } = this.#options;
    for (const path of this.#seen) {
      if (this.#begun.has(path)) continue;
      try {
        const way = target.folderWay({ operation: 'remove', path }, parentOf(path));
        discardPartial(target.disk, way.place, nameOf(path));
        way.close();
      } catch {
        // its folder is gone, or not to be entered
      }
    }
    this.#seen.clear();
    this.#begun.clear();
    for (const path of this.#inUse) this.#begun.add(path);
  }

  #partialOf(path: RelPath): RelPath | undefined {
    const owner = this.#options.owner();
    return owner === undefined ? undefined : parentOf(path) + partialNameOf(nameOf(path), owner);
  }
}

/**
 * Whether what is there of a file is of use, after its reading broke off with this error. `isStuck`: nothing came from there on,
 * so that a server which gives no parts of a file is asked for all of it the next time.
 */
function mayGoOn(failure: unknown, { isStuck }: { readonly isStuck: boolean }): boolean {
  if (!isSyncError(failure)) return false;
  if (isStuck && failure.verdict === 'skip_entry') return false;
  return !(isOfReading(failure) && hasFact(failure, 'changed', 'gone'));
}

async function fill(
  partial: PartialFile,
  call: DiskCall,
  reading: Reading,
  { signal }: PutOptions,
): Promise<void> {
  const { size } = reading;
  for await (const chunk of reading.from(partial.size)) {
    signal.throwIfAborted();
    if (partial.size + chunk.byteLength > size) throw changed(call, `more than ${size} bytes came`);
    await partial.write(chunk);
  }
  signal.throwIfAborted();
  if (partial.size !== size) throw changed(call, `${partial.size} instead of ${size} bytes came`);
}

/** Keeps what the content itself throws apart from what the disk does. */
class Reading {
  failure: { readonly error: unknown } | undefined;
  readonly #content: Resumable;

  constructor(content: Resumable) {
    this.#content = content;
  }

  get size(): number {
    return this.#content.size;
  }

  async *from(offset: number): AsyncGenerator<Uint8Array, void> {
    const { chunks, resume } = this.#content;
    const from = (offset === 0 ? chunks : resume.from(offset))[Symbol.asyncIterator]();
    try {
      for (let next = await this.#next(from); next.done !== true; next = await this.#next(from))
        yield next.value;
    } finally {
      if (this.failure === undefined) await from.return?.();
    }
  }

  async #next(from: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    try {
      return await from.next();
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}
