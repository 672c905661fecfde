import type { Place } from './seen-column.ts';

/** One step from the text of a file to a value of the column, as data; done in their order. */
export type ConversionStep =
  /** These words are NULL. */
  | { readonly step: 'null_words'; readonly words: readonly string[] }
  /** Spaces around it go. */
  | { readonly step: 'trim' }
  | { readonly step: 'replace'; readonly from: string; readonly to: string }
  /** No more than so many characters. */
  | { readonly step: 'left'; readonly characters: number }
  /** Words become 1 and 0; anything else stays, and is an error where it is no number. */
  | { readonly step: 'truth'; readonly yes: readonly string[]; readonly no: readonly string[] }
  /** A date or time in a format of STR_TO_DATE. */
  | { readonly step: 'parse_time'; readonly format: string }
  /** A time that ends in an offset, such as +02:00, becomes UTC. */
  | { readonly step: 'to_utc' };

/** Something that a person should know before the pipeline runs. */
export interface Finding {
  /** `problem`: some rows will not load, or not as they should; `note`: what was decided, and could be otherwise. */
  readonly severity: 'problem' | 'note';
  readonly column: string | undefined;
  readonly message: string;
  readonly at: Place | undefined;
}

/** The type of one column, and why. */
export interface ColumnChoice {
  /** As in CREATE TABLE: 'DECIMAL(18,2)'. */
  readonly type: string;
  readonly nullable: boolean;
  readonly reason: string;
  readonly conversion: readonly ConversionStep[];
  readonly findings: readonly Finding[];
}

export interface ChoiceOptions {
  /** The name of the column as the file has it. */
  readonly name: string;
  readonly format: 'csv' | 'json' | 'parquet';
  /** Whether all rows of all files were read: only then can a column be NOT NULL. */
  readonly readAll: boolean;
  /** What 03/04/2026 means; undefined: nobody said. */
  readonly dateOrder: 'dmy' | 'mdy' | undefined;
  /** Whether 1,234 is taken for a number between one and two. */
  readonly decimalComma: boolean;
  /** Whether another column surely has decimal commas, so that 1.234 is a whole number. */
  readonly commaElsewhere: boolean;
}

/** The part of a choice that depends on the values alone. */
export type TypeChoice = Pick<ColumnChoice, 'type' | 'reason'> & {
  readonly conversion?: readonly ConversionStep[] | undefined;
  readonly findings?: readonly Omit<Finding, 'column'>[] | undefined;
};
