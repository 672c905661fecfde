import { setTimeout as sleep } from 'node:timers/promises';
import { Pause } from '../pause.ts';
import { leafMessage } from '../pipelines/batch-log.ts';
import { FileLoader } from '../pipelines/load-file.ts';
import { nextBatch, pauseBeforeRetry } from '../pipelines/pipeline-runner.ts';
import type { PipelineContext } from '../pipelines/pipeline-context.ts';
import type { Pipeline } from '../pipelines/pipeline-store.ts';
import { dropOrphans, scanStage } from '../pipelines/scan.ts';
import { recordsOf } from '../reading/records.ts';
import { RowMaker } from '../reading/row-maker.ts';
import type { OpenFile } from '../reading/stage-files.ts';
import { noDatabase, SqlError } from '../sql-error.ts';
import type { LoadClause, PipelineChange } from '../sql/statements.ts';
import type { StoredValue } from '../tables/convert.ts';
import type { Table } from '../tables/table.ts';
import { DONE } from './result.ts';
import type { Result } from './result.ts';

const LOOK_MS = 10;

/** Starts it in the background. Error 1938, a number of ours, when it runs already. */
export async function startPipeline(
  { connection, pipelines }: PipelineContext,
  pipeline: Pipeline,
): Promise<void> {
  await connection.transaction(() => pipelines.setState(pipeline.id, 'Running'));
}

/** Resolves when no batch is under way; `detach`: at once. */
export async function stopPipeline(
  { connection, pipelines, signal }: PipelineContext,
  { id }: Pipeline,
  { detach }: { detach: boolean },
): Promise<void> {
  await connection.transaction(() => pipelines.setState(id, 'Stopped'));
  if (detach) return;
  while (pipelines.hasBatch(id)) await sleep(LOOK_MS, undefined, { signal });
}

/**
 * Loads what is there until nothing waits, or for so many batches. The first file that fails for the last time ends it with
 * that error. The pipeline is stopped afterwards.
 */
export async function runForeground(
  context: PipelineContext,
  pipeline: Pipeline,
  batches = Infinity,
): Promise<Result> {
  const { inForeground } = context;
  inForeground.add(pipeline.id);
  try {
    let rows = 0;
    await scanStage(context, pipeline);
    for (let done = 0; done < batches;) {
      const outcome = await nextBatch(context, pipeline, { isForeground: true });
      if (outcome === undefined) break;
      if (outcome.is === 'given_up') throw new SqlError(outcome.error.code, leafMessage(outcome.error));
      if (outcome.is === 'failed') {
        await pauseBeforeRetry(context, pipeline);
      } else {
        rows += outcome.rows;
        done++;
      }
    }
    return { rowsAffected: rows };
  } finally {
    inForeground.delete(pipeline.id);
  }
}

export async function alterPipeline(
  context: PipelineContext,
  pipeline: Pipeline,
  change: PipelineChange,
): Promise<Result> {
  const { connection, pipelines, now } = context;
  switch (change.kind) {
    case 'dropFile':
      return dropFile(context, pipeline, change.file.replace(/^\/+/, ''));
    case 'dropOrphanFiles':
      return { rowsAffected: await dropOrphans(context, pipeline) };
    case 'setOffsets':
      return setOffsets(context, pipeline, change.to);
    default:
      await connection.transaction(() => pipelines.setOptions(pipeline, change.options, now()));
      return DONE;
  }
}

/** The pipeline forgets the file, and finds it again when it looks at the Stage the next time. */
async function dropFile(
  { connection, pipelines, behaviour, signal }: PipelineContext,
  { id, name }: Pipeline,
  file: string,
): Promise<Result> {
  for (;;) {
    const done = await connection.transaction(() => {
      if (behaviour().dropFileInBatch === 'waits' && pipelines.isInBatch(id, file)) return false;
      if (!pipelines.forgetFile(id, file) && behaviour().dropUnknownFile === 'error')
        throw new SqlError(1941, `Pipeline '${name}' does not know the file '${file}'`);
      return true;
    });
    if (done) return { rowsAffected: 0 };
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** Earliest: all files are read again. Latest: what is on the Stage counts as loaded. Or so do the files of a JSON object. */
async function setOffsets(
  context: PipelineContext,
  pipeline: Pipeline,
  to: (PipelineChange & { kind: 'setOffsets' })['to'],
): Promise<Result> {
  const { connection, pipelines, stage } = context;
  if (to === 'earliest') {
    await connection.transaction(() => pipelines.forgetFiles(pipeline.id));
  } else if (to === 'latest') {
    await scanStage(context, pipeline, 'Loaded');
    await connection.transaction(() => pipelines.markAllLoaded(pipeline.id));
  } else {
    const names = namesOf(to.json);
    const opened = new Map<string, number>();
    for (const name of names) {
      const file = await stage.open(name);
      opened.set(name, file?.size ?? 0);
      await file?.close();
    }
    await connection.transaction(() => {
      for (const [name, size] of opened) pipelines.setFile(pipeline.id, name, { size, state: 'Loaded' });
    });
  }
  return { rowsAffected: 0 };
}

function namesOf(offsets: string): readonly string[] {
  try {
    const entries = Object.entries(JSON.parse(offsets) as Record<string, unknown>);
    return entries
      .filter(([, offset]) => offset !== null && offset !== 0)
      .map(([name]) => name.replace(/^\/+/, ''));
  } catch {
    throw new SqlError(
      1064,
      'SET OFFSETS: expected EARLIEST, LATEST or an object of JSON, as \'{"file.csv":1}\'',
    );
  }
}

/** Reads the first rows that would be loaded next, and loads nothing. None when everything is loaded. */
export async function testPipeline(
  context: PipelineContext,
  pipeline: Pipeline,
  limit: number,
): Promise<Result> {
  if (pipeline.state === 'Running')
    throw new SqlError(1938, `Pipeline '${pipeline.name}' is running: TEST needs one that is stopped`);
  const { pipelines, stage, connection, nowText, signal } = context;
  await scanStage(context, pipeline);
  const table = tableOf(context, pipeline.load, pipeline.database);
  const maker = new RowMaker(pipeline.load, table, { db: connection.writer, nowText });
  const pause = new Pause(signal);
  const rows: (readonly StoredValue[])[] = [];
  for (const { path } of pipelines.unloaded(pipeline.id, limit)) {
    const file = await stage.open(path);
    if (file === undefined || rows.length >= limit) continue;
    try {
      for await (const records of recordsOf(file, pipeline.load.file)) {
        for (const record of records) {
          const row = rows.length < limit ? maker.rowOf(record, path) : undefined;
          if (row !== undefined) rows.push(row);
        }
        await pause.ifDue();
        if (rows.length >= limit) break;
      }
    } finally {
      await file.close();
    }
  }
  const columns = table.columns.map(({ name, type }) => ({
    name,
    dataType: type.name.split(/[( ]/, 1)[0] ?? '',
  }));
  return { columns, rows: rows.map((row) => row.map(testValue)) };
}

function testValue(value: StoredValue) {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return typeof value === 'bigint' ? value.toString() : value;
}

export function tableOf({ tables }: PipelineContext, { table }: LoadClause, database: string | null): Table {
  const of = table.database ?? database;
  if (of === null) throw noDatabase();
  return tables.expect(of, table.name);
}

/** LOAD DATA: all files that fit, in one transaction. */
export async function loadOnce(
  context: PipelineContext,
  load: LoadClause,
  database: string | null,
): Promise<Result> {
  const { connection, stage, nowText, signal } = context;
  const table = tableOf(context, load, database);
  const pause = new Pause(signal);
  return connection.transaction(async () => {
    const options = { db: connection.writer, pause, nowText, onWarning: () => undefined };
    const loader = new FileLoader(load, table, options);
    let files = 0;
    for (const found of stage.find(load.files)) {
      files += found.length;
      for (const { path } of found) await loadOpened(loader, await stage.open(path));
    }
    if (files === 0)
      throw new SqlError(1934, `Cannot extract data. There is no file '${load.files}' on the Stage`);
    return { rowsAffected: loader.inserter.inserted + loader.inserter.updated };
  });
}

async function loadOpened(loader: FileLoader, file: OpenFile | undefined): Promise<void> {
  if (file === undefined) return;
  try {
    await loader.loadFile(file);
  } catch (error) {
    throw error instanceof SqlError ? new SqlError(error.code, leafMessage(error)) : error;
  } finally {
    await file.close();
  }
}
