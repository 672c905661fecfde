import { setTimeout as sleep } from 'node:timers/promises';
import { Pause } from '../pause.ts';
import { extractError } from '../reading/record.ts';
import type { OpenFile } from '../reading/stage-files.ts';
import { SqlError, unknownTable } from '../sql-error.ts';
import type { BatchCounts } from './batch-log.ts';
import { FileLoader } from './load-file.ts';
import type { Pipeline, PipelineFile } from './pipeline-store.ts';
import type { PipelineContext } from './pipeline-context.ts';

export type BatchOutcome =
  | { readonly is: 'loaded'; readonly rows: number }
  | { readonly is: 'failed'; readonly error: SqlError }
  /** The batch failed for the last time: its file is skipped, or the pipeline has stopped. */
  | { readonly is: 'given_up'; readonly error: SqlError };

interface Partition {
  readonly file: PipelineFile;
  /** Undefined: the file has gone. */
  readonly opened: OpenFile | undefined;
}

/** What a file's failure is told with. */
class PartitionError extends Error {
  readonly partition: number;
  readonly error: SqlError;

  constructor(partition: number, error: SqlError) {
    super(error.message);
    this.partition = partition;
    this.error = error;
  }
}

const NOTHING: BatchCounts = { inserted: 0, updated: 0, bytes: 0 };

/** Files that are loaded together, all or none. Their content is what they had when the batch began. */
export async function runBatch(
  context: PipelineContext,
  pipeline: Pipeline,
  files: readonly PipelineFile[],
  { isForeground }: { isForeground: boolean },
): Promise<BatchOutcome> {
  const { connection, log, stage, behaviour, signal } = context;
  const partitions: Partition[] = [];
  try {
    for (const file of files) partitions.push({ file, opened: await stage.open(file.path) });
    const batch = await connection.transaction(() => log.begin(pipeline.id, files));
    try {
      await sleep(behaviour().batchMs, undefined, { signal });
      const rows = await connection.transaction(() => loadAll(context, pipeline, { batch, partitions }));
      return { is: 'loaded', rows };
    } catch (error) {
      const failure = failureOf(error);
      if (failure === undefined) {
        await connection.transaction(() => cancel(context, batch, partitions));
        throw error;
      }
      return await connection.transaction(() =>
        fail(context, pipeline, { batch, partitions, failure, isForeground }),
      );
    }
  } finally {
    for (const { opened } of partitions) await opened?.close();
  }
}

async function loadAll(
  { connection, log, pipelines, tables, behaviour, nowText, signal }: PipelineContext,
  pipeline: Pipeline,
  { batch, partitions }: { batch: number; partitions: readonly Partition[] },
): Promise<number> {
  const { database = pipeline.database, name } = pipeline.load.table;
  const table = tables.get(database, name);
  if (table === undefined) throw new PartitionError(0, unknownTable(database, name));
  let current = 0;
  const onWarning = (error: SqlError, { path }: OpenFile): void =>
    log.addError({ pipeline: pipeline.id, batch, partition: current, file: path, type: 'Warning', error });
  const pause = new Pause(signal);
  let bytes = 0;
  try {
    const loader = new FileLoader(pipeline.load, table, { db: connection.writer, pause, nowText, onWarning });
    for (const [partition, { file, opened }] of partitions.entries()) {
      current = partition;
      if (opened === undefined) throw extractError(`${file.path} is not on the Stage`);
      if (file.attempts < behaviour().batchFailures)
        throw extractError('the batch fails because batchFailures says so');
      const rows = await loader.loadFile(opened);
      bytes += opened.size;
      log.endPartition(batch, partition, 'Succeeded', { rows, size: opened.size });
      pipelines.setFile(pipeline.id, file.path, { size: opened.size, state: 'Loaded' });
    }
    const { inserted, updated } = loader.inserter;
    log.end(batch, 'Succeeded', { inserted, updated, bytes });
    return inserted + updated;
  } catch (error) {
    throw error instanceof SqlError ? new PartitionError(current, error) : error;
  }
}

const failureOf = (error: unknown): PartitionError | undefined =>
  error instanceof PartitionError ? error : undefined;

interface Failed {
  readonly batch: number;
  readonly partitions: readonly Partition[];
  readonly failure: PartitionError;
  readonly isForeground: boolean;
}

/** After so many repetitions the file is skipped, or the pipeline stops; in the foreground it only ends. */
function fail(
  context: PipelineContext,
  pipeline: Pipeline,
  { batch, partitions, failure, isForeground }: Failed,
): BatchOutcome {
  const { log, pipelines } = context;
  const { partition, error } = failure;
  const { file } = partitions[partition]!;
  for (const [at, { file: each, opened }] of partitions.entries())
    log.endPartition(batch, at, at === partition ? 'Failed' : 'Cancelled', {
      rows: null,
      size: opened?.size ?? each.size,
    });
  log.end(batch, 'Failed', NOTHING);
  log.addError({ pipeline: pipeline.id, batch, partition, file: file.path, type: 'Error', error });
  const attempts = pipelines.countAttempt(pipeline.id, file.path);
  if (attempts <= context.maxRetries(pipeline)) return { is: 'failed', error };
  if (isForeground) return { is: 'given_up', error };
  if (context.stopsOnError(pipeline)) pipelines.setState(pipeline.id, 'Error');
  else pipelines.skipFile(pipeline.id, file.path);
  return { is: 'given_up', error };
}

/** The process ends, or something that is no error of SQL happened: it is as if the batch had not begun. */
function cancel({ log }: PipelineContext, batch: number, partitions: readonly Partition[]): void {
  for (const [at, { file }] of partitions.entries())
    log.endPartition(batch, at, 'Cancelled', { rows: null, size: file.size });
  log.end(batch, 'Cancelled', NOTHING);
}
