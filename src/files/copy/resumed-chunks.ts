import type { FileEntry } from '../../model/entry.ts';
import { isSyncError, SyncError } from '../../model/errors.ts';
import { equalJitter, GrowingDelay } from '../../model/growing-delay.ts';
import type { Chunks, Clock, Content, Source } from '../../model/ports.ts';

export interface ResumedChunksOptions {
  readonly source: Source;
  readonly entry: FileEntry;
  /** Bytes that are there already. */
  readonly offset: number;
  readonly clock: Clock;
  /** Aborted: a reading that breaks off is not taken up again. */
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
}

const ATTEMPTS = 6;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 20_000;
/** A reading that brought so many bytes starts the count of attempts anew. */
const PROGRESS_BYTES = 256 * 1024;

/** Whether a reading may go on where it broke off: without a time, another version of the same size would not be noticed. */
export const canBeResumed = (source: Source, { modifiedMs }: FileEntry): boolean =>
  source.readFrom !== undefined && modifiedMs !== undefined;

/**
 * The bytes of a file from an offset on. A reading that breaks off is taken up again where it broke off, where the source can do
 * that. Ends only when the file proved to be the listed one. Rejects as `Source.read` does.
 */
export function resumedChunks(options: ResumedChunksOptions): Chunks {
  const opened: Opened = { recycle: undefined };
  return Object.assign(chunksFrom(options, opened), {
    recycle: (chunk: Uint8Array): void => opened.recycle?.(chunk),
  });
}

/** The reading that is under way. */
interface Opened {
  recycle: Chunks['recycle'];
}

async function* chunksFrom(options: ResumedChunksOptions, opened: Opened): AsyncGenerator<Uint8Array, void> {
  const { entry, clock, draining, signal } = options;
  const pause = new GrowingDelay({ firstMs: FIRST_DELAY_MS, longestMs: LONGEST_DELAY_MS });
  let { offset } = options;
  let attempts = 0;
  for (;;) {
    const from = offset;
    try {
      const { chunks, recycle } = await open(options, offset);
      opened.recycle = recycle;
      for await (const chunk of chunks) {
        offset += chunk.byteLength;
        if (offset > entry.size) throw changed(entry);
        yield chunk;
      }
      if (offset < entry.size) throw changed(entry);
      if (options.offset > 0 || attempts > 0) await requireListed(options);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (offset - from >= PROGRESS_BYTES) {
        attempts = 0;
        pause.reset();
      }
      const mayGoOn = offset === 0 || canBeResumed(options.source, entry);
      if (!isSyncError(error) || error.verdict !== 'retry' || !mayGoOn) throw error;
      if (++attempts >= ATTEMPTS || draining.aborted) throw error;
      await clock.sleep(equalJitter(pause.next(), clock.random()), signal);
    }
  }
}

interface Reading {
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly recycle?: Chunks['recycle'];
}

async function open({ source, entry, signal }: ResumedChunksOptions, offset: number): Promise<Reading> {
  if (offset > 0 && offset === entry.size) return { chunks: [] };
  if (offset > 0 && source.readFrom !== undefined) {
    const chunks = await source.readFrom(entry, offset, { signal });
    return { chunks, recycle: chunks.recycle };
  }
  const content: Content = await source.read(entry, { signal });
  return 'bytes' in content ? { chunks: [content.bytes] } : content;
}

/** What was read in parts is a mixture, unless the file is still the one that was listed. */
async function requireListed({ source, entry, signal }: ResumedChunksOptions): Promise<void> {
  const now = await source.stat?.(entry.path, { signal });
  if (now?.version !== entry.version) throw changed(entry);
}

const changed = ({ path }: FileEntry): SyncError =>
  new SyncError('entry_changed', (name) => `${name} changed while it was read; copy it again`, {
    verdict: 'skip_entry',
    fact: 'changed',
    operation: 'read',
    path,
  });
