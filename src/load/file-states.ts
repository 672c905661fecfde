import type { Row, SqlValue } from '../data-api/replies.ts';
import type { RelPath } from '../model/path.ts';
import type { LoadError, LoadState, PipelineFile } from '../model/pipelines.ts';

/** What the three views say of some files, before it is put together. */
export interface ViewRows {
  readonly files: readonly Row[];
  readonly errors: readonly Row[];
  readonly batches: readonly Row[];
}

/** FILE_NAME may begin with a slash, or not. */
export const pathOfName = (name: string): RelPath => name.replace(/^\/+/, '');

/**
 * What each pipeline says of each of the files that were asked for. The views compare names without regard to case: rows of other
 * files are left out.
 */
export function fileStates(
  paths: readonly RelPath[],
  { files, errors, batches }: ViewRows,
): Map<RelPath, PipelineFile[]> {
  const asked = new Set(paths);
  const lastErrors = latestErrors(errors);
  const lastBatches = latestBatches(batches);
  const states = new Map<RelPath, PipelineFile[]>();
  for (const row of files) {
    const path = pathOfName(text(row['FILE_NAME']) ?? '');
    if (!asked.has(path)) continue;
    const pipeline = text(row['PIPELINE_NAME']) ?? '';
    const key = keyOf(pipeline, path);
    const state = stateOf(row['FILE_STATE']);
    const batch = lastBatches.get(key);
    const file: PipelineFile = {
      pipeline,
      state,
      size: number(row['FILE_SIZE']),
      lastBatch: batch?.id,
      underWay: batch?.underWay ?? false,
      error: state === 'loaded' ? undefined : lastErrors.get(key)?.error,
    };
    const known = states.get(path);
    if (known === undefined) states.set(path, [file]);
    else known.push(file);
  }
  return states;
}

/** A word that is not known is of a later release: the file is not known to be loaded. */
export function stateOf(word: SqlValue | undefined): LoadState {
  const state = text(word)?.toLowerCase();
  return state === 'loaded' || state === 'skipped' ? state : 'unloaded';
}

const keyOf = (pipeline: string, path: RelPath): string => `${pipeline}\n${path}`;
const keyOfRow = (row: Row): string =>
  keyOf(text(row['PIPELINE_NAME']) ?? '', pathOfName(text(row['BATCH_SOURCE_PARTITION_ID']) ?? ''));

interface Told {
  readonly batch: number;
  readonly error: LoadError;
}

/**
 * The last error of each file. An error of a leaf is told twice, by the leaf and by the aggregator: of one batch, the row that
 * names the line counts.
 */
function latestErrors(rows: readonly Row[]): Map<string, Told> {
  const latest = new Map<string, Told>();
  for (const row of rows) {
    const key = keyOfRow(row);
    const told = { batch: number(row['BATCH_ID']) ?? 0, error: errorOf(row) };
    const known = latest.get(key);
    if (known === undefined || isBetter(told, known)) latest.set(key, told);
  }
  return latest;
}

function isBetter(one: Told, other: Told): boolean {
  if (one.batch !== other.batch) return one.batch > other.batch;
  const lines = [one, other].map(({ error }) => error.line !== undefined);
  if (lines[0] !== lines[1]) return lines[0] === true;
  return (one.error.atMs ?? 0) > (other.error.atMs ?? 0);
}

/** Characters of a line that are kept. */
const MOST_TEXT = 200;

/** What the row of a leaf has before the sentence that the aggregator's row has too. */
const LEAF = /^(?:Leaf Error \([^)]*\): *)+/i;

function errorOf(row: Row): LoadError {
  const message = (text(row['ERROR_MESSAGE']) ?? '').replace(LEAF, '');
  const seconds = number(row['ERROR_UNIX_TIMESTAMP']);
  const line = number(row['LOAD_DATA_LINE_NUMBER']);
  const content = text(row['LOAD_DATA_LINE']);
  return {
    code: number(row['ERROR_CODE']),
    message,
    // the aggregator's row has a line number of 0, or none
    line: line === 0 ? undefined : line,
    column: /\bcolumn '([^']+)'/i.exec(message)?.[1],
    text: content === undefined || content === '' ? undefined : content.slice(0, MOST_TEXT),
    atMs: seconds === undefined ? undefined : Math.round(seconds * 1000),
  };
}

interface LastBatch {
  readonly id: number;
  readonly underWay: boolean;
}

const GOES_ON: ReadonlySet<string> = new Set(['in progress', 'queued']);

function latestBatches(rows: readonly Row[]): Map<string, LastBatch> {
  const latest = new Map<string, LastBatch>();
  for (const row of rows) {
    const id = number(row['BATCH_ID']);
    if (id === undefined) continue;
    const key = keyOfRow(row);
    const underWay = GOES_ON.has(text(row['BATCH_STATE'])?.toLowerCase() ?? '');
    const known = latest.get(key);
    latest.set(key, {
      id: Math.max(id, known?.id ?? id),
      underWay: underWay || known?.underWay === true,
    });
  }
  return latest;
}

export const text = (value: SqlValue | undefined): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

/** Large numbers and decimals may come as text. */
export function number(value: SqlValue | undefined): number | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const read = Number(value);
  return Number.isFinite(read) ? read : undefined;
}
