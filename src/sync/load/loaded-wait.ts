import { SyncError } from '../../model/errors.ts';
import type { SyncEvent } from '../../model/events.ts';
import type { RelPath } from '../../model/path.ts';
import type { PipelineFile, PipelineInfo } from '../../model/pipelines.ts';
import type { Clock } from '../../model/ports.ts';
import { printable } from '../../model/printable.ts';
import type { LoadVerdict } from './judge.ts';
import type { LoadLog } from './load-log.ts';
import type { LoadRow } from './load-row.ts';
import type { LoadOptions } from './load-options.ts';
import { duration } from '../../model/quantities/duration.ts';

/** What a look at a file found. */
export interface LookedAt {
  readonly row: LoadRow;
  readonly verdicts: readonly LoadVerdict[];
  readonly files: readonly PipelineFile[];
}

export interface LoadedWaitParts {
  readonly waitMs: number;
  readonly load: LoadOptions;
  readonly log: LoadLog;
  /** The number of the first run whose files are waited for. */
  readonly since: number;
  readonly clock: Clock;
  readonly until: AbortSignal;
  readonly signal: AbortSignal;
  /** Looks at the files of these runs; resolves with the error of a database that is away. */
  readonly look: () => Promise<SyncError | undefined>;
  /** Looks at these files without doing anything about them. */
  readonly judge: (rows: readonly LoadRow[]) => Promise<readonly LookedAt[]>;
  readonly emit: (event: SyncEvent) => void;
  /** Whether a file that is to be read again cannot be, as somebody was told. */
  readonly isStuck: (path: RelPath) => boolean;
}

/** Files whose state is asked for at once. */
export const PAGE = 500;
/**
 * Between two looks, for each page of files: a look at a page takes up to three queries, so that there is one a second at most.
 */
const PAGE_MS = 3000;
/** How often it is looked whether pipelines run. */
const INFOS_MS = 15_000;

/**
 * Waits until the files that a run sent are in their tables, and those of runs before it that did not wait to the end: else the
 * next run, which sends nothing, would tell of success. A file is waited for until all pipelines that read it have loaded
 * it, or one has given it up.
 */
export class LoadedWait {
  readonly #parts: LoadedWaitParts;
  /** Files that were sent, and that no pipeline reads. */
  #readByNone = 0;
  #firstReadByNone: RelPath | undefined;
  #loaded = 0;
  /** Of the last look: files that may still be loaded. */
  #open = 0;
  #left = 0;
  /** The first file that is not loaded, for the error. */
  #first: string | undefined;
  #skipped = 0;
  /** Changed after a pipeline had read them, and not read again by themselves. */
  #unread = 0;
  #stopped: readonly PipelineInfo[] = [];

  constructor(parts: LoadedWaitParts) {
    this.#parts = parts;
  }

  get report(): { readonly files: number; readonly loaded: number } {
    return { files: this.#loaded + this.#left, loaded: this.#loaded };
  }

  /**
   * Before anything is sent: what would make it wait in vain. Rejects with the error of the database, and with
   * `database_missing` where no pipeline is there.
   */
  async begin(): Promise<void> {
    const { load, signal } = this.#parts;
    const infos = await load.pipelines.pipelines({ signal });
    if (infos.length > 0) return;
    throw new SyncError(
      'database_missing',
      `${load.pipelines.label}: there is none that reads the destination, so nothing would ever be loaded; create one, or leave out --wait-loaded`,
      { verdict: 'end_run', fact: 'missing' },
    );
  }

  /** A look begins: what it finds is counted anew. */
  looking(): void {
    this.#open = 0;
  }

  /** What a look found of a file that is waited for. */
  found({ row, verdicts, files }: LookedAt): void {
    if (verdicts.length === 0) {
      this.#readByNone++;
      this.#firstReadByNone ??= row.path;
      return;
    }
    if (verdicts.every((verdict) => verdict === 'loaded')) {
      this.#loaded++;
      const { path } = row;
      this.#parts.emit({ type: 'load', path, outcome: 'loaded', pipeline: files[0]?.pipeline });
    } else if (!this.#isFinal(row.path, verdicts)) this.#open++;
  }

  /** Whether nothing but a person changes it. */
  #isFinal(path: RelPath, verdicts: readonly LoadVerdict[]): boolean {
    if (verdicts.includes('skipped')) return true;
    const { load, isStuck } = this.#parts;
    return verdicts.includes('drop') && (load.reload === 'warn' || isStuck(path));
  }

  /**
   * Resolves once everything is loaded, or the run stops. Rejects with `not_loaded` where that is not so in time, and with the
   * error of a database that is away.
   */
  async finish(): Promise<void> {
    const { clock, until, waitMs, look } = this.#parts;
    const began = clock.elapsed();
    const elapsed = (): number => clock.elapsed() - began;
    let infosAt = -Infinity;
    for (;;) {
      const away = await look();
      if (until.aborted) return;
      if (away !== undefined) throw away;
      if (this.#open === 0) break;
      if (elapsed() - infosAt >= INFOS_MS) {
        infosAt = elapsed();
        if (await this.#nothingRuns()) break;
      }
      if (elapsed() >= waitMs) break;
      const pages = Math.ceil(this.#parts.log.unloadedSince(this.#parts.since) / PAGE);
      const pause = Math.min(PAGE_MS * Math.max(1, pages), Math.max(1, waitMs - elapsed()));
      await clock.sleep(pause, until).catch(() => undefined);
      if (until.aborted) return;
    }
    await this.#tellRest();
    if (this.#waits === 0) this.#parts.log.waited();
    if (this.#left > 0) throw this.#notLoaded(elapsed());
    // some files beside those of the pipelines are usual; nothing else is a wrong pattern
    if (this.#readByNone > 0 && this.report.files === 0) throw this.#noneReads();
  }

  /** Whether each pipeline stood still at two looks in a row: a file that waits for it waits in vain. */
  async #nothingRuns(): Promise<boolean> {
    const { load, signal } = this.#parts;
    const infos = await load.pipelines.pipelines({ signal });
    const before = this.#stopped.length > 0;
    this.#stopped = infos.every(({ state }) => state !== 'running') ? infos : [];
    return before && this.#stopped.length > 0;
  }

  /** Tells of each file that is not loaded, page by page. */
  async #tellRest(): Promise<void> {
    const { log, since, judge, emit } = this.#parts;
    for (let after: RelPath = ''; ;) {
      const rows = log.pageSince(since, after, PAGE);
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.path;
      for (const looked of await judge(rows)) {
        const { row, verdicts, files } = looked;
        if (verdicts.length === 0) continue;
        if (verdicts.every((verdict) => verdict === 'loaded')) {
          this.found(looked);
          continue;
        }
        const file = files.find(({ state }) => state === 'skipped') ?? files[0];
        // an error of the content before says nothing of this one
        const isOld = verdicts.includes('drop');
        const outcome = verdicts.includes('skipped') ? 'skipped' : 'not_loaded';
        this.#left++;
        if (outcome === 'skipped') this.#skipped++;
        else if (isOld) this.#unread++;
        this.#first ??= row.path;
        emit({
          type: 'load',
          path: row.path,
          outcome,
          pipeline: file?.pipeline,
          ...(file?.error !== undefined && !isOld && { error: file.error }),
        });
      }
    }
  }

  /** Files that may still be loaded. */
  get #waits(): number {
    return this.#left - this.#skipped - this.#unread;
  }

  #noneReads(): SyncError {
    const files = this.#readByNone;
    return new SyncError(
      'not_loaded',
      `everything was sent, but no pipeline reads ${files === 1 ? 'the file that was' : `any of the ${files} files that were`} sent, as ${printable(this.#firstReadByNone ?? '')}: compare the addresses with the pattern of the pipeline (SHOW CREATE PIPELINE), or name another one with --pipeline`,
      { verdict: 'end_run', details: { files } },
    );
  }

  #notLoaded(elapsedMs: number): SyncError {
    const { files } = this.report;
    const waits = this.#waits;
    const parts = [
      this.#skipped > 0 ? `${this.#skipped} skipped by a pipeline` : '',
      this.#unread > 0 ? `${this.#unread} changed after a pipeline had read it (--reload drop-file)` : '',
      waits > 0 ? `${waits} not loaded after ${duration(elapsedMs)}` : '',
    ].filter((part) => part !== '');
    const stopped = this.#stopped.map(({ pipeline }) => printable(pipeline)).join(', ');
    const why = stopped === '' || waits === 0 ? '' : `; no pipeline is running (${stopped}): START PIPELINE`;
    return new SyncError(
      'not_loaded',
      `everything was sent, but ${this.#left} of ${files} ${files === 1 ? 'file is' : 'files are'} not in the table: ${parts.join(', ')}; the first is ${printable(this.#first ?? '')}${why}`,
      { verdict: 'end_run', details: { files, skipped: this.#skipped, waiting: waits } },
    );
  }
}
