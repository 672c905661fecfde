import type { Problem } from '../../model/entry.ts';
import { messageOf } from '../../model/errors.ts';
import type { SyncEvent } from '../../model/events.ts';
import type { RelPath } from '../../model/path.ts';
import type { PipelineFile, PipelineInfo, Pipelines } from '../../model/pipelines.ts';
import type { Clock } from '../../model/ports.ts';
import { sameAtDestination } from '../compare/decide.ts';
import type { FreshLooks } from '../execute/looks/fresh-looks.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LoadLog } from './load-log.ts';
import type { LoadRow, Readers } from './load-row.ts';
import type { LoadOptions } from './load-options.ts';
import type { Renames } from './renames.ts';

/** A file that a pipeline read before its content changed. */
export interface Reload {
  readonly row: LoadRow;
  readonly readers: Readers;
  readonly file: PipelineFile;
  readonly info: PipelineInfo | undefined;
  /** Whether the statement was sent before is not known. */
  readonly isAgain: boolean;
}

export interface ReloadParts {
  readonly pipelines: Pipelines;
  readonly reload: LoadOptions['reload'];
  readonly log: LoadLog;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Full path of the target folder. */
  readonly root: RelPath;
  readonly looks: FreshLooks;
  readonly renames: Renames;
  /** The pipelines that may read a file of this name. */
  readonly readersOf: (name: RelPath) => readonly PipelineInfo[];
  readonly signal: AbortSignal;
  readonly emit: (event: SyncEvent) => void;
  readonly onProblem: (path: RelPath, problem: Problem) => void;
}

/** Statements that are under way at the same time. */
const AT_ONCE = 8;

/**
 * Makes pipelines read files again, or names those files. A statement is an intent: it is written down before it is sent and
 * after it was answered, so that after a kill it is sent again only where the file was not read since.
 */
export class Reloads {
  readonly #parts: ReloadParts;
  readonly #warned = new Set<string>();
  readonly #named = new Set<string>();
  /** Statements that this pass sent. */
  sent = 0;

  constructor(parts: ReloadParts) {
    this.#parts = parts;
  }

  /** Resolves with how many could not be done now. Rejects where the database is away. */
  async make(reloads: readonly Reload[]): Promise<number> {
    if (this.#parts.reload === 'warn') {
      for (const reload of reloads) this.#name(reload);
      return reloads.length;
    }
    const ready: Reload[] = [];
    for (const reload of reloads) if (await this.#isThere(reload.row)) ready.push(reload);
    if (this.#parts.reload === 'new-name') return reloads.length - (await this.#rename(ready));
    for (const { info, file } of ready) this.#warn(file.pipeline, info);
    this.#writeDown(ready);
    await inLanes(ready, (reload) => this.#send(reload));
    return reloads.length - ready.length;
  }

  /** A pipeline must not read what is not there, or what somebody else has put there. */
  async #isThere({ path, isKnown, isConfirmed }: LoadRow): Promise<boolean> {
    const { ledger, looks } = this.#parts;
    const row = ledger.get(path);
    if (!isKnown || row === undefined) return false;
    const look = await looks.at(path);
    if (!('shown' in look) || look.shown === undefined || !sameAtDestination(look.shown, row)) return false;
    // a look shows as much as the listing that would confirm it
    if (!isConfirmed) ledger.confirm(path, look.shown.modifiedMs);
    return true;
  }

  /** One new name for each file, for all pipelines that read it. Resolves with how many readings this is. */
  async #rename(reloads: readonly Reload[]): Promise<number> {
    const { renames, readersOf, root, emit } = this.#parts;
    let renamed = 0;
    await inLanes([...Map.groupBy(reloads, ({ row }) => row.path).values()], async (ofFile) => {
      const [{ row }] = ofFile as [Reload];
      const readers = readersOf(root + row.name);
      for (const info of readers) this.#warn(info.pipeline, info);
      const name = await renames.give(row, readers);
      if (name === undefined) return;
      renamed += ofFile.length;
      this.sent += ofFile.length;
      for (const { file } of ofFile)
        emit({ type: 'reload', path: row.path, pipeline: file.pipeline, name, sent: true });
    });
    return renamed;
  }

  #writeDown(reloads: readonly Reload[]): void {
    const { ledger, log, clock } = this.#parts;
    if (reloads.length === 0) return;
    ledger.transaction(() => {
      for (const { row, readers, file } of reloads)
        log.see(row, withDrop(readers, file, { atMs: clock.now() }));
    });
  }

  async #send({ row, readers, file, isAgain }: Reload): Promise<void> {
    const { pipelines, log, clock, root, signal, emit, onProblem } = this.#parts;
    const { pipeline } = file;
    if (isAgain) onProblem(row.path, repeated(pipeline));
    const path = root + row.name;
    await pipelines.dropFile(pipeline, path, { signal });
    log.see(row, withDrop(readers, file, { atMs: clock.now(), sent: true }));
    this.sent++;
    const statement = pipelines.dropStatement(pipeline, path);
    emit({ type: 'reload', path: row.path, pipeline, statement, sent: true });
  }

  #name({ row: { path, name }, file: { pipeline } }: Reload): void {
    const { pipelines, root, emit, onProblem } = this.#parts;
    const key = `${pipeline}\n${path}`;
    if (this.#named.has(key)) return;
    this.#named.add(key);
    const statement = pipelines.dropStatement(pipeline, root + name);
    emit({ type: 'reload', path, pipeline, statement, sent: false });
    onProblem(path, notReloaded(pipeline, statement));
  }

  #warn(pipeline: string, info: PipelineInfo | undefined): void {
    if (info?.hasUniqueKey === true || this.#warned.has(pipeline)) return;
    this.#warned.add(pipeline);
    this.#parts.onProblem('', mayDouble(pipeline, info));
  }
}

/** Several at a time. After the first error nothing more is begun; it counts once what is under way has ended. */
async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  let failed: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    for (const item of queue) {
      if (failed !== undefined) return;
      await work(item).catch((error: unknown) => void (failed ??= { error }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  if (failed !== undefined) throw failed.error;
}

/** With a statement for one pipeline; the views of a file before may tell of several. */
const withDrop = (
  readers: Readers,
  { pipeline, lastBatch }: PipelineFile,
  drop: { readonly atMs: number; readonly sent?: true },
): Readers => ({ ...readers, [pipeline]: { drop: { batch: lastBatch ?? null, ...drop } } });

const notReloaded = (pipeline: string, statement: string): Problem => ({
  code: 'not_reloaded',
  severity: 'warning',
  message: `changed after the pipeline ${pipeline} had read it, and is not read again by itself: ${statement}, or --reload drop-file`,
});

const repeated = (pipeline: string): Problem => ({
  code: 'reload_repeated',
  severity: 'warning',
  message: `the pipeline ${pipeline} is told once more to read it again: whether it was told before an earlier run ended is not known`,
});

const mayDouble = (pipeline: string, info: PipelineInfo | undefined): Problem => ({
  code: 'rows_may_double',
  severity: 'warning',
  message: `files are read again by the pipeline ${pipeline}, and ${info?.table === undefined ? 'its table' : `the table ${info.table}`} ${info?.hasUniqueKey === false ? 'has no primary or unique key' : 'is not known to have a primary or unique key'}: rows that were loaded from them before stay, beside those that come now`,
});

/** The database did not answer: what is owed stays in the ledger. */
export const loadUnknown = (error: unknown, label: string): Problem => ({
  code: 'load_unknown',
  severity: 'warning',
  message: `what has been loaded could not be found out from ${label}: ${messageOf(error).replace(/\.$/, '')}; what is to be read again, or to leave, is left to the next run`,
});
