import type { DatabaseSync } from 'node:sqlite';
import { SqlError } from '../sql-error.ts';
import { BadRecord } from '../reading/record.ts';
import type { FoundFile } from '../reading/stage-files.ts';

/** So many batches of a pipeline stay in the views; `pipelines_batches_metadata_to_keep` of the engine. */
const BATCHES_KEPT = 1000;

/** Where errors say they come from. */
export const LEAF = '127.0.0.1:3307';

export type BatchState = 'In Progress' | 'Succeeded' | 'Failed' | 'Cancelled';

export interface BatchCounts {
  readonly inserted: number;
  readonly updated: number;
  /** Of the files, as they are stored. */
  readonly bytes: number;
}

export interface LoggedError {
  readonly pipeline: number;
  readonly batch: number | null;
  readonly partition: number | null;
  readonly file: string | null;
  readonly type: 'Error' | 'Warning';
  readonly error: SqlError;
}

/** What the views tell of batches and errors. All methods run within a transaction. */
export class BatchLog {
  readonly #db: DatabaseSync;
  readonly #now: () => number;

  constructor(writer: DatabaseSync, now: () => number) {
    this.#db = writer;
    this.#now = () => Math.floor(now());
  }

  /** Returns the batch's ID; IDs only grow, over all pipelines. */
  begin(pipeline: number, files: readonly FoundFile[]): number {
    this.#prune(pipeline);
    const { lastInsertRowid } = this.#db
      .prepare("INSERT INTO catalog_batches (pipeline, state, started) VALUES (?, 'In Progress', ?)")
      .run(pipeline, this.#now());
    const batch = Number(lastInsertRowid);
    const add = this.#db.prepare(
      "INSERT INTO catalog_partitions (batch, partition, file, state, size) VALUES (?, ?, ?, 'In Progress', ?)",
    );
    for (const [partition, { path, size }] of files.entries()) add.run(batch, partition, path, size);
    return batch;
  }

  end(batch: number, state: BatchState, { inserted, updated, bytes }: BatchCounts): void {
    this.#db
      .prepare(
        'UPDATE catalog_batches SET state = ?, ended = ?, inserted = ?, updated = ?, bytes = ? WHERE id = ?',
      )
      .run(state, this.#now(), inserted, updated, bytes, batch);
  }

  endPartition(
    batch: number,
    partition: number,
    state: BatchState,
    { rows, size }: { rows: number | null; size: number },
  ): void {
    this.#db
      .prepare(
        'UPDATE catalog_partitions SET state = ?, rows = ?, size = ? WHERE batch = ? AND partition = ?',
      )
      .run(state, rows, size, batch, partition);
  }

  /** Batches whose process died. */
  cancelAll(): void {
    this.#db.exec(`
      UPDATE catalog_partitions SET state = 'Cancelled' WHERE state = 'In Progress';
      UPDATE catalog_batches SET state = 'Cancelled', ended = started WHERE state = 'In Progress';`);
  }

  /** An error is told by the leaf that had it, and again by the aggregator. */
  addError(logged: LoggedError): void {
    const { error } = logged;
    this.#addRow(logged, error.message);
    if (logged.type === 'Error') this.#addRow(logged, leafMessage(error));
  }

  #addRow({ pipeline, batch, partition, file, type, error }: LoggedError, message: string): void {
    const record = error instanceof BadRecord ? error : undefined;
    this.#db
      .prepare(
        `INSERT INTO catalog_errors
           (pipeline, at, type, code, message, kind, line, line_number, batch, partition, file)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        pipeline,
        this.#now(),
        type,
        error.code,
        message,
        kindOf(error),
        record?.text ?? null,
        record?.line ?? null,
        batch,
        partition,
        file,
      );
  }

  #prune(pipeline: number): void {
    const oldest = this.#db
      .prepare('SELECT id FROM catalog_batches WHERE pipeline = ? ORDER BY id DESC LIMIT 1 OFFSET ?')
      .get(pipeline, BATCHES_KEPT - 1) as { id: number } | undefined;
    if (oldest === undefined) return;
    this.#db
      .prepare(
        'DELETE FROM catalog_partitions WHERE batch IN (SELECT id FROM catalog_batches WHERE pipeline = ? AND id <= ?)',
      )
      .run(pipeline, oldest.id);
    this.#db.prepare('DELETE FROM catalog_batches WHERE pipeline = ? AND id <= ?').run(pipeline, oldest.id);
  }
}

export const leafMessage = (error: SqlError): string => `Leaf Error (${LEAF}): ${error.message}`;

const kindOf = ({ code }: SqlError): string => (code === 1934 ? 'Extract' : 'Load');
