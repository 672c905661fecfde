import type { DataApi } from '../data-api/data-api.ts';
import { badReply } from '../data-api/database-errors.ts';
import type { Row, SqlValue } from '../data-api/replies.ts';
import { identifier, textLiteral } from '../data-api/sql-text.ts';
import { hasFact, isSyncError, SyncError } from '../model/errors.ts';
import type { RelPath } from '../model/path.ts';
import type { PipelineFile, PipelineInfo, Pipelines } from '../model/pipelines.ts';
import type { CallOptions } from '../model/ports.ts';
import { printable } from '../model/printable.ts';
import { fileStates, pathOfName, stateOf, text } from './file-states.ts';
import { namesThere, withKnownDatabases } from './known-names.ts';
import { pathBatches } from './path-batches.ts';
import { foundPipelines, tablesWithKey } from './pipeline-info.ts';

export interface SqlPipelinesOptions {
  /** For people, without credentials. */
  readonly label: string;
  /** Opens the way to the database when it is first asked; a failure is tried again by the next call. */
  readonly open: () => Promise<DataApi>;
  readonly database: string;
  /** Undefined: all pipelines of the database. */
  readonly pipeline: string | undefined;
  /** Closes what was opened for it. */
  readonly close: () => Promise<void>;
}

const READS = 'read what pipelines have loaded';

/** The pipelines of a database, as its views show them. */
export class SqlPipelines implements Pipelines {
  readonly label: string;
  readonly #options: SqlPipelinesOptions;
  #opened: Promise<DataApi> | undefined;
  /** Whether names of files begin with a slash there; undefined: none was seen yet. */
  #withSlash: boolean | undefined;

  constructor(options: SqlPipelinesOptions) {
    this.#options = options;
    this.label = options.label;
  }

  async states(
    paths: readonly RelPath[],
    call: CallOptions,
  ): Promise<ReadonlyMap<RelPath, readonly PipelineFile[]>> {
    const states = new Map<RelPath, readonly PipelineFile[]>();
    for (const batch of pathBatches(paths))
      for (const [path, files] of await this.#statesOf(batch, call)) states.set(path, files);
    return states;
  }

  async #statesOf(paths: readonly RelPath[], call: CallOptions): Promise<Map<RelPath, PipelineFile[]>> {
    const files = await this.#filesOf(paths, call);
    if (files.length === 0) return new Map();
    const names = (rows: readonly Row[]): string[] => rows.map((row) => text(row['FILE_NAME']) ?? '');
    const unclear = files.filter((row) => stateOf(row['FILE_STATE']) !== 'loaded');
    const [batches, errors] = await Promise.all([
      this.#select(
        `SELECT PIPELINE_NAME, BATCH_SOURCE_PARTITION_ID, BATCH_ID, BATCH_STATE FROM information_schema.PIPELINES_BATCHES`,
        { column: 'BATCH_SOURCE_PARTITION_ID', values: names(files) },
        call,
      ),
      unclear.length === 0
        ? []
        : this.#select(
            `SELECT PIPELINE_NAME, BATCH_SOURCE_PARTITION_ID, BATCH_ID, ERROR_UNIX_TIMESTAMP, ERROR_CODE, ERROR_MESSAGE, LOAD_DATA_LINE, LOAD_DATA_LINE_NUMBER FROM information_schema.PIPELINES_ERRORS`,
            {
              column: 'BATCH_SOURCE_PARTITION_ID',
              values: names(unclear),
              more: `AND ERROR_TYPE = 'Error' ORDER BY ERROR_UNIX_TIMESTAMP DESC LIMIT 10000`,
            },
            call,
          ),
    ]);
    return fileStates(paths, { files, batches, errors });
  }

  async #filesOf(paths: readonly RelPath[], call: CallOptions): Promise<readonly Row[]> {
    const rows = await this.#select(
      `SELECT PIPELINE_NAME, FILE_NAME, FILE_SIZE, FILE_STATE FROM information_schema.PIPELINES_FILES`,
      { column: 'FILE_NAME', values: paths.flatMap((path) => [path, `/${path}`]) },
      call,
    );
    for (const row of rows) this.#withSlash = (text(row['FILE_NAME']) ?? '').startsWith('/');
    return rows;
  }

  async pipelines(call: CallOptions): Promise<readonly PipelineInfo[]> {
    const { database, pipeline } = this.#options;
    const rows = await this.#rows(
      'SELECT PIPELINE_NAME, STATE, CONFIG_JSON FROM information_schema.PIPELINES WHERE DATABASE_NAME = ?',
      [database],
      call,
    );
    const all = foundPipelines(rows);
    const meant =
      pipeline === undefined
        ? all
        : all.filter((each) => each.pipeline.toLowerCase() === pipeline.toLowerCase());
    if (pipeline !== undefined && meant.length === 0)
      throw noPipeline(
        pipeline,
        database,
        all.map((each) => each.pipeline),
      );
    const keyed = await this.#tablesWithKey(
      meant.flatMap(({ table }) => table ?? []),
      call,
    );
    return meant.map((each) => ({
      ...each,
      hasUniqueKey:
        keyed === undefined || each.table === undefined ? undefined : keyed.has(each.table.toLowerCase()),
    }));
  }

  /** Undefined where the database does not tell. */
  async #tablesWithKey(
    tables: readonly string[],
    call: CallOptions,
  ): Promise<ReadonlySet<string> | undefined> {
    if (tables.length === 0) return new Set();
    try {
      const rows = await this.#rows(
        `SELECT TABLE_NAME, NON_UNIQUE FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? AND TABLE_NAME IN (${placeholders(tables)})`,
        [this.#options.database, ...tables],
        call,
      );
      return tablesWithKey(rows);
    } catch (error) {
      if (hasFact(error, 'refused')) return undefined;
      throw error;
    }
  }

  async dropFile(pipeline: string, path: RelPath, call: CallOptions): Promise<void> {
    // the name has to be the pipeline's own
    if (this.#withSlash === undefined) await this.#filesOf([path], call);
    const api = await this.#api();
    try {
      await api.execute(
        {
          sql: this.dropStatement(pipeline, path),
          database: this.#options.database,
          what: `make the pipeline ${pipeline} read ${path} again`,
        },
        call,
      );
    } catch (error) {
      if (!isUnknownFile(error)) throw error;
    }
  }

  dropStatement(pipeline: string, path: RelPath): string {
    const name = this.#withSlash === true ? `/${pathOfName(path)}` : pathOfName(path);
    return `ALTER PIPELINE ${identifier(pipeline)} DROP FILE ${textLiteral(name)}`;
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.close();
    await this.#options.close();
  }

  #select(
    select: string,
    where: { readonly column: string; readonly values: readonly string[]; readonly more?: string },
    call: CallOptions,
  ): Promise<Row[]> {
    const { database, pipeline } = this.#options;
    const { column, values, more = '' } = where;
    const ofPipeline = pipeline === undefined ? '' : 'AND PIPELINE_NAME = ? ';
    return this.#rows(
      `${select} WHERE DATABASE_NAME = ? ${ofPipeline}AND ${column} IN (${placeholders(values)}) ${more}`.trim(),
      [database, ...(pipeline === undefined ? [] : [pipeline]), ...values],
      call,
    );
  }

  async #rows(sql: string, args: readonly SqlValue[], call: CallOptions): Promise<Row[]> {
    const api = await this.#api();
    const { database } = this.#options;
    const rows = await api.rows({ sql, args, database, what: READS }, call).catch(async (error: unknown) => {
      throw await withKnownDatabases(error, api, { database, ...call });
    });
    // what answers another question would tell that no file was read yet, and so that what is read is new
    const columns = /^SELECT (.+?) FROM/.exec(sql)?.[1]?.split(', ') ?? [];
    if (rows.some((row) => columns.some((column) => !(column in row))))
      throw badReply(
        { what: READS, host: api.host, changes: false },
        'has rows without the columns that were asked for',
      );
    return rows;
  }

  #api(): Promise<DataApi> {
    const opened = (this.#opened ??= this.#options.open());
    opened.catch(() => {
      if (this.#opened === opened) this.#opened = undefined;
    });
    return opened;
  }
}

const placeholders = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

/** What it forgets is forgotten already. Names in quotes are not looked at: a pipeline may be called 'file'. */
const isUnknownFile = (error: unknown): boolean =>
  isSyncError(error) &&
  error.code === 'database_rejected' &&
  /\bfile\b.*(?:not found|does not exist|doesn't exist|no such|unknown)|(?:no such|unknown|not know the) file/i.test(
    String(error.details['text'] ?? '').replaceAll(/(?<!\w)(['"`]).*?\1(?!\w)/gs, ''),
  );

const noPipeline = (pipeline: string, database: string, known: readonly string[]): SyncError =>
  new SyncError(
    'database_missing',
    `The database ${printable(database)} has no pipeline ${printable(pipeline)}; ${namesThere(pipeline, known)}. Check --pipeline, or "pipeline" of the job, or leave it out.`,
    { verdict: 'end_run', fact: 'missing', operation: 'look_up' },
  );
