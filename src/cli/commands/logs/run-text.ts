import { printable } from '../../../model/printable.ts';
import type { RunAction, RunCause } from '../../../model/run.ts';
import { bytes, count, counted, duration } from '../../output/quantities.ts';
import type { RecordedRun } from '../../../daemon/history/recorded-run.ts';
import { causeText, countsText, whyLines } from '../../output/run-causes.ts';
import { UPLOADS, type TransferWords } from '../../../model/transfer-words.ts';
import { shownTime } from '../../output/times.ts';

const BY: Readonly<Record<RunCause, string>> = {
  schedule: 'by its schedule',
  missed: 'for a schedule that was missed',
  watch: 'after a change',
  full: 'to compare everything',
  command: 'by a command',
  flush: 'by a flush',
};

export interface RunTextOptions {
  readonly words?: TransferWords;
  readonly isTerminal: boolean;
}

/** A run in a few lines: when, why it began, how it ended, and why not well. */
export function runText(run: RecordedRun, { words = UPLOADS, isTerminal }: RunTextOptions): string[] {
  const { at, id, cause, outcome, report, folded, warnings } = run;
  const time = (iso: string): string => shownTime(Date.parse(iso), { isTerminal });
  const lines = [`  ${time(at)}  ${id}  ${BY[cause]}: ${outcome ?? 'did not end: it was killed'}`];
  const row = (text: string): void => void lines.push(`      ${printable(text)}`);
  if (report !== undefined) {
    const size = report.bytes > 0 ? ` (${bytes(report.bytes)})` : '';
    row(
      `${countsText(run, words)}${size}; ${counted(report.requests, 'request')}, ${duration(report.durationMs)}`,
    );
  }
  for (const line of whyLines(run, Infinity)) row(line);
  for (const each of warnings) row(`left out: ${causeText(each)}`);
  if (folded !== undefined)
    row(
      `and ${count(folded.passes)} before it, since ${time(folded.since)}, ${outcome === 'clean' ? 'with nothing to do either' : 'which ended in the same way'}`,
    );
  return lines;
}

export function actionText(
  { kind, path, to, reason, outcome, error, ms }: RunAction,
  words = UPLOADS,
): string {
  const where = `${printable(path)}${to === undefined ? '' : ` -> ${printable(to)}`}`;
  const how = error === undefined ? '' : `: ${error.code}: ${printable(error.message)}`;
  const verb = kind === 'upload' ? words.name : kind;
  return `  ${outcome.padEnd(7)} ${verb} ${where} (${printable(reason)}, ${duration(ms)})${how}`;
}
