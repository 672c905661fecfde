import type { WorkersProgress } from '../../../model/cluster/workers-report.ts';
import type { Pace } from '../../../model/pace.ts';
import { printable } from '../../../model/printable.ts';
import { loadReportText } from '../../output/load/load-text.ts';
import { isPaceReason, paceText } from '../../output/pace-text.ts';
import { bytes, counted, duration } from '../../output/quantities.ts';
import type { RecordedRun } from '../../../daemon/history/recorded-run.ts';
import { shellWord } from '../../output/shell-word.ts';
import { ago, shownTime } from '../../output/times.ts';
import { countsText, isGood, whyLines } from '../../output/run-causes.ts';
import { transferWords } from '../../../model/transfer-words.ts';
import { whatToDo } from './what-to-do.ts';
import type { PairStatus } from './pair-status.ts';

/** Causes that are told of the last run; `stagesync logs` has all of them. */
const CAUSES_SHOWN = 3;

export interface StatusTextOptions {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly isTerminal: boolean;
}

/** What is known of a pair, as lines for people. */
export function statusText(status: PairStatus, { nowMs, isTerminal }: StatusTextOptions): string[] {
  const { job, source, destination, heldBy, watch, runs } = status;
  const time = (iso: string): string => shownTime(Date.parse(iso), { isTerminal });
  const name = job === undefined ? '' : `${printable(job)}: `;
  const lines = [`${name}${printable(source)} -> ${printable(destination)}`];
  const row = (title: string, text: string): void =>
    void lines.push(`  ${title.padEnd(8)} ${printable(text)}`);
  if (heldBy === undefined) row('now', 'nothing works on it');
  else row('now', `${heldBy.command}, process ${heldBy.pid}, since ${time(heldBy.since)}`);
  if (watch !== undefined) for (const [title, text] of watchRows(watch, time)) row(title, text);
  const last = runs.find((run) => run.outcome !== undefined || heldBy === undefined);
  if (last !== undefined && !isGood(last))
    for (const [title, text] of troubleRows(status, last, nowMs)) row(title, text);
  else if (last !== undefined) row('last', `in step ${since(last.endedAt ?? last.at, nowMs)}`);
  const report = runs.find((run) => run.report !== undefined)?.report;
  if (report?.load !== undefined && report.load.unloadedFiles > 0)
    row('table', loadReportText(report.load, { sent: report.uploaded + report.moved }));
  for (const run of runs) row('run', `${time(run.at)}  ${outcomeText(run, destination)}  ${run.id}`);
  const pace = paceOf(runs.find((run) => run.report?.pace !== undefined));
  if (pace !== undefined) row('pace', pace);
  return lines;
}

type Row = readonly [title: string, text: string];

function watchRows(watch: Readonly<Record<string, unknown>>, time: (iso: string) => string): Row[] {
  const word = (key: string): string | undefined => plain(watch[key]);
  const reason = word('reason');
  const timeIn = (key: string): string => {
    const at = word(key);
    return at === undefined ? 'a time that is not known' : time(at);
  };
  const rows: Row[] = [
    ['state', `${word('state')} since ${timeIn('since')}${reason === undefined ? '' : `: ${reason}`}`],
  ];
  if (word('mode') !== undefined) {
    const watches = counted(Number(word('watches')), 'watch', 'watches');
    const waiting = counted(Number(word('waiting')), 'folder');
    rows.push(['', `hears of changes by ${word('mode')} (${watches}), ${waiting} waiting`]);
  }
  const workers = workersText(watch['workers']);
  if (workers !== undefined) rows.push(['workers', workers]);
  if (word('nextRun') !== undefined) rows.push(['next', `runs at ${timeIn('nextRun')}`]);
  if (word('nextFullPass') !== undefined)
    rows.push(['next', `compares everything again at ${timeIn('nextFullPass')}`]);
  return rows;
}

/** What is with workers of the run that goes on. */
function workersText(value: unknown): string | undefined {
  const { files, bytes: size, batches } = (value ?? {}) as Partial<WorkersProgress>;
  if (typeof files !== 'number' || typeof size !== 'number') return undefined;
  const done = typeof batches === 'number' ? `, ${counted(batches, 'batch', 'batches')} answered` : '';
  return `have ${counted(files, 'file')} (${bytes(size)})${done}`;
}

/** How the last run failed, why, since when it is so, what happens next and what a person can do. */
function troubleRows({ job, watch, lastSuccess }: PairStatus, last: RecordedRun, nowMs: number): Row[] {
  const when = since(last.endedAt ?? last.at, nowMs);
  const took = last.report === undefined ? '' : `, after ${duration(last.report.durationMs)}`;
  const why = whyLines(last, CAUSES_SHOWN);
  const again = job === undefined ? '' : `; that is: stagesync run ${shellWord(job)}`;
  const next: Row[] = [
    // what goes on by itself tries again by itself
    ...(watch === undefined ? [['next', `${whatToDo(last)}${again}`] as const] : []),
    ['', `all of it: stagesync logs --run ${last.id}`],
  ];
  return [
    ['last', last.outcome === undefined ? `was killed; it began ${when}` : `${last.outcome} ${when}${took}`],
    ...why.map((line, at): Row => [at === 0 ? 'why' : '', line]),
    [
      '',
      lastSuccess === undefined ? 'no run has succeeded yet' : `in step before, ${since(lastSuccess, nowMs)}`,
    ],
    ...next,
  ];
}

const outcomeText = (run: RecordedRun, destination: string): string =>
  run.outcome === undefined ? 'not ended' : `${run.outcome}: ${countsText(run, transferWords(destination))}`;

const since = (iso: string, nowMs: number): string => ago(Date.parse(iso), nowMs);

/** What the latest run that was tuned has settled on, and why. */
function paceOf(run: RecordedRun | undefined): string | undefined {
  const pace = run?.report?.pace as Partial<Pace> | undefined;
  if (pace?.atOnce === undefined || pace.why === undefined || !isPaceReason(pace.why)) return undefined;
  return paceText({ atOnce: pace.atOnce, why: pace.why, perSecond: pace.perSecond, budget: pace.budget });
}

const plain = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? `${value}` : undefined;
