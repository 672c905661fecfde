import cliTruncate from 'cli-truncate';
import { printable } from '../../../../model/printable.ts';
import { textWidth } from '../../../../model/text-width.ts';
import { counted } from '../../quantities.ts';
import { headLine } from '../text/head-line.ts';
import { painted, part, roomIn, widthOf, type Line } from '../text/painted-line.ts';
import { progressLines, stoppingLine, waitLine } from '../text/progress-frame.ts';
import type { ProgressState } from '../progress-state.ts';
import type { Style } from '../text/style.ts';
import { waitText } from '../text/wait-text.ts';
import { sharedWait, sumOf, type JobsState, type RunningJob } from './jobs-state.ts';

export interface JobsFrameOptions {
  readonly columns: number;
  readonly rows: number;
  readonly style: Style;
}

/** Rows that are not for jobs: the total, what is waited for, the stop, and one that is the terminal's own. */
const OTHER_ROWS = 5;

/** Several jobs on a terminal: a line for each that fits, and one for all. A job that runs alone is shown as such a run is. */
export function jobsFrame(jobs: JobsState, options: JobsFrameOptions): string {
  const { running } = jobs;
  const [only] = running;
  if (running.length === 1 && only !== undefined)
    return painted([...progressLines(only.state, options), placeLine(jobs, only)], options);
  const { columns, rows, style } = options;
  const room = roomIn(columns);
  const states = running.map(({ state }) => state);
  const isShared = sharedWait(states) !== undefined;
  const shown = running.slice(0, Math.max(1, rows - OTHER_ROWS));
  const width = nameWidth(shown, room);
  const more = running.length - shown.length;
  const sum = sumOf(jobs);
  return painted(
    [
      ...shown.map((job) => jobLine(job, { width, room, style, isShared })),
      ...(more > 0 ? [part(`  and ${counted(more, 'more job')} under way`, 'quiet')] : []),
      totalLine(jobs, sum, { room, style }),
      ...(isShared ? waitLine(sum) : []),
      ...stoppingLine(sum),
    ],
    options,
  );
}

/** 'orders: job 2 of 5' */
const placeLine = ({ over, total }: JobsState, { name }: RunningJob): Line =>
  part(`  ${printable(name)}: job ${over + 1} of ${total}`, 'quiet');

/** A third of the terminal at most. */
const nameWidth = (jobs: readonly RunningJob[], room: number): number =>
  Math.min(Math.floor(room / 3), Math.max(0, ...jobs.map(({ name }) => textWidth(printable(name)))));

interface JobLineOptions {
  /** Of the name, in columns. */
  readonly width: number;
  /** Of the line, in columns. */
  readonly room: number;
  readonly style: Style;
  /** What is waited for is told once, below. */
  readonly isShared: boolean;
}

function jobLine({ name, state }: RunningJob, { width, room, style, isShared }: JobLineOptions): Line {
  const shown = cliTruncate(printable(name), width, { position: 'end' });
  const pad = ' '.repeat(Math.max(0, width - textWidth(shown)) + 2);
  const left = room - width - 2;
  const isTold = state.wait !== undefined && state.wait.kind !== 'limited' && !isShared;
  const said: Line = isTold
    ? part(waitText(state.wait, state), state.wait.kind === 'confirming' ? 'quiet' : 'trouble')
    : headLine(state, { room: left, style });
  const failed = state.failed > 0 ? `  ${state.failed} failed` : '';
  const fits = widthOf(said) + failed.length <= left;
  return [[shown], [pad], ...said, ...(fits ? part(failed, 'failed') : [])];
}

function totalLine(
  { over, total }: JobsState,
  sum: ProgressState,
  { room, style }: { readonly room: number; readonly style: Style },
): Line {
  const done = `${over} of ${counted(total, 'job')} done`;
  if (sum.totalFiles === 0) return part(done);
  const left = room - done.length - 2;
  return [[`${done}  `], ...headLine(sum, { room: left, style })];
}
