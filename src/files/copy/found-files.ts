import type { SourceEntry } from '../../model/entry.ts';
import { ListingAhead, type ListedFiles } from '../../sync/compare/listing-ahead.ts';
import { BoundedAhead } from './bounded-ahead.ts';
import type { CopyOrigin } from './copy-origin.ts';

/** Origins that are found ahead of those that are copied, at most: a pattern may match a million files. */
const MOST_AHEAD = 2000;

/**
 * Finds out how much there is to copy, ahead of the copying: so that people are told early. No request more is sent for that, and memory
 * does not grow with the number of files.
 */
export class FoundFiles {
  readonly #onFound: (found: ListedFiles) => void;
  #files = 0;
  #bytes = 0;
  /** There are no other origins. */
  #areAllFound = false;
  /** Trees that are not listed to their ends. */
  #unlisted = 0;

  constructor(onFound: (found: ListedFiles) => void) {
    this.#onFound = onFound;
  }

  /** The same origins in the same order; a rejection comes after those before it. */
  async *origins(origins: AsyncIterable<CopyOrigin>): AsyncGenerator<CopyOrigin, void> {
    const ahead = new BoundedAhead<CopyOrigin>({ most: MOST_AHEAD });
    yield* ahead.read(this.#counted(origins));
  }

  async *#counted(origins: AsyncIterable<CopyOrigin>): AsyncGenerator<CopyOrigin, void> {
    for await (const origin of origins) {
      this.#count(origin, 1);
      yield origin;
    }
    this.#areAllFound = true;
    this.#tell();
  }

  /** The same listing of a tree, read ahead of whoever takes it. */
  listing(listing: AsyncIterable<readonly SourceEntry[]>): AsyncIterable<readonly SourceEntry[]> {
    let told = { files: 0, bytes: 0 };
    const ahead = new ListingAhead(({ files, bytes, whole }) => {
      this.#files += files - told.files;
      this.#bytes += bytes - told.bytes;
      told = { files, bytes };
      if (whole) this.#unlisted--;
      this.#tell();
    });
    // copying is what takes long
    ahead.letRun();
    return ahead.read(listing);
  }

  /** An origin is not copied after all. */
  leave(origin: CopyOrigin): void {
    this.#count(origin, -1);
  }

  #count(origin: CopyOrigin, by: 1 | -1): void {
    if (origin.kind === 'problem') return;
    if (origin.kind === 'tree') this.#unlisted += by;
    else {
      this.#files += by;
      this.#bytes += by * origin.entry.size;
    }
    this.#tell();
  }

  #tell(): void {
    const whole = this.#areAllFound && this.#unlisted === 0;
    this.#onFound({ files: this.#files, bytes: this.#bytes, whole });
  }
}
