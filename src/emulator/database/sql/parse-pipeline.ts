import { SqlError } from '../sql-error.ts';
import { parseLoad, readPipelineOption } from './parse-load.ts';
import type { PipelineChange, PipelineOptions, PipelineStatement } from './statements.ts';
import type { TokenReader } from './token-reader.ts';

/** After CREATE, and OR REPLACE. */
export function parseCreatePipeline(reader: TokenReader, orReplace: boolean): PipelineStatement {
  reader.take('AGGREGATOR');
  reader.expect('PIPELINE');
  const ifNotExists = reader.take('IF', 'NOT', 'EXISTS');
  const pipeline = reader.expectQualifiedName();
  reader.take('FORCE');
  reader.expect('AS', 'LOAD', 'DATA');
  return { kind: 'createPipeline', pipeline, orReplace, ifNotExists, ...parseLoad(reader) };
}

/** After START. */
export function parseStart(reader: TokenReader): PipelineStatement {
  if (reader.take('ALL', 'PIPELINES')) return { kind: 'startPipelines', which: 'all' };
  if (reader.take('FAILED', 'PIPELINES')) return { kind: 'startPipelines', which: 'failed' };
  reader.expect('PIPELINE');
  const ifNotRunning = reader.take('IF', 'NOT', 'RUNNING');
  const pipeline = reader.expectQualifiedName();
  if (!reader.take('FOREGROUND'))
    return { kind: 'startPipeline', pipeline, ifNotRunning, foreground: undefined };
  const batches = reader.take('LIMIT') ? reader.expectNumber() : undefined;
  if (batches !== undefined) reader.expectOneOf('BATCHES', 'BATCH');
  return { kind: 'startPipeline', pipeline, ifNotRunning, foreground: { batches } };
}

/** After STOP. */
export function parseStop(reader: TokenReader): PipelineStatement {
  if (reader.take('ALL', 'PIPELINES')) return { kind: 'stopPipelines' };
  reader.expect('PIPELINE');
  const ifRunning = reader.take('IF', 'RUNNING');
  const pipeline = reader.expectQualifiedName();
  return { kind: 'stopPipeline', pipeline, ifRunning, detach: reader.take('DETACH') };
}

/** After TEST. */
export function parseTest(reader: TokenReader): PipelineStatement {
  reader.expect('PIPELINE');
  const pipeline = reader.expectQualifiedName();
  return { kind: 'testPipeline', pipeline, rows: reader.take('LIMIT') ? reader.expectNumber() : 1 };
}

/** After ALTER PIPELINE. */
export function parseAlter(reader: TokenReader): PipelineStatement {
  const pipeline = reader.expectQualifiedName();
  return { kind: 'alterPipeline', pipeline, change: readChange(reader) };
}

function readChange(reader: TokenReader): PipelineChange {
  if (reader.take('DROP', 'FILE')) return { kind: 'dropFile', file: reader.expectString() };
  if (reader.take('DROP', 'ORPHAN', 'FILES')) return { kind: 'dropOrphanFiles' };
  if (!reader.take('SET'))
    throw new SqlError(
      1235,
      'ALTER PIPELINE: known are DROP FILE, DROP ORPHAN FILES, SET OFFSETS, SET BATCH_INTERVAL, SET MAX_PARTITIONS_PER_BATCH, SET MAX_RETRIES_PER_BATCH_PARTITION, SET STOP_ON_ERROR',
    );
  if (reader.take('OFFSETS')) {
    if (reader.take('EARLIEST')) return { kind: 'setOffsets', to: 'earliest' };
    if (reader.take('LATEST')) return { kind: 'setOffsets', to: 'latest' };
    return { kind: 'setOffsets', to: { json: reader.expectString() } };
  }
  let options = readPipelineOption(reader);
  if (options === undefined) throw reader.error('BATCH_INTERVAL, STOP_ON_ERROR or another option');
  for (let more = readPipelineOption(reader); more !== undefined; more = readPipelineOption(reader))
    options = { ...options, ...more };
  return { kind: 'setOptions', options: { ...NO_OPTIONS, ...options } };
}

const NO_OPTIONS: PipelineOptions = {
  batchInterval: undefined,
  maxPartitionsPerBatch: undefined,
  maxRetries: undefined,
  stopOnError: undefined,
};
