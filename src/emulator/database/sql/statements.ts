import type { Table } from '../tables/table.ts';
import type { QualifiedName } from './token-reader.ts';
import type { Token } from './tokens.ts';

/** Part of a statement that SQLite evaluates. */
export type Expression = readonly Token[];

export interface CsvFormat {
  readonly format: 'csv';
  readonly fieldsTerminatedBy: string;
  /** '': fields are not enclosed. */
  readonly enclosedBy: string;
  /** '': nothing is escaped. */
  readonly escapedBy: string;
  readonly linesTerminatedBy: string;
  readonly linesStartingBy: string;
  readonly ignoreLines: number;
  /** Undefined: `\N` alone. */
  readonly nullDefinedBy: string | undefined;
  /** Whether a field that is enclosed may be that word too. */
  readonly nullMayBeEnclosed: boolean;
  /** Columns that a line does not have are null. */
  readonly trailingNulls: boolean;
}

export type FileFormat = CsvFormat | { readonly format: 'json' } | { readonly format: 'parquet' };

/** Where a value of a record goes. */
export interface Target {
  readonly kind: 'column' | 'variable';
  readonly name: string;
  /** Keys from the top of the record; [] is the whole record. Undefined in CSV, where the position counts. */
  readonly path: readonly string[] | undefined;
  /** For a path that the record does not have. */
  readonly default: string | null;
}

export interface LoadClause {
  /** From the root of the Stage; may have wildcards. */
  readonly files: string;
  readonly table: QualifiedName;
  /** What happens to a row whose key is there: an error, replaced, left out, or left out with a warning. */
  readonly duplicates: 'error' | 'replace' | 'ignore' | 'skip';
  /** Lines that cannot be read, and rows that do not fit the table, are left out with a warning. */
  readonly skipsParserErrors: boolean;
  readonly skipsConstraintErrors: boolean;
  readonly file: FileFormat;
  /** Undefined: all columns of the table, in their order, or by their names. */
  readonly targets: readonly Target[] | undefined;
  readonly set: readonly { readonly column: string; readonly expression: Expression }[];
  readonly where: Expression | undefined;
}

/** What CREATE PIPELINE says of the pipeline beside what it loads. */
export interface PipelineOptions {
  /** Milliseconds. */
  readonly batchInterval: number | undefined;
  readonly maxPartitionsPerBatch: number | undefined;
  readonly maxRetries: number | undefined;
  readonly stopOnError: boolean | undefined;
}

export interface CreateTable {
  readonly kind: 'createTable';
  readonly table: QualifiedName;
  readonly ifNotExists: boolean;
  readonly definition: Omit<Table, 'database' | 'name'>;
}

export type PipelineStatement =
  | {
      readonly kind: 'createPipeline';
      readonly pipeline: QualifiedName;
      readonly orReplace: boolean;
      readonly ifNotExists: boolean;
      readonly options: PipelineOptions;
      readonly load: LoadClause;
    }
  | { readonly kind: 'dropPipeline'; readonly pipeline: QualifiedName; readonly ifExists: boolean }
  | {
      readonly kind: 'startPipeline';
      readonly pipeline: QualifiedName;
      readonly ifNotRunning: boolean;
      /** The most batches; undefined: in the background. */
      readonly foreground: { readonly batches: number | undefined } | undefined;
    }
  | { readonly kind: 'startPipelines'; readonly which: 'all' | 'failed' }
  | {
      readonly kind: 'stopPipeline';
      readonly pipeline: QualifiedName;
      readonly ifRunning: boolean;
      /** Does not wait for the batch that is under way. */
      readonly detach: boolean;
    }
  | { readonly kind: 'stopPipelines' }
  | { readonly kind: 'testPipeline'; readonly pipeline: QualifiedName; readonly rows: number }
  | { readonly kind: 'alterPipeline'; readonly pipeline: QualifiedName; readonly change: PipelineChange }
  | { readonly kind: 'clearErrors'; readonly pipeline: QualifiedName | undefined };

export type PipelineChange =
  | { readonly kind: 'dropFile'; readonly file: string }
  | { readonly kind: 'dropOrphanFiles' }
  /** `json`: an object whose keys are files. */
  | { readonly kind: 'setOffsets'; readonly to: 'earliest' | 'latest' | { readonly json: string } }
  | { readonly kind: 'setOptions'; readonly options: PipelineOptions };

export type Statement =
  | CreateTable
  | PipelineStatement
  | { readonly kind: 'dropTable'; readonly tables: readonly QualifiedName[]; readonly ifExists: boolean }
  | { readonly kind: 'truncate'; readonly table: QualifiedName }
  | {
      readonly kind: 'insert';
      readonly table: QualifiedName;
      readonly duplicates: 'error' | 'replace' | 'ignore';
      readonly columns: readonly string[] | undefined;
      /** VALUES …, or a SELECT. */
      readonly rows: Expression;
    }
  | { readonly kind: 'load'; readonly load: LoadClause }
  | { readonly kind: 'select'; readonly query: Expression }
  | { readonly kind: 'describe'; readonly table: QualifiedName }
  | { readonly kind: 'showCreateTable'; readonly table: QualifiedName }
  | { readonly kind: 'showCreatePipeline'; readonly pipeline: QualifiedName }
  | { readonly kind: 'showTables'; readonly database: string | undefined; readonly like: string | undefined }
  | { readonly kind: 'showPipelines'; readonly database: string | undefined };
