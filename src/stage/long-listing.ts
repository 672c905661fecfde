import type { LongReply } from '../http/exchange.ts';
import type { PackedChildren } from '../model/children.ts';
import type { RelPath } from '../model/path.ts';
import { ListingPieces } from './listing-pieces.ts';
import { PackedListing } from './read-listing.ts';

/** Bytes of some 3,000 children. JSON.parse takes a listing of that length at once, and nothing is faster. */
const LONG = 1024 * 1024;

/** What the reply was: the object without its list of children, and the children. */
interface ReadListing {
  readonly value: unknown;
  readonly exact: boolean;
  readonly children: PackedChildren | undefined;
}

/**
 * Reads a listing of more than a megabyte as it comes, so that it needs no memory but that of its children. A listing
 * that ends early, or is not JSON as a whole, is an error, and not a short listing.
 */
export class LongListing implements LongReply {
  readonly longerThan = LONG;
  readonly #error: (why: string, beginning: Buffer) => unknown;
  readonly #pieces: ListingPieces;
  #listing: PackedListing | undefined;
  #beginning: Buffer | undefined;

  /** `error` makes what is thrown; `why` ends the sentence "got a reply that", `beginning` is that of the reply. */
  constructor(folder: RelPath, error: (why: string, beginning: Buffer) => unknown) {
    this.#error = error;
    this.#pieces = new ListingPieces({
      onList: () => (this.#listing = new PackedListing(folder)),
      onElements: (elements) => this.#listing!.add(elements),
    });
  }

  /** Whether the reply was long enough to be read so. */
  get begun(): boolean {
    return this.#beginning !== undefined;
  }

  push(chunk: Buffer): void {
    this.#beginning ??= chunk;
    try {
      this.#pieces.push(chunk);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Once, after the last piece. */
  finish(): ReadListing {
    try {
      const { value, exact } = this.#pieces.finish();
      // of two lists, or of a list and something else, the last counts
      const isListed = Array.isArray((value as { content?: unknown } | null)?.content);
      return { value, exact, children: isListed ? this.#listing?.finish(exact) : undefined };
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): unknown {
    const why =
      error instanceof RangeError
        ? 'has a part without an end'
        : error instanceof SyntaxError
          ? 'is not JSON'
          : undefined;
    return why === undefined ? error : this.#error(why, this.#beginning!);
  }
}
