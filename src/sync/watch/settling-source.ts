import type { FileEntry, Problem, SourceEntry } from '../../model/entry.ts';
import { SyncError } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type { Clock, Source } from '../../model/ports.ts';

export interface SettlingOptions {
  readonly clock: Clock;
  /** How long a file's size and time have to stand still before the file is taken, in milliseconds. */
  readonly settleMs: number;
  /** Whether the ledger has this very version: such a file was taken before. */
  readonly isRecorded: (entry: FileEntry) => boolean;
}

/** The code of the problem that stands for a file that is still being written. */
export const STILL_CHANGING = 'still_changing';

const CHANGING: Problem = {
  code: STILL_CHANGING,
  severity: 'warning',
  message: 'is still being written; it is taken once it stands still',
};

const stillChanging = (path: RelPath): SyncError =>
  new SyncError('entry_changed', CHANGING.message, {
    verdict: 'skip_entry',
    fact: 'gone',
    operation: 'read',
    path,
  });

/** How long a file is remembered without being seen, in milliseconds: by then it is gone, or was taken. */
const FORGET_MS = 60_000;

/** What was seen of a file that could not be taken. */
interface Unsettled {
  readonly version: string;
  /** As `Clock.elapsed` tells it. */
  readonly sinceMs: number;
}

/** The same source, method by method: a source may be an object of a class, which cannot be spread. */
const passedOn = (source: Source): Source => ({
  kind: source.kind,
  traits: source.traits,
  label: source.label,
  list: (options) => source.list(options),
  read: (entry, call) => source.read(entry, call),
  close: () => source.close(),
  ...(source.listFolder !== undefined && { listFolder: source.listFolder.bind(source) }),
  ...(source.check !== undefined && { check: source.check.bind(source) }),
  ...(source.stat !== undefined && { stat: source.stat.bind(source) }),
  ...(source.digest !== undefined && { digest: source.digest.bind(source) }),
  ...(source.watch !== undefined && { watch: source.watch.bind(source) }),
});

/**
 * A source that lists files which are still being written as unknown, so that a pass neither uploads nor removes
 * anything there. A file has settled when its modification time is old enough, or, where that time lies in the future
 * or is not told, when it was seen with the same version long enough ago.
 */
export class SettlingSource {
  readonly source: Source;
  readonly #options: SettlingOptions;
  readonly #unsettled = new Map<RelPath, Unsettled>();
  /** Files that were left out, and when to look at them again. */
  #leftOut = new Map<RelPath, number>();

  constructor(source: Source, options: SettlingOptions) {
    this.#options = options;
    const settle = (entry: SourceEntry): SourceEntry => this.#settle(entry);
    const listFolder = source.listFolder?.bind(source);
    const stat = source.stat?.bind(source);
    this.source = {
      ...passedOn(source),
      async *list(listOptions) {
        for await (const batch of source.list(listOptions)) yield batch.map(settle);
      },
      ...(listFolder !== undefined && {
        listFolder: async (folder, listOptions) => (await listFolder(folder, listOptions))?.map(settle),
      }),
      // a file that changed while it was read is sent anew only once it stands still
      ...(stat !== undefined && {
        stat: async (path, call) => {
          const entry = await stat(path, call);
          if (entry === undefined || this.#settle(entry).kind === 'file') return entry;
          throw stillChanging(path);
        },
      }),
    };
  }

  /**
   * The files left out since the last call, each with the time, as the clock's `elapsed` tells it, when it may have
   * settled.
   */
  takeLeftOut(): ReadonlyMap<RelPath, number> {
    const leftOut = this.#leftOut;
    this.#leftOut = new Map();
    const { clock, settleMs } = this.#options;
    const forgetBefore = clock.elapsed() - 10 * settleMs - FORGET_MS;
    for (const [path, { sinceMs }] of this.#unsettled)
      if (sinceMs < forgetBefore && !leftOut.has(path)) this.#unsettled.delete(path);
    return leftOut;
  }

  #settle(entry: SourceEntry): SourceEntry {
    if (entry.kind !== 'file') return entry;
    const { clock, settleMs, isRecorded } = this.#options;
    const now = clock.elapsed();
    const age = entry.modifiedMs === undefined ? -1 : clock.now() - entry.modifiedMs;
    if (age >= settleMs || isRecorded(entry)) return entry;
    const seen = this.#unsettled.get(entry.path);
    if (seen?.version === entry.version && now - seen.sinceMs >= settleMs) return entry;
    const sinceMs = seen?.version === entry.version ? seen.sinceMs : now;
    this.#unsettled.set(entry.path, { version: entry.version, sinceMs });
    const readyMs = Math.min(sinceMs, age >= 0 ? now - age : Infinity) + settleMs;
    this.#leftOut.set(entry.path, readyMs);
    return { kind: 'unknown', path: entry.path, covers: 'path', problem: CHANGING, file: true };
  }
}
