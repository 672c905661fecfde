import { printable } from '../../../model/printable.ts';
import type { Row } from './fields.ts';
import { printRow } from './print-rows.ts';
import type { Run } from '../run.ts';

/** Prints how a change ended: a sentence, or the thing itself with --json or --fields. */
export function printOutcome(run: Pick<Run, 'out' | 'flags'>, sentence: string, row: Row): void {
  const { json, fields } = run.flags;
  if (json === true || fields !== undefined)
    return printRow(
      run,
      row,
      (fields ?? []).map((key) => ({ key })),
      run.flags,
    );
  run.out.line(printable(sentence));
}
