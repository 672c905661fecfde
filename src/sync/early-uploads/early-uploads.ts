import type { FileEntry } from '../../model/entry.ts';
import type { Clock } from '../../model/ports.ts';
import { removalsAllowed } from '../guard.ts';
import type { PassOptions } from '../pass-options.ts';
import type { OldContentQuestion } from '../plan/planned.ts';
import { SourceChanges } from './source-changes.ts';
import type { SourceChangesOptions } from './source-changes.ts';

export interface EarlyUploadOptions
  extends SourceChangesOptions, Pick<PassOptions, 'removal' | 'maxDelete' | 'force'> {
  readonly clock: Clock;
  /** SHA-256 of the content in hex; undefined where it cannot be told. */
  readonly digestOf: (entry: FileEntry) => Promise<string | undefined>;
  /** Files that the destination was seen to have so far. */
  readonly atDestination: () => number;
}

/**
 * How long the merge waits for the look at the source, once, in milliseconds. The folders ahead are listed meanwhile, and
 * for a while nothing is lost. Files that come before a longer look ends wait for the plan.
 */
const PATIENCE_MS = 2000;
/** More bytes, or files, are not read to find out about one file. */
const MOST_READ_BYTES = 64 * 1024 * 1024;
const MOST_READ_FILES = 64;

/**
 * Says whether a changed file can be sent before the whole plan is known: the plan would upload it whatever else it finds,
 * and no guard can refuse the run afterwards. The first question begins a second listing of the source, which is done
 * long before the destination's.
 */
export class EarlyUploads {
  readonly #options: EarlyUploadOptions;
  readonly #digests = new Map<string, Promise<string | undefined>>();
  #reading: Promise<void> | undefined;
  #changes: SourceChanges | undefined;

  constructor(options: EarlyUploadOptions) {
    this.#options = options;
  }

  async maySend(question: OldContentQuestion): Promise<boolean> {
    if (this.#reading === undefined) {
      this.#reading = this.#read();
      await this.#waitAWhile(this.#reading);
    }
    const changes = this.#changes;
    return (
      changes !== undefined && !this.#mayBeRefused(changes) && !(await this.#isWanted(question, changes))
    );
  }

  async #waitAWhile(reading: Promise<void>): Promise<void> {
    const { clock, signal } = this.#options;
    const done = new AbortController();
    const patience = clock.sleep(PATIENCE_MS, AbortSignal.any([signal, done.signal])).catch(() => undefined);
    await Promise.race([reading, patience]);
    done.abort();
  }

  /** A source that cannot be listed is told of by the merge, which lists it too. */
  async #read(): Promise<void> {
    try {
      this.#changes = await SourceChanges.read(this.#options);
    } catch {
      this.#changes = undefined;
    }
  }

  /** Whether a guard could refuse the plan. The source is not empty: it has the file that is asked about. */
  #mayBeRefused(changes: SourceChanges): boolean {
    const { removal, maxDelete, force, atDestination } = this.#options;
    if (removal === 'none' || force.has('max-delete')) return false;
    // what others put there, and a mirror removes, is not known before all is listed
    if (removal === 'everything') return true;
    return changes.mostRemovals > removalsAllowed(maxDelete, atDestination());
  }

  /**
   * Whether the file's old content, or its new one, might take part in a move: another file that is new or changed has it, or
   * all of its folder may have moved away.
   */
  async #isWanted(
    { arrival: { path, entry }, row }: OldContentQuestion,
    changes: SourceChanges,
  ): Promise<boolean> {
    const identities = [row.identity, entry.identity].filter((identity) => identity !== undefined);
    if (identities.some((identity) => changes.hasIdentityElsewhere(identity, path))) return true;
    if (changes.isUprooted(path)) return true;
    if (row.digest === undefined || row.size === 0) return false;
    const others = changes.ofSize(row.size, path);
    if (others.length > MOST_READ_FILES || others.length * row.size > MOST_READ_BYTES) return true;
    for (const other of others) {
      const digest = await this.#digestOf(other);
      if (digest === undefined || digest === row.digest) return true;
    }
    return false;
  }

  #digestOf(entry: FileEntry): Promise<string | undefined> {
    const known = this.#digests.get(entry.path);
    if (known !== undefined) return known;
    const digest = this.#options.digestOf(entry);
    this.#digests.set(entry.path, digest);
    return digest;
  }
}
