import type { Finding } from '../inference/columns/column-choice.ts';
import type { FileFormat, InferredColumn } from '../inference/inferred-table.ts';
import type { DetectedFormat } from './file-format.ts';
import type { ReadBudget, SampleFile } from './sample-file.ts';

export interface InferOptions {
  /** Rows that are read at most, of all files together; 'all': every row; undefined: as many as are in DEFAULT_BYTES. */
  readonly sample: number | 'all' | undefined;
  /** Of CSV: one character; undefined: it is found. */
  readonly delimiter: string | undefined;
  /** Of CSV: whether the first row has names; undefined: it is found. */
  readonly header: boolean | undefined;
  /** More words that are NULL. */
  readonly nullWords: readonly string[];
  /** What 03/04/2026 means; undefined: nobody said. */
  readonly dateOrder: 'dmy' | 'mdy' | undefined;
}

/** Reads files of one kind. */
export interface KindReader {
  /** Whether all of the file was read; false when the budget was spent before. */
  add(file: SampleFile, detected: DetectedFormat, budget: ReadBudget): Promise<boolean>;
  finish(read: { readonly readAll: boolean }): {
    readonly format: FileFormat;
    readonly columns: readonly InferredColumn[];
    readonly findings: readonly Finding[];
  };
}
