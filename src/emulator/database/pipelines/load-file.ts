import type { DatabaseSync } from 'node:sqlite';
import type { Pause } from '../pause.ts';
import { BadRecord } from '../reading/record.ts';
import { recordsOf } from '../reading/records.ts';
import { RowMaker } from '../reading/row-maker.ts';
import type { OpenFile } from '../reading/stage-files.ts';
import { SqlError } from '../sql-error.ts';
import type { LoadClause } from '../sql/statements.ts';
import { RowInserter } from '../tables/row-inserter.ts';
import type { Table } from '../tables/table.ts';

/** Rows that were left out and are told of, of one file. */
const WARNINGS_KEPT = 100;

/** Errors of a row that does not fit its table, as SKIP CONSTRAINT ERRORS means them. */
const CONSTRAINT_ERRORS = [1048, 1062];

export interface LoadingOptions {
  readonly db: DatabaseSync;
  readonly pause: Pause;
  /** The time as text, for columns whose default is the time. */
  readonly nowText: () => string;
  readonly onWarning: (error: BadRecord, file: OpenFile) => void;
}

/** Loads files into one table, within a transaction of the caller. */
export class FileLoader {
  readonly #load: LoadClause;
  readonly #options: LoadingOptions;
  readonly #maker: RowMaker;
  readonly inserter: RowInserter;

  constructor(load: LoadClause, table: Table, options: LoadingOptions) {
    this.#load = load;
    this.#options = options;
    this.#maker = new RowMaker(load, table, options);
    this.inserter = new RowInserter(options.db, table, load.duplicates);
  }

  /** All rows of the file; returns how many were read. Rejects with the first error that the clause does not skip. */
  async loadFile(file: OpenFile): Promise<number> {
    const { pause, onWarning } = this.#options;
    let rows = 0;
    let warnings = 0;
    for await (const records of recordsOf(file, this.#load.file))
      for (const record of records) {
        rows++;
        try {
          const row = this.#maker.rowOf(record, file.path);
          if (row !== undefined) this.#insert(row, record);
        } catch (error) {
          if (!(error instanceof BadRecord) || !this.#skips(error)) throw error;
          if (++warnings <= WARNINGS_KEPT) onWarning(error, file);
        }
        if (pause.isDue) await pause.ifDue();
      }
    await pause.ifDue();
    return rows;
  }

  #insert(row: Parameters<RowInserter['insert']>[0], record: { line: number; text: string }): void {
    try {
      if (this.inserter.insert(row) || this.#load.duplicates !== 'skip') return;
    } catch (error) {
      if (error instanceof SqlError) throw new BadRecord(error.code, error.message, record);
      throw error;
    }
    throw new BadRecord(1062, 'Duplicate entry: the row was left out', record);
  }

  #skips({ code }: BadRecord): boolean {
    const { duplicates, skipsConstraintErrors, skipsParserErrors } = this.#load;
    if (code === 1062) return duplicates === 'skip';
    return CONSTRAINT_ERRORS.includes(code) ? skipsConstraintErrors : skipsParserErrors;
  }
}
