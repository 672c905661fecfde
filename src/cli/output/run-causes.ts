import type { RecordedRun } from '../../daemon/history/recorded-run.ts';
import type { FailureGroup } from '../../model/run.ts';
import { count } from './quantities.ts';
import { UPLOADS } from '../../model/transfer-words.ts';

export const isGood = ({ outcome }: RecordedRun): boolean => outcome === 'clean' || outcome === 'warnings';

/** '3 uploaded, 0 moved, 0 removed, 1 failed'. A run that ended early did not fail in any single file: 'ended early'. */
export function countsText(
  { report, error }: Pick<RecordedRun, 'report'> & { readonly error?: unknown },
  { done } = UPLOADS,
): string {
  const { uploaded = 0, moved = 0, removed = 0, failed = 0 } = report ?? {};
  const end = failed === 0 && error !== undefined ? 'ended early' : `${count(failed)} failed`;
  return `${count(uploaded)} ${done}, ${count(moved)} moved, ${count(removed)} removed, ${end}`;
}

/** Why it went wrong: what ended it, then failures by cause, `most` lines of them. To be made printable. */
export function whyLines({ error, failures }: RecordedRun, most: number): string[] {
  const ended = error === undefined ? [] : [`${error.code}: ${error.message}`];
  const shown = failures.slice(0, most);
  const left = failures.length - shown.length;
  return [
    ...ended,
    ...shown.map((each) => (each.code === error?.code ? sameText(each) : causeText(each))),
    ...(left > 0 ? [`and ${left} more ${left === 1 ? 'cause' : 'causes'}`] : []),
  ];
}

/** The reason is told already. */
const sameText = ({ count: times, example }: FailureGroup): string =>
  `${count(times)} of the failures ${times === 1 ? 'is' : 'are'} that${example === '' ? '' : `, the first of them ${example}`}`;

/** '2 × stage_too_large: a/b.csv: is larger than …'. The path is that of the first. */
export function causeText({ code, message, count: times, example }: FailureGroup): string {
  const at = example === '' ? '' : `${example}: `;
  return `${times === 1 ? '' : `${count(times)} × `}${code}: ${at}${message}`;
}
