import type { FileEntry } from '../model/entry.ts';
import { isSyncError } from '../model/errors.ts';
import type { Clock, Content, Source } from '../model/ports.ts';
import type { Lanes } from './gate/lanes.ts';

export interface ReadAheadOptions {
  readonly source: Source;
  /** As many files are read ahead as may be sent at the same time. */
  readonly gate: Pick<Lanes, 'lanes'>;
  readonly clock: Clock;
  /** Aborted: nothing more is read ahead. */
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
}

/** Bytes. A larger file is read in its turn: sources give it in pieces, and hold a connection for it. */
const LARGEST = 256 * 1024;
/** Bytes of all files that are read, or being read, and whose turn has not come. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Milliseconds. After a longer wait, as in a pause, a file is read anew: it may have changed meanwhile. */
const FRESH_MS = 60_000;

/** A file whose turn to be sent comes soon. */
export interface ExpectedFile {
  /** Its content, for one attempt to send it: the first may have been read ahead, each other one is a fresh reading. */
  read(): Promise<Content>;
  /** It is not read any more. Always called at the end. */
  close(): void;
}

type Outcome = { readonly content: Content } | { readonly error: unknown };

interface Waiting {
  readonly entry: FileEntry;
  /** What came of the reading; undefined before it begins. */
  outcome: Promise<Outcome> | undefined;
  /** When it began, as the clock's elapsed time. */
  begunAt: number;
}

/**
 * Reads small files of a source on another machine while the requests before theirs are under way, so that no turn at the
 * destination is spent on waiting for the source. A failure concerns its own file alone. One that another attempt may
 * mend is forgotten, and the file is read again in its turn: so it uses up no attempt to send the file.
 */
export class ReadAhead {
  readonly #options: ReadAheadOptions;
  /** Files that are not being read yet, the next one first. */
  readonly #next = new Set<Waiting>();
  /** Files that are read, or being read, and whose turn has not come. */
  readonly #held = new Set<Waiting>();
  #heldBytes = 0;

  constructor(options: ReadAheadOptions) {
    this.#options = options;
  }

  /** To be called before the file waits for its turn. */
  expect(entry: FileEntry): ExpectedFile {
    const { source, signal } = this.#options;
    const waiting: Waiting = { entry, outcome: undefined, begunAt: 0 };
    if (entry.size <= LARGEST) {
      this.#next.add(waiting);
      this.#readOn();
    }
    const release = (): void => this.#release(waiting);
    return {
      read: async () => (await this.#take(waiting)) ?? source.read(entry, { signal }),
      close() {
        const { outcome } = waiting;
        release();
        void outcome?.then(discard);
      },
    };
  }

  /** What was read ahead, once; undefined where there is nothing, or it does not count. */
  async #take(waiting: Waiting): Promise<Content | undefined> {
    const { outcome, begunAt } = waiting;
    this.#release(waiting);
    if (outcome === undefined) return undefined;
    if (this.#options.clock.elapsed() - begunAt > FRESH_MS) {
      void outcome.then(discard);
      return undefined;
    }
    const result = await outcome;
    if ('content' in result) return result.content;
    if (isSyncError(result.error) && result.error.verdict === 'retry') return undefined;
    throw result.error;
  }

  #release(waiting: Waiting): void {
    waiting.outcome = undefined;
    this.#next.delete(waiting);
    if (!this.#held.delete(waiting)) return;
    this.#heldBytes -= waiting.entry.size;
    this.#readOn();
  }

  #readOn(): void {
    const { source, gate, clock, draining, signal } = this.#options;
    for (const waiting of this.#next) {
      const { entry } = waiting;
      if (draining.aborted || signal.aborted) return;
      if (this.#held.size >= gate.lanes || this.#heldBytes + entry.size > MOST_BYTES) return;
      this.#next.delete(waiting);
      this.#held.add(waiting);
      this.#heldBytes += entry.size;
      waiting.begunAt = clock.elapsed();
      waiting.outcome = outcomeOf(source.read(entry, { signal }));
    }
  }
}

const outcomeOf = (reading: Promise<Content>): Promise<Outcome> =>
  reading.then(
    (content) => ({ content }),
    (error: unknown) => ({ error }),
  );

/** Lets go of a content that nobody reads: it may hold a connection. */
async function discard(outcome: Outcome): Promise<void> {
  if ('content' in outcome && 'chunks' in outcome.content)
    await outcome.content.chunks[Symbol.asyncIterator]().return?.();
}
