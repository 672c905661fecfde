import type { ColumnChoice, Finding } from './columns/column-choice.ts';
import type { CsvDialect } from './csv/csv-reader.ts';

/** A column as it will be in the table. */
export interface InferredColumn extends ColumnChoice {
  /** Without need of backticks. */
  readonly name: string;
  /** How the file calls it, where that is another name, and why. */
  readonly source: string;
  readonly renamed: string | undefined;
  /** Of JSON and Parquet: the way to it. */
  readonly path: readonly string[];
}

/** How the files are read by a pipeline. */
export type FileFormat =
  | {
      readonly kind: 'csv';
      readonly dialect: CsvDialect;
      readonly lineEnd: '\n' | '\r\n';
      readonly hasHeader: boolean;
      readonly headerReason: string;
      /** Rows may have fewer fields than there are columns. */
      readonly isRagged: boolean;
      /** The one word that LOAD DATA takes for NULL, and whether it is NULL in quotes too. */
      readonly nullWord: string;
      readonly nullInQuotes: boolean;
    }
  | { readonly kind: 'json'; readonly isArray: boolean }
  | { readonly kind: 'parquet' };

/** What was read to find the types. */
export interface ReadExtent {
  readonly files: number;
  readonly rows: number;
  /** Bytes, as they are after decompression; of Parquet files those of the files. */
  readonly bytes: number;
  /** Whether that is all there is. */
  readonly readAll: boolean;
}

/** What a set of files of one kind was found to be. Plain data. */
export interface InferredTable {
  readonly format: FileFormat;
  readonly compression: '' | 'gz';
  readonly columns: readonly InferredColumn[];
  readonly extent: ReadExtent;
  readonly findings: readonly Finding[];
}
