import { SqlError } from '../sql-error.ts';

/** One row of a file, before it is known what its values mean. */
export interface FileRecord {
  /** The fields of a line of CSV, null where the word for it was; or an object of JSON or Parquet. */
  readonly content: readonly (string | null)[] | object;
  /** Its first line, from 1; of Parquet the row. */
  readonly line: number;
  /** As it is written. */
  readonly text: string;
}

/** A line that is no row. */
export class BadRecord extends SqlError {
  readonly line: number;
  readonly text: string;

  constructor(code: number, message: string, { line, text }: Pick<FileRecord, 'line' | 'text'>) {
    super(code, message);
    this.line = line;
    this.text = text;
  }
}

/** Finds the records in a text that comes in pieces. May throw a BadRecord, after the records before it were returned. */
export interface RecordReader {
  push(text: string): Iterable<FileRecord>;
  end(): Iterable<FileRecord>;
}

/** The file could not be got at, or is not what its name says. The number is that of the service for such errors. */
export const extractError = (message: string): SqlError =>
  new SqlError(1934, `Cannot extract data for the pipeline. ${message}`);
