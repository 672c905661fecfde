import type { DaemonView, JobView } from '../../../src/daemon/view/daemon-view.ts';
import type { BudgetView, QueueView } from '../../../src/daemon/view/machines-view.ts';
import { bytes, count, counted } from '../../../src/cli/output/quantities.ts';
import { span } from './times.ts';
import { decimal, type Tone } from './words.ts';

/** A word or two of what machines share, and what it means to who looks. */
export interface Told {
  readonly text: string;
  readonly tone: Tone;
}

/** Who sends the files. */
export function workersTold({ isUp, workers }: Pick<QueueView, 'isUp' | 'workers'>): Told {
  if (isUp === undefined) return { text: 'not looked at yet', tone: 'calm' };
  if (!isUp) return { text: 'not known: the queue does not answer', tone: 'bad' };
  if (workers.length === 0) return { text: 'none: files wait until one starts', tone: 'warn' };
  const busy = workers.filter(({ batches }) => batches > 0).length;
  const sending = busy === 0 ? 'none' : busy === workers.length && busy > 1 ? 'all' : count(busy);
  return { text: `${count(workers.length)}, ${sending} sending`, tone: 'good' };
}

/** What workers have of all jobs; undefined where no job has handed them anything. */
export function withWorkers(jobs: readonly JobView[]): string | undefined {
  const all = jobs.flatMap(({ current }) => (current?.workers === undefined ? [] : [current.workers]));
  if (all.length === 0) return undefined;
  const files = all.reduce((sum, each) => sum + each.files, 0);
  const size = all.reduce((sum, each) => sum + each.bytes, 0);
  return filesText(files, size);
}

/** '600 files, 12 MB', or 'nothing'. */
export const filesText = (files: number, size: number): string =>
  files === 0 ? 'nothing' : `${counted(files, 'file')}, ${bytes(size)}`;

/** Those that say something: one that limits nothing, and that nobody uses now, is left out. */
export const telling = (budgets: readonly BudgetView[]): readonly BudgetView[] =>
  budgets.filter(
    ({ reached, perSecond, users, pausedUntilMs }) =>
      !reached || perSecond !== undefined || users !== undefined || pausedUntilMs !== undefined,
  );

/** What tells one budget from the others: its deployment, or its API; the name of a budget that somebody named. */
export const budgetLabel = (name: string): string =>
  /^https?:\/\/[^/]+\/(.+)$/.exec(name)?.[1] ?? name.replace(/^https?:\/\//, '');

/** How fast all that share a budget may go. */
export function budgetTold({ reached, perSecond, users, pausedUntilMs }: BudgetView, nowMs: number): Told {
  const rate = perSecond === undefined ? 'no limit met yet' : `${decimal(perSecond)} requests a second`;
  const by = users === undefined ? '' : `, ${counted(users, 'process', 'processes')}`;
  if (!reached) return { text: `does not answer: this daemon keeps to its share`, tone: 'warn' };
  const leftMs = (pausedUntilMs ?? 0) - nowMs;
  if (leftMs > 0) return { text: `all wait for ${span(leftMs)}, as Stage asked${by}`, tone: 'warn' };
  return { text: `${rate}${by}`, tone: 'good' };
}

/** Who leads, of daemons that take turns. */
export function leaderTold({ state, leader, brokerUp }: NonNullable<DaemonView['leadership']>): Told {
  if (state === 'leading') return { text: 'this daemon', tone: brokerUp ? 'good' : 'warn' };
  return leader === undefined
    ? { text: brokerUp ? 'nobody' : 'not known: the broker does not answer', tone: 'bad' }
    : { text: leader, tone: 'off' };
}
