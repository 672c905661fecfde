import type { FileEntry } from '../../model/entry.ts';
import type { SyncEvent } from '../../model/events.ts';
import type { RelPath } from '../../model/path.ts';
import type { Clock } from '../../model/ports.ts';
import type { Unloaded } from './load-row.ts';

export interface UnloadedLimitOptions {
  readonly mostBytes: number;
  /** How long to wait with nothing loaded meanwhile, in milliseconds; undefined: for as long as it takes. */
  readonly patienceMs: number | undefined;
  readonly pollMs: number;
  readonly clock: Clock;
  readonly until: AbortSignal;
  readonly unloaded: () => Unloaded;
  /** Bytes at one name that are not loaded: an upload takes their place. */
  readonly unloadedAt: (path: RelPath) => number;
  /** Finds out what is loaded by now. */
  readonly look: () => Promise<void>;
  readonly emit: (event: SyncEvent) => void;
}

interface Waiting {
  readonly path: RelPath | undefined;
  readonly bytes: number;
  readonly go: (goes: boolean) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Lets uploads begin only while what was sent and is not loaded stays below a limit. A file that is larger than the limit goes
 * alone.
 */
export class UnloadedLimit {
  readonly #options: UnloadedLimitOptions;
  /** Bytes of uploads that are under way. */
  #reserved = 0;
  readonly #waiting: Waiting[] = [];
  readonly #flushes = new Set<() => void>();
  #isWorking = false;
  #isOver = false;

  constructor(options: UnloadedLimitOptions) {
    this.#options = options;
  }

  /** Whether it was waited for too long: nothing more is sent. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Waits until no more is unloaded than may be. */
  async wait(): Promise<void> {
    if (this.#fits(undefined, 0)) return;
    await this.#wait(undefined, 0);
  }

  /**
   * Takes room for an upload; `free` gives it back. Resolves with false where nothing was loaded for too long, or the run
   * stops. `flush` writes down what has ended: it is not waited for.
   */
  take({ path, size }: FileEntry, flush: () => void): boolean | Promise<boolean> {
    if (this.#isOver) return false;
    this.#flushes.add(flush);
    if (this.#waiting.length > 0 || !this.#fits(path, size)) return this.#wait(path, size);
    this.#reserved += size;
    return true;
  }

  /** The upload has ended: what has come is counted by the ledger from now on. */
  free(bytes: number): void {
    this.#reserved -= bytes;
  }

  #fits(path: RelPath | undefined, bytes: number): boolean {
    const { unloaded, unloadedAt } = this.#options;
    const replaced = path === undefined ? 0 : unloadedAt(path);
    const taken = this.#reserved + unloaded().bytes - replaced;
    return taken === 0 || taken + bytes <= this.#options.mostBytes;
  }

  #wait(path: RelPath | undefined, bytes: number): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.#waiting.push({ path, bytes, go: resolve, fail: reject });
    if (!this.#isWorking) void this.#work();
    return promise;
  }

  async #work(): Promise<void> {
    const { clock, patienceMs = Infinity, pollMs, until, unloaded, look } = this.#options;
    this.#isWorking = true;
    // a wait for uploads alone, or for a moment, is no news
    let [looks, isTold] = [0, false];
    try {
      let [bytes, sinceMs] = [unloaded().bytes, clock.elapsed()];
      while (this.#waiting.length > 0 && !until.aborted) {
        for (const flush of this.#flushes) flush();
        await look();
        this.#letGo();
        if (this.#waiting.length === 0) break;
        const now = unloaded().bytes;
        if (++looks > 1 && now > 0 && !isTold) this.#tell((isTold = true));
        // an upload that is under way is not the pipeline's delay
        if (now !== bytes || this.#reserved > 0) sinceMs = clock.elapsed();
        bytes = now;
        if (clock.elapsed() - sinceMs >= patienceMs) {
          this.#isOver = true;
          break;
        }
        await clock.sleep(pollMs, until).catch(() => undefined);
      }
    } catch (error) {
      for (const { fail } of this.#waiting.splice(0)) fail(error);
    } finally {
      this.#isWorking = false;
      for (const { go } of this.#waiting.splice(0)) go(false);
      if (isTold) this.#tell(false);
    }
  }

  #letGo(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || !this.#fits(next.path, next.bytes)) return;
      this.#waiting.shift();
      this.#reserved += next.bytes;
      next.go(true);
    }
  }

  #tell(waits: boolean): void {
    const { unloaded, mostBytes, emit } = this.#options;
    emit({ type: 'unloaded', waits, ...unloaded(), mostBytes });
  }
}
