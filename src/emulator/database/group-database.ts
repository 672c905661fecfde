import type { DatabaseBehaviour } from '../control/database-behaviour.ts';
import { Connection } from './catalog/connection.ts';
import { BatchLog } from './pipelines/batch-log.ts';
import { Leadership } from './pipelines/leadership.ts';
import type { PipelineContext } from './pipelines/pipeline-context.ts';
import { PipelineRunner } from './pipelines/pipeline-runner.ts';
import { PipelineStore } from './pipelines/pipeline-store.ts';
import type { StageFiles } from './reading/stage-files.ts';
import { stopPipeline } from './statements/pipeline-statements.ts';
import { addFunctions } from './sql/functions.ts';
import { TableStore } from './tables/table-store.ts';
import { LaggingViews } from './views/lagging-views.ts';
import { QueryConnection } from './views/query-connection.ts';

export interface GroupContext {
  /** The file that has its databases. */
  readonly path: string;
  readonly stage: StageFiles;
  readonly behaviour: () => DatabaseBehaviour;
  /** Milliseconds since 1970, by the clock of the management plane. */
  readonly now: () => number;
  /** Whether there is a workspace that computes: pipelines run only then. */
  readonly isActive: () => boolean;
  readonly databases: () => readonly string[];
}

/** The databases of one workspace group, with its pipelines, which run as long as this is open. */
export class GroupDatabase {
  readonly pipelines: PipelineContext;
  readonly runner: PipelineRunner;
  readonly lagging: LaggingViews;
  readonly #queries: QueryConnection;
  readonly #connection: Connection;
  readonly #leadership: Leadership;
  readonly #context: GroupContext;
  readonly #closing = new AbortController();

  constructor(context: GroupContext) {
    const { path, stage, behaviour, now, isActive } = context;
    this.#context = context;
    const connection = new Connection(path);
    addFunctions(connection.writer, now);
    this.#connection = connection;
    this.#queries = new QueryConnection(path, context);
    this.lagging = new LaggingViews(path, context);
    this.#leadership = new Leadership(`${path}.lock`);
    this.pipelines = {
      connection,
      tables: new TableStore(connection),
      pipelines: new PipelineStore(connection),
      log: new BatchLog(connection.writer, now),
      stage,
      behaviour,
      now,
      nowText: () => new Date(now()).toISOString().slice(0, 23).replace('T', ' '),
      isActive,
      inForeground: new Set(),
      signal: this.#closing.signal,
      maxRetries: ({ options }) => options.maxRetries ?? behaviour().batchRetries,
      stopsOnError: ({ options }) => options.stopOnError ?? behaviour().stopOnError,
    };
    this.runner = new PipelineRunner(this.pipelines, this.#leadership, () => this.lagging.look());
  }

  /** A connection for a query; `ofViews`: of one that reads the views of pipelines, which may lag. */
  queries({ ofViews }: { ofViews: boolean }): QueryConnection {
    return (ofViews ? this.lagging.connection : undefined) ?? this.#queries;
  }

  databases(): readonly string[] {
    return this.#context.databases();
  }

  /** Its tables and pipelines. */
  async dropDatabase(name: string): Promise<void> {
    const { connection, pipelines, tables } = this.pipelines;
    for (const pipeline of pipelines.list(name))
      await stopPipeline(this.pipelines, pipeline, { detach: false });
    await connection.transaction(() => {
      for (const { id } of pipelines.list(name)) pipelines.drop(id);
      for (const table of tables.names(name)) tables.drop(name, table, { ifExists: true });
    });
  }

  get isLeader(): boolean {
    return this.#leadership.take();
  }

  /** Ends what runs, without a trace of a batch that was not over. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the emulator is closing'));
    this.runner.changed();
    await this.runner.settled();
    await this.#connection.idle();
    this.lagging.close();
    this.#queries.close();
    this.#connection.close();
    this.#leadership.release();
  }
}
