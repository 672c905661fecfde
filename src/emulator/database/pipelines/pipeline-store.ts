import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { unknownPipeline } from '../sql-error.ts';
import type { LoadClause, PipelineOptions } from '../sql/statements.ts';
import type { FoundFile } from '../reading/stage-files.ts';

export type PipelineState = 'Running' | 'Stopped' | 'Error';
export type FileState = 'Unloaded' | 'Loaded' | 'Skipped';

export interface Pipeline {
  readonly id: number;
  readonly database: string;
  readonly name: string;
  /** The statement that made it. */
  readonly sql: string;
  readonly load: LoadClause;
  readonly options: PipelineOptions;
  readonly state: PipelineState;
}

export interface PipelineFile extends FoundFile {
  readonly state: FileState;
  /** How many batches failed because of it. */
  readonly attempts: number;
}

interface Row {
  readonly id: number;
  readonly database: string;
  readonly name: string;
  readonly sql: string;
  readonly load: string;
  readonly options: string;
  readonly state: PipelineState;
}

/** What is known of pipelines and their files. Methods that change something run within a transaction. */
export class PipelineStore {
  readonly #writer: DatabaseSync;
  readonly #reader: DatabaseSync;

  constructor({ writer, reader }: { writer: DatabaseSync; reader: DatabaseSync }) {
    this.#writer = writer;
    this.#reader = reader;
  }

  find(database: string, name: string): Pipeline | undefined {
    const row = this.#reader
      .prepare('SELECT * FROM catalog_pipelines WHERE database = ? AND name = ?')
      .get(database, name);
    return row && pipelineOf(row as unknown as Row);
  }

  expect(database: string, name: string): Pipeline {
    const pipeline = this.find(database, name);
    if (pipeline === undefined) throw unknownPipeline(name);
    return pipeline;
  }

  get(id: number): Pipeline | undefined {
    const row = this.#reader.prepare('SELECT * FROM catalog_pipelines WHERE id = ?').get(id);
    return row && pipelineOf(row as unknown as Row);
  }

  /** Of one database, or of all. */
  list(database?: string): readonly Pipeline[] {
    const rows = this.#reader
      .prepare('SELECT * FROM catalog_pipelines WHERE ?1 IS NULL OR database = ?1 ORDER BY database, name')
      .all(database ?? null) as unknown as Row[];
    return rows.map(pipelineOf);
  }

  create(pipeline: Omit<Pipeline, 'id' | 'state'>, now: number): void {
    const { database, name, sql, load, options } = pipeline;
    this.#run(
      `INSERT INTO catalog_pipelines (database, name, sql, load, options, state, created, altered)
       VALUES (?1, ?2, ?3, ?4, ?5, 'Stopped', ?6, ?6)`,
      [database, name, sql, JSON.stringify(load), JSON.stringify(options), now],
    );
  }

  drop(id: number): void {
    this.#run(
      'DELETE FROM catalog_partitions WHERE batch IN (SELECT id FROM catalog_batches WHERE pipeline = ?)',
      [id],
    );
    for (const table of ['files', 'batches', 'errors'])
      this.#run(`DELETE FROM catalog_${table} WHERE pipeline = ?`, [id]);
    this.#run('DELETE FROM catalog_pipelines WHERE id = ?', [id]);
  }

  setState(id: number, state: PipelineState): void {
    this.#run('UPDATE catalog_pipelines SET state = ? WHERE id = ?', [state, id]);
  }

  setOptions(pipeline: Pipeline, options: PipelineOptions, now: number): void {
    const named = Object.entries(options).filter(([, value]) => value !== undefined);
    const merged = { ...pipeline.options, ...Object.fromEntries(named) };
    this.#run('UPDATE catalog_pipelines SET options = ?, altered = ? WHERE id = ?', [
      JSON.stringify(merged),
      now,
      pipeline.id,
    ]);
  }

  /** Files whose names are new. A name that is known is left as it is, whatever is under it now. */
  addFiles(id: number, files: readonly FoundFile[], state: FileState = 'Unloaded'): void {
    const add = this.#writer.prepare(
      'INSERT OR IGNORE INTO catalog_files (pipeline, name, size, state) VALUES (?, ?, ?, ?)',
    );
    for (const { path, size } of files) add.run(id, path, size, state);
  }

  /** Those of these files whose names the pipeline does not know. */
  unknownOf(id: number, files: readonly FoundFile[]): readonly FoundFile[] {
    const known = this.#reader.prepare('SELECT 1 FROM catalog_files WHERE pipeline = ? AND name = ?');
    return files.filter(({ path }) => known.get(id, path) === undefined);
  }

  setFile(id: number, path: string, { size, state }: { size: number; state: FileState }): void {
    this.#run(
      `INSERT INTO catalog_files (pipeline, name, size, state) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET size = excluded.size, state = excluded.state`,
      [id, path, size, state],
    );
  }

  /** A batch failed because of the file; returns how many did by now. */
  countAttempt(id: number, path: string): number {
    this.#run('UPDATE catalog_files SET attempts = attempts + 1 WHERE pipeline = ? AND name = ?', [id, path]);
    const row = this.#writer
      .prepare('SELECT attempts FROM catalog_files WHERE pipeline = ? AND name = ?')
      .get(id, path) as { attempts: number } | undefined;
    return row?.attempts ?? 0;
  }

  skipFile(id: number, path: string): void {
    this.#run("UPDATE catalog_files SET state = 'Skipped' WHERE pipeline = ? AND name = ?", [id, path]);
    this.#run('UPDATE catalog_pipelines SET skipped = skipped + 1 WHERE id = ?', [id]);
  }

  /** A batch that has the file is under way. */
  isInBatch(id: number, path: string): boolean {
    return (
      this.#reader
        .prepare(
          `SELECT 1 FROM catalog_batches JOIN catalog_partitions ON batch = catalog_batches.id
           WHERE pipeline = ? AND catalog_batches.state = 'In Progress' AND file = ?`,
        )
        .get(id, path) !== undefined
    );
  }

  /** A batch of the pipeline is under way. */
  hasBatch(id: number): boolean {
    return (
      this.#reader
        .prepare("SELECT 1 FROM catalog_batches WHERE pipeline = ? AND state = 'In Progress'")
        .get(id) !== undefined
    );
  }

  /** Returns whether it was known. */
  forgetFile(id: number, path: string): boolean {
    return this.#run('DELETE FROM catalog_files WHERE pipeline = ? AND name = ?', [id, path]) > 0;
  }

  markAllLoaded(id: number): void {
    this.#run("UPDATE catalog_files SET state = 'Loaded' WHERE pipeline = ?", [id]);
  }

  forgetFiles(id: number): void {
    this.#run('DELETE FROM catalog_files WHERE pipeline = ?', [id]);
  }

  file(id: number, path: string): PipelineFile | undefined {
    return this.#reader
      .prepare(
        'SELECT name AS path, size, state, attempts FROM catalog_files WHERE pipeline = ? AND name = ?',
      )
      .get(id, path) as PipelineFile | undefined;
  }

  /** Some of those that wait to be read, in the order of their names. */
  unloaded(id: number, limit: number): readonly PipelineFile[] {
    return this.#reader
      .prepare(
        `SELECT name AS path, size, state, attempts FROM catalog_files
         WHERE pipeline = ? AND state = 'Unloaded' ORDER BY name LIMIT ?`,
      )
      .all(id, limit) as unknown as PipelineFile[];
  }

  /** Names, a page at a time, that come after `last`. */
  namesAfter(id: number, last: string, limit: number): readonly string[] {
    const rows = this.#reader
      .prepare('SELECT name FROM catalog_files WHERE pipeline = ? AND name > ? ORDER BY name LIMIT ?')
      .all(id, last, limit) as unknown as { name: string }[];
    return rows.map(({ name }) => name);
  }

  clearErrors(id: number): void {
    this.#run('DELETE FROM catalog_errors WHERE pipeline = ?', [id]);
  }

  #run(sql: string, values: readonly SQLInputValue[]): number {
    const integers = values.map((value) => (typeof value === 'number' ? Math.floor(value) : value));
    return Number(this.#writer.prepare(sql).run(...integers).changes);
  }
}

const pipelineOf = ({ load, options, ...row }: Row): Pipeline => ({
  ...row,
  load: JSON.parse(load) as LoadClause,
  options: JSON.parse(options) as PipelineOptions,
});
