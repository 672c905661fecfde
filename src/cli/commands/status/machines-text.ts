import type { LeadershipView } from '../../../daemon/view/daemon-view.ts';
import type { BudgetView, QueueView } from '../../../daemon/view/machines-view.ts';
import type { QueuedPair, QueueWorker } from '../../../model/cluster/queue-state.ts';
import { printable } from '../../../model/printable.ts';
import { count, counted, duration } from '../../output/quantities.ts';
import { shownTime } from '../../output/times.ts';

/** More workers, or pairs, than these are not told one by one; `--json` has all of them. */
const MOST_SHOWN = 20;

export interface MachinesTextOptions {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly isTerminal: boolean;
}

type Row = readonly [title: string, text: string];

const lines = (head: string, rows: readonly Row[]): string[] => [
  printable(head),
  ...rows.map(([title, text]) => `  ${title.padEnd(8)} ${printable(text)}`),
];

/** What is in a queue, and who works for it, as lines for people. */
export function queueText(queue: QueueView, options: MachinesTextOptions): string[] {
  const head = `queue ${queue.queue}`;
  if (queue.isUp === undefined) return lines(head, [['now', 'not looked at yet']]);
  if (!queue.isUp) return lines(head, [['now', 'does not answer']]);
  const { workers, pairs } = queue;
  return lines(head, [
    ['workers', workersText(queue)],
    ...workers.slice(0, MOST_SHOWN).flatMap((worker) => workerRows(worker, options)),
    ...more(workers.length, 'worker'),
    ...(pairs.length === 0 ? [['pairs', 'none has anything in it'] as const] : []),
    ...pairs.slice(0, MOST_SHOWN).flatMap((pair) => pairRows(pair, options)),
    ...more(pairs.length, 'pair'),
  ]);
}

const more = (all: number, noun: string): readonly Row[] =>
  all > MOST_SHOWN ? [['', `and ${counted(all - MOST_SHOWN, `more ${noun}`)}: --json tells of all`]] : [];

function workersText({ queue, workers }: QueueView): string {
  if (workers.length === 0) return `none; start one: stagesync worker --queue ${queue}`;
  const lanes = workers.reduce((sum, worker) => sum + worker.lanes, 0);
  return `${count(workers.length)}, with ${counted(lanes, 'request')} at once`;
}

function workerRows(
  { name, pid, sinceMs, lanes, transfers, batches }: QueueWorker,
  options: MachinesTextOptions,
): readonly Row[] {
  const does =
    batches === 0 ? 'waits for files' : `sends ${counted(transfers, 'file')} of ${batchesText(batches)}`;
  return [
    ['worker', name],
    ['', `${processText({ pid, sinceMs }, options)}${counted(lanes, 'request')} at once`],
    ['', does],
  ];
}

function pairRows(pair: QueuedPair, options: MachinesTextOptions): readonly Row[] {
  const { source, destination, host, waiting, active, answered, isAtWork } = pair;
  const counts = countsText([
    [waiting, 'waits', 'wait'],
    [active, 'is being sent', 'are being sent'],
    [answered, 'is answered', 'are answered'],
  ]);
  const who = host === undefined ? '' : `${processText(pair, options)}on ${host}`;
  return [
    ['pair', source === undefined ? pair.pair : `${source} -> ${destination}`],
    ['', counts === '' ? 'no batch is outstanding' : counts],
    isAtWork
      ? ['', who]
      : ['', `its sync does not work now${host === undefined ? '' : ` (${who})`}; the next run goes on`],
  ];
}

/** '14 batches wait, 2 are being sent'. */
const countsText = (counts: readonly (readonly [batches: number, one: string, several: string])[]): string =>
  counts
    .filter(([batches]) => batches > 0)
    .map(
      ([batches, one, several], at) =>
        `${at === 0 ? batchesText(batches) : count(batches)} ${batches === 1 ? one : several}`,
    )
    .join(', ');

const batchesText = (batches: number): string => counted(batches, 'batch', 'batches');

/** 'process 12, since 10:00:00, ', as far as it is known. */
function processText(
  { pid, sinceMs }: { readonly pid?: number | undefined; readonly sinceMs?: number | undefined },
  { isTerminal }: MachinesTextOptions,
): string {
  const parts = [
    pid === undefined ? '' : `process ${pid}`,
    sinceMs === undefined ? '' : `since ${shownTime(sinceMs, { isTerminal })}`,
  ];
  return parts.map((part) => (part === '' ? '' : `${part}, `)).join('');
}

/** How a budget does, as lines for people. */
export function budgetText(
  { budget, name, reached, perSecond, users, pausedUntilMs }: BudgetView,
  { nowMs }: MachinesTextOptions,
): string[] {
  const pace = perSecond === undefined ? 'nothing limits it yet' : `${decimal(perSecond)} requests a second`;
  const by = users === undefined ? '' : `, ${counted(users, 'process', 'processes')} at work`;
  const leftMs = (pausedUntilMs ?? 0) - nowMs;
  return lines(`budget ${name}`, [
    ['server', `${budget}${reached ? '' : ' does not answer: this daemon keeps to its share'}`],
    ['pace', `${pace}${by}`],
    ...(leftMs > 0 ? [['paused', `for another ${duration(leftMs)}, as Stage asked`] as const] : []),
  ]);
}

const decimal = (perSecond: number): string =>
  perSecond >= 100 ? count(Math.round(perSecond)) : `${perSecond}`;

/** Who leads, where several daemons take turns. */
export function leadershipText(file: string, leadership: LeadershipView): string[] {
  const { name, state, epoch, leader, brokerUp } = leadership;
  const text =
    state === 'leading'
      ? `leads ${name} (epoch ${epoch})`
      : `stands by: ${leader === undefined ? 'nobody' : leader} leads ${name}${leader === undefined ? ' that it knows of' : ''}`;
  return lines(`daemon of ${file}`, [
    ['now', text],
    ...(brokerUp ? [] : [['broker', 'does not answer'] as const]),
  ]);
}
