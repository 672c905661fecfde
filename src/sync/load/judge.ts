import type { PipelineFile } from '../../model/pipelines.ts';
import { CLOCK_BACK_MS } from './load-row.ts';
import type { LoadRow, Reader } from './load-row.ts';

/** How far one file is on its way into the table of one pipeline. */
export type LoadVerdict =
  /** The views may not tell yet what was read before the file came. */
  | 'early'
  /** A batch is under way: what it read is not known yet. */
  | 'under_way'
  /** Not read yet; what will be read is this content. */
  | 'unread'
  /** Other content was read under this name: this content is not read by itself. */
  | 'drop'
  /** The same, but whether the statement was sent before is not known. */
  | 'drop_again'
  | 'loaded'
  | 'skipped';

export interface Times {
  readonly nowMs: number;
  /** How late views may tell of a batch. */
  readonly lagMs: number;
}

/**
 * Judges what a pipeline shows of a file. `file` is undefined where the pipeline does not know the name. Pure: the same view, the
 * same verdict.
 */
export function judge(
  row: LoadRow,
  reader: Reader,
  file: PipelineFile | undefined,
  times: Times,
): LoadVerdict {
  const { nowMs, lagMs } = times;
  if (file?.underWay === true) return 'under_way';
  const isEarly = row.replaced && nowMs < row.arrivedMs + lagMs;
  if (file === undefined || file.state === 'unloaded')
    return isEarly && reader.fresh === undefined ? 'early' : 'unread';
  if (reader.drop !== undefined) return judgeDropped(row, reader.drop, file, times);
  const isOther = file.size !== undefined && file.size !== row.size;
  const { fresh, old } = reader;
  const isThis = fresh === true || !row.replaced || (old !== undefined && isOtherBatch(file, old));
  if (isThis && !isOther) return stateOf(file);
  return isEarly ? 'early' : 'drop';
}

const stateOf = ({ state }: PipelineFile): LoadVerdict => (state === 'unloaded' ? 'unread' : state);

/**
 * Batches of a pipeline only grow in number: a lower one is of a pipeline that was made anew under the name since then, and so
 * it has read what is there since then.
 */
const isOtherBatch = ({ lastBatch }: PipelineFile, before: number): boolean =>
  lastBatch !== undefined && lastBatch !== before;

/** The pipeline was told, or was about to be told, to read the file again. */
function judgeDropped(
  row: LoadRow,
  drop: NonNullable<Reader['drop']>,
  file: PipelineFile,
  { nowMs, lagMs }: Times,
): LoadVerdict {
  const { batch } = drop;
  const tells = file.lastBatch !== undefined && batch !== null;
  const isEarly = nowMs < drop.atMs + lagMs && nowMs > drop.atMs - CLOCK_BACK_MS;
  // without batches, what is shown right after the statement may be of before it
  const isReadSince = tells ? isOtherBatch(file, batch) : drop.sent === true && !isEarly;
  if (isReadSince) {
    // were it sent once more whenever the sizes differ, rows might double without end
    const isOther = file.size !== undefined && file.size !== row.size;
    return isOther ? 'unread' : stateOf(file);
  }
  if (isEarly) return 'early';
  if (drop.sent === true) return 'unread';
  return tells ? 'drop' : 'drop_again';
}

/** What is kept of a reader after a look at it. */
export function readerAfter(reader: Reader, file: PipelineFile | undefined, verdict: LoadVerdict): Reader {
  if (verdict === 'drop' && file?.lastBatch !== undefined) return { ...reader, old: file.lastBatch };
  const isUnread = file === undefined || file.state === 'unloaded';
  if (verdict !== 'unread' || !isUnread || reader.fresh === true) return reader;
  return { fresh: true };
}
