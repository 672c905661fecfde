import { excerpt, printable } from '../model/printable.ts';
import { SyncError } from '../model/errors.ts';

/** A place in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something that is wrong in a jobs file. */
export interface FileProblem extends Position {
  /** What is wrong, and the way out. Not escaped. Never the value of a secret. */
  readonly message: string;
}

/** Collects what is wrong, so that all of it is told at once. */
export type ReportProblem = (at: Position, message: string) => void;

/** Problems that one error tells of; a file with more is something else than a file of jobs. */
const MOST_TOLD = 50;

/** A jobs file with mistakes in it: `config`, exit status 2. */
export class JobsFileError extends SyncError {
  /** As it was asked for. */
  readonly file: string;
  /** In the order of the file, at least one. */
  readonly problems: readonly FileProblem[];
  /** How many there are, also those beyond the list. */
  readonly found: number;

  constructor(file: string, found: readonly FileProblem[]) {
    const problems = found.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, MOST_TOLD);
    const more =
      found.length === 1
        ? ''
        : ` (the first of ${found.length} mistakes; "stagesync jobs validate" tells all)`;
    super('config', `${problemLine(file, problems[0]!)}${more}`, { verdict: 'end_run' });
    this.file = file;
    this.problems = problems;
    this.found = found.length;
  }
}

/** Characters of a message: it may quote what stands in the file. */
const LONGEST = 600;

/** A problem as compilers print it, so that editors and terminals find the place: 'stagesync.yaml:3:5: what is wrong'. */
export const problemLine = (file: string, { line, column, message }: FileProblem): string =>
  `${printable(file)}:${line}:${column}: ${excerpt(message, LONGEST)}`;
