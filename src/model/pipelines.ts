import type { RelPath } from './path.ts';
import type { CallOptions } from './ports.ts';

/**
 * What the pipelines of a database say of files on a Stage. A pipeline reads a file name once: content that comes later under
 * the same name is read only after the file was dropped from what the pipeline remembers. Paths are full paths from the top
 * of the Stage.
 *
 * Source: the views PIPELINES_FILES, PIPELINES_ERRORS and PIPELINES_BATCHES of information_schema, and ALTER PIPELINE.
 */
export interface Pipelines {
  /** For people: 'orders of shop at svc-1.example.com'; without credentials. */
  readonly label: string;
  /**
   * What each pipeline says of each of these files; a file that none of them has found yet is left out. One or a few requests,
   * however many paths.
   */
  states(
    paths: readonly RelPath[],
    call: CallOptions,
  ): Promise<ReadonlyMap<RelPath, readonly PipelineFile[]>>;
  /** The pipelines that are meant, with the tables they fill. Rejects with fact `missing` when a named one is not there. */
  pipelines(call: CallOptions): Promise<readonly PipelineInfo[]>;
  /** The pipeline reads the file again, with its next batch. A file it does not know is no error. */
  dropFile(pipeline: string, path: RelPath, call: CallOptions): Promise<void>;
  /** What `dropFile` sends, for people who send it themselves: "ALTER PIPELINE `orders` DROP FILE 'orders/a.csv'". */
  dropStatement(pipeline: string, path: RelPath): string;
  close(): Promise<void>;
}

export type LoadState = 'unloaded' | 'loaded' | 'skipped';

/** One file, as one pipeline sees it. */
export interface PipelineFile {
  readonly pipeline: string;
  readonly state: LoadState;
  /** Bytes, as the pipeline saw them. */
  readonly size: number | undefined;
  /**
   * Grows with each batch that took the file: equal before and after means that it was not read in between. Undefined where the
   * database does not tell.
   */
  readonly lastBatch: number | undefined;
  /** A batch that took the file goes on: what it read is not known yet. */
  readonly underWay: boolean;
  /** Of a skipped file, and of one whose batches fail: the last error. */
  readonly error: LoadError | undefined;
}

export interface LoadError {
  readonly code: number | undefined;
  readonly message: string;
  /** The number of the line, from 1. */
  readonly line: number | undefined;
  readonly column: string | undefined;
  /** The line itself, shortened. */
  readonly text: string | undefined;
  /** Milliseconds since 1970. */
  readonly atMs: number | undefined;
}

export interface PipelineInfo {
  readonly pipeline: string;
  readonly state: 'running' | 'stopped' | 'error';
  readonly table: string | undefined;
  /** Whether the table has a primary or unique key, so that rows that are loaded again do not double. Undefined: not told. */
  readonly hasUniqueKey: boolean | undefined;
  /** The pattern of the files it reads: 'orders/*.csv'. */
  readonly files: string | undefined;
}
/** What became of a file on its way to a table, as the event `load` has it. Not escaped. */
export interface NotLoaded {
  readonly outcome: 'loaded' | 'skipped' | 'not_loaded';
  readonly pipeline?: string | undefined;
  readonly error?: LoadError | undefined;
}

/** Why a file is not in its table; stands beside its path. */
export function notLoadedText({ outcome, pipeline, error }: NotLoaded): string {
  const what =
    pipeline === undefined
      ? 'no pipeline has found it'
      : outcome === 'skipped'
        ? `skipped by ${pipeline}`
        : `${pipeline} has not loaded it yet`;
  return error === undefined ? what : `${what}: ${loadErrorText(error)}`;
}

/** 'line 3, column qty: Invalid …' */
export function loadErrorText({ message, line, column, code }: LoadError): string {
  const where = [
    line === undefined ? '' : `line ${line}`,
    // the message mostly names it
    column === undefined || message.includes(column) ? '' : `column ${column}`,
  ].filter((part) => part !== '');
  const said = message === '' ? `error ${code ?? 'unknown'}` : message;
  return where.length === 0 ? said : `${where.join(', ')}: ${said}`;
}
