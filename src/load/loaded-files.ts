import type { RelPath } from '../model/path.ts';
import type { LoadError, PipelineFile } from '../model/pipelines.ts';

/** A file on a Stage. */
export interface StagedFile {
  /** From the top of the Stage. */
  readonly path: RelPath;
  readonly size: number;
  /** When it came there, in milliseconds since 1970; undefined where the Stage does not tell. */
  readonly sinceMs: number | undefined;
}

/**
 * `changed`: the pipeline read the name when the file had another size, and does not read it again by itself. `ignored`: its name
 * is not one that a pipeline reads.
 */
export type FileState = 'loaded' | 'unloaded' | 'skipped' | 'changed' | 'ignored';

/** What one pipeline says of a file; without a pipeline, none has found it yet. */
export interface FileRow extends StagedFile {
  readonly pipeline: string | undefined;
  readonly state: FileState;
  /** A batch that took the file goes on. */
  readonly underWay: boolean;
  readonly error: LoadError | undefined;
}

/**
 * A row for each pipeline that knows the file or, by its pattern, is still to read it: only when all have loaded it, it is loaded.
 * One row where there is no such pipeline; then `mayBeRead` tells whether one may come.
 */
export function fileRows(
  file: StagedFile,
  states: readonly PipelineFile[],
  { readers, mayBeRead }: { readonly readers: readonly string[]; readonly mayBeRead: boolean },
): FileRow[] {
  if (states.length === 0) {
    const state = mayBeRead ? 'unloaded' : 'ignored';
    return [{ ...file, pipeline: undefined, state, underWay: false, error: undefined }];
  }
  const known = states.map((each): FileRow => ({
    ...file,
    pipeline: each.pipeline,
    state: each.state === 'loaded' && isOther(file, each) ? 'changed' : each.state,
    underWay: each.underWay,
    error: each.error,
  }));
  const waits = readers.filter((name) => !states.some(({ pipeline }) => pipeline === name));
  return [
    ...known,
    ...waits.map((pipeline): FileRow => ({
      ...file,
      pipeline,
      state: 'unloaded',
      underWay: false,
      error: undefined,
    })),
  ];
}

const isOther = ({ size }: StagedFile, { size: seen }: PipelineFile): boolean =>
  seen !== undefined && seen !== size;

/** What somebody has to look at before all else, first. */
const WORST: readonly FileState[] = ['skipped', 'changed', 'unloaded', 'loaded', 'ignored'];

/** The state of a file in which several pipelines take part: it is loaded when all have loaded it. */
export const worstState = (rows: readonly FileRow[]): FileState =>
  WORST.find((state) => rows.some((row) => row.state === state)) ?? 'unloaded';

export interface LoadTotal extends Readonly<Record<FileState, number>> {
  readonly files: number;
  /** Of files that are to be loaded and are not. */
  readonly unloadedBytes: number;
  /** Of the files that are not loaded, the one that came first. */
  readonly oldest: Pick<StagedFile, 'path' | 'sinceMs'> | undefined;
}

/** Counts of files. Its size does not grow with them. */
export class LoadSums {
  readonly #counts = { loaded: 0, unloaded: 0, skipped: 0, changed: 0, ignored: 0 };
  #bytes = 0;
  #oldest: StagedFile | undefined;

  /** The rows of one file. */
  add(rows: readonly FileRow[]): void {
    const [row] = rows;
    if (row === undefined) return;
    const state = worstState(rows);
    this.#counts[state]++;
    if (state === 'loaded' || state === 'ignored') return;
    this.#bytes += row.size;
    const { sinceMs } = row;
    if (this.#oldest === undefined || (sinceMs ?? Infinity) < (this.#oldest.sinceMs ?? Infinity))
      this.#oldest = row;
  }

  get total(): LoadTotal {
    const counts = this.#counts;
    return {
      files: Object.values(counts).reduce((sum, count) => sum + count),
      ...counts,
      unloadedBytes: this.#bytes,
      oldest: this.#oldest && { path: this.#oldest.path, sinceMs: this.#oldest.sinceMs },
    };
  }
}
