import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../http/refusal.ts';
import type { GroupDatabase } from '../group-database.ts';
import { noDatabase, SqlError } from '../sql-error.ts';
import { parseStatement } from '../sql/parse.ts';
import type { PipelineStatement, Statement } from '../sql/statements.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import type { Pipeline } from '../pipelines/pipeline-store.ts';
import {
  alterPipeline,
  loadOnce,
  runForeground,
  startPipeline,
  stopPipeline,
  tableOf,
  testPipeline,
} from './pipeline-statements.ts';
import { selectRows } from './query.ts';
import { DONE, textColumns } from './result.ts';
import type { Result, SqlSession } from './result.ts';
import { describeTable, insertRows, showCreateTable } from './table-statements.ts';

/** Carries out one statement. Throws an SqlError. */
export function execute(group: GroupDatabase, sql: string, session: SqlSession): Promise<Result> {
  return new Execution(group, sql, session).run();
}

class Execution {
  readonly #group: GroupDatabase;
  readonly #sql: string;
  readonly #session: SqlSession;

  constructor(group: GroupDatabase, sql: string, session: SqlSession) {
    this.#group = group;
    this.#sql = sql;
    this.#session = session;
  }

  async run(): Promise<Result> {
    const statement = parseStatement(this.#sql);
    const { tables, pipelines } = this.#group.pipelines;
    switch (statement.kind) {
      case 'select':
        return selectRows(
          statement.query,
          this.#group.queries({ ofViews: readsViews(statement.query) }),
          this.#session,
        );
      case 'describe':
        return describeTable(tables.expect(...this.#nameOf(statement.table)));
      case 'showCreateTable':
        return showCreateTable(tables.expect(...this.#nameOf(statement.table)));
      case 'showCreatePipeline': {
        const { name, sql } = this.#pipelineOf(statement.pipeline);
        return { columns: textColumns('Pipeline', 'Create Pipeline'), rows: [[name, sql]] };
      }
      case 'showTables':
        return this.#showTables(statement);
      case 'showPipelines': {
        const rows = pipelines
          .list(this.#databaseOf(statement.database))
          .map(({ name, state }) => [name, state]);
        return {
          columns: textColumns(`Pipelines_in_${this.#databaseOf(statement.database)}`, 'State'),
          rows,
        };
      }
      case 'createTable':
      case 'dropTable':
      case 'truncate':
      case 'insert':
        return this.#changeTable(statement);
      case 'load':
        return loadOnce(this.#group.pipelines, statement.load, this.#session.database);
      default: {
        const result = await this.#changePipeline(statement);
        this.#group.runner.changed();
        return result;
      }
    }
  }

  async #changeTable(
    statement: Statement & { kind: 'createTable' | 'dropTable' | 'truncate' | 'insert' },
  ): Promise<Result> {
    const { connection, tables, now, nowText } = this.#group.pipelines;
    return connection.transaction(() => {
      if (statement.kind === 'dropTable') {
        for (const table of statement.tables) tables.drop(...this.#nameOf(table), statement);
        return DONE;
      }
      const [database, name] = this.#nameOf(statement.table);
      if (statement.kind === 'createTable') {
        tables.create(
          { database, name, ...statement.definition },
          { ifNotExists: statement.ifNotExists, now: now() },
        );
        return DONE;
      }
      const table = tables.expect(database, name);
      if (statement.kind === 'truncate') return { rowsAffected: tables.truncate(table) };
      const queries = this.#group.queries({ ofViews: false });
      return insertRows(
        { ...statement, table },
        { writer: connection.writer, connection: queries, session: this.#session, nowText },
      );
    });
  }

  async #changePipeline(statement: PipelineStatement): Promise<Result> {
    const { connection, pipelines } = this.#group.pipelines;
    switch (statement.kind) {
      case 'createPipeline':
        return this.#createPipeline(statement);
      case 'startPipelines':
      case 'stopPipelines':
        return this.#changeAll(statement);
      case 'clearErrors':
        return this.#clearErrors(statement.pipeline);
      case 'dropPipeline': {
        const isThere = pipelines.find(...this.#nameOf(statement.pipeline)) !== undefined;
        if (!isThere && statement.ifExists) return DONE;
        const pipeline = this.#pipelineOf(statement.pipeline);
        await stopPipeline(this.#group.pipelines, pipeline, { detach: false });
        await connection.transaction(() => pipelines.drop(pipeline.id));
        return DONE;
      }
      case 'startPipeline':
        return this.#start(this.#pipelineOf(statement.pipeline), statement);
      case 'stopPipeline': {
        const pipeline = this.#pipelineOf(statement.pipeline);
        if (pipeline.state !== 'Running' && !statement.ifRunning)
          throw new SqlError(1939, `Cannot stop pipeline '${pipeline.name}': it is not running`);
        await stopPipeline(this.#group.pipelines, pipeline, statement);
        return DONE;
      }
      case 'testPipeline':
        return testPipeline(this.#group.pipelines, this.#pipelineOf(statement.pipeline), statement.rows);
      default:
        return alterPipeline(this.#group.pipelines, this.#pipelineOf(statement.pipeline), statement.change);
    }
  }

  async #createPipeline(statement: PipelineStatement & { kind: 'createPipeline' }): Promise<Result> {
    const { connection, pipelines, now } = this.#group.pipelines;
    const [database, name] = this.#nameOf(statement.pipeline);
    const { load, options } = statement;
    const existing = pipelines.find(database, name);
    if (existing !== undefined && statement.ifNotExists) return DONE;
    if (existing !== undefined && !statement.orReplace)
      throw new SqlError(1936, `Pipeline '${name}' already exists`);
    tableOf(this.#group.pipelines, load, database);
    if (existing !== undefined) await stopPipeline(this.#group.pipelines, existing, { detach: false });
    await connection.transaction(() => {
      if (existing !== undefined) pipelines.drop(existing.id);
      pipelines.create({ database, name, sql: this.#sql, load, options }, now());
    });
    return DONE;
  }

  async #start(
    pipeline: Pipeline,
    { ifNotRunning, foreground }: PipelineStatement & { kind: 'startPipeline' },
  ): Promise<Result> {
    if (pipeline.state === 'Running' || this.#group.pipelines.inForeground.has(pipeline.id)) {
      if (ifNotRunning) return DONE;
      throw new SqlError(1938, `Cannot start pipeline '${pipeline.name}': it is running already`);
    }
    if (foreground === undefined) {
      await startPipeline(this.#group.pipelines, pipeline);
      return DONE;
    }
    if (!this.#group.isLeader)
      throw new SqlError(
        1235,
        'another process runs the pipelines of this data folder: START PIPELINE without FOREGROUND',
      );
    const running = runForeground(this.#group.pipelines, pipeline, foreground.batches);
    return unlessTooLong(running, this.#group.pipelines.behaviour().foregroundTimeoutMs);
  }

  async #changeAll(
    statement: PipelineStatement & { kind: 'startPipelines' | 'stopPipelines' },
  ): Promise<Result> {
    for (const pipeline of this.#group.pipelines.pipelines.list(this.#databaseOf(undefined))) {
      if (statement.kind === 'stopPipelines') {
        if (pipeline.state === 'Running')
          await stopPipeline(this.#group.pipelines, pipeline, { detach: false });
      } else if (statement.which === 'all' ? pipeline.state !== 'Running' : pipeline.state === 'Error') {
        await startPipeline(this.#group.pipelines, pipeline);
      }
    }
    return DONE;
  }

  async #clearErrors(name: QualifiedName | undefined): Promise<Result> {
    const { connection, pipelines } = this.#group.pipelines;
    const all = name === undefined ? pipelines.list(this.#databaseOf(undefined)) : [this.#pipelineOf(name)];
    await connection.transaction(() => {
      for (const { id } of all) pipelines.clearErrors(id);
    });
    return DONE;
  }

  #showTables({ database, like }: Statement & { kind: 'showTables' }): Result {
    const of = this.#databaseOf(database);
    const pattern = like === undefined ? undefined : likePattern(like);
    const names = this.#group.pipelines.tables.names(of).filter((name) => pattern?.test(name) ?? true);
    return { columns: textColumns(`Tables_in_${of}`), rows: names.map((name) => [name]) };
  }

  #pipelineOf(name: QualifiedName): Pipeline {
    return this.#group.pipelines.pipelines.expect(...this.#nameOf(name));
  }

  #nameOf({ database, name }: QualifiedName): [database: string, name: string] {
    return [this.#databaseOf(database), name];
  }

  #databaseOf(database: string | undefined): string {
    const of = database ?? this.#session.database;
    if (of === null) throw noDatabase();
    if (!this.#group.databases().includes(of)) throw new SqlError(1049, `Unknown database '${of}'`);
    return of;
  }
}

/** Somebody in between does not wait that long, while the work goes on. */
async function unlessTooLong(running: Promise<Result>, ms: number | null): Promise<Result> {
  if (ms === null) return running;
  running.catch(() => undefined);
  const over = new AbortController();
  const timeout = sleep(ms, undefined, { signal: over.signal }).then(() => {
    throw new Refusal(504, 'gateway timeout');
  });
  try {
    return await Promise.race([running, timeout]);
  } finally {
    over.abort();
    timeout.catch(() => undefined);
  }
}

/** Whether a query reads the views of pipelines. */
const readsViews = (query: readonly { readonly text: string }[]): boolean =>
  query.some(({ text }) => /^PIPELINES(?:_|$)/i.test(text));

/** The pattern of a LIKE as a regular expression. */
export function likePattern(like: string): RegExp {
  const source = like
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, 'i');
}
