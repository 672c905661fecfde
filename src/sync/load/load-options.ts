import type { Pipelines } from '../../model/pipelines.ts';

/** What a pass does about the way of its files from the destination to the table. */
export interface LoadOptions {
  /** The database that reads the destination. Whoever opened it closes it. */
  readonly pipelines: Pipelines;
  /**
   * What is done about a file that a pipeline read before its content changed, and so does not read again. `warn`: it is named,
   * with the statement that would help. `drop-file`: the statement is sent, once the new content is confirmed. `new-name`: the
   * new content gets a name that no pipeline has read.
   */
  readonly reload: 'warn' | 'drop-file' | 'new-name';
  /** `remove`: a file that is loaded leaves the destination. The ledger keeps it as loaded, so that it is not sent again. */
  readonly afterLoad: 'keep' | 'remove';
  /** Sending pauses while more than this, in bytes, was sent and is not loaded. Undefined: there is no limit. */
  readonly maxUnloaded: number | undefined;
  /**
   * How long sending pauses, at most, with no file loaded meanwhile, in milliseconds; then the rest is left to the next run.
   * Undefined: until something is loaded, as in a watch.
   */
  readonly patienceMs: number | undefined;
  /**
   * How long the pass waits, at most, after everything was sent, until that is loaded, in milliseconds. What is not loaded then
   * ends it with `not_loaded`. Undefined: it does not wait.
   */
  readonly waitMs?: number | undefined;
  /** How late the views of the database may tell of a batch, in milliseconds. Default: VIEWS_LAG_MS. */
  readonly viewsLagMs?: number | undefined;
}

export const VIEWS_LAG_MS = 2000;
