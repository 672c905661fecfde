import { resolve } from 'node:path';
import { inspectLedger, knownPairs } from '../../../sync/ledger/known-pairs.ts';
import type { KnownPair } from '../../../sync/ledger/known-pairs.ts';
import { whoHolds } from '../../../sync/ledger/sqlite-lock.ts';
import type { Holder } from '../../../sync/ledger/pair-lock.ts';
import type { Context } from '../../context.ts';
import { recallStatus } from '../../../daemon/remembered-status.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { realPath } from '../../../jobs/real-path.ts';
import { recordedObject, recordedTime, unusableLedger } from '../../output/recorded-values.ts';
import { printable } from '../../../model/printable.ts';
import type { Pace } from '../../../model/pace.ts';
import { isPaceReason, paceText } from '../../output/pace-text.ts';
import { counted } from '../../output/quantities.ts';

export interface StatusFlags {
  readonly json?: true;
}

const RUNS_SHOWN = 5;

interface Run {
  /** ISO 8601. */
  readonly at: string;
  /** Undefined: it has not ended, or was killed. */
  readonly outcome: string | undefined;
  readonly report: Readonly<Record<string, unknown>> | undefined;
}

interface PairStatus {
  readonly source: string;
  readonly destination: string;
  readonly heldBy: Holder | undefined;
  /** Of a watch that runs. */
  readonly watch: Readonly<Record<string, unknown>> | undefined;
  readonly runs: readonly Run[];
}

/** `stagesync status`. Exit status 3 when no pair fits, 2 when a ledger cannot be read; the others are still shown. */
export function showStatus(
  context: Context,
  source: string | undefined,
  dest: string | undefined,
  flags: StatusFlags,
): Promise<ExitStatus> {
  const known = knownPairs(context.environment.stateFolder);
  const pairs = known.pairs.filter(
    (pair) => fits(pair.source, source, context.host.cwd) && fits(pair.destination, dest, context.host.cwd),
  );
  const unusable = [...known.unusable];
  const statuses = pairs.flatMap((pair) => {
    try {
      return [statusOf(pair)];
    } catch (error) {
      unusable.push(unusableLedger(error, pair));
      return [];
    }
  });
  for (const status of statuses.sort(byLastRun)) {
    if (flags.json) context.out.line(JSON.stringify(status));
    else for (const line of inWords(status)) context.out.line(line);
  }
  for (const { message } of unusable) context.err.line(`stagesync: ${printable(message)}`);
  if (unusable.length > 0) return Promise.resolve(EXIT.usage);
  if (statuses.length > 0) return Promise.resolve(EXIT.clean);
  context.err.line('stagesync: nothing has been synced from here yet, or not this pair');
  return Promise.resolve(EXIT.failures);
}

/** The most recent first; the times are in ISO 8601. */
function byLastRun(a: PairStatus, b: PairStatus): number {
  const [one, other] = [a.runs[0]?.at ?? '', b.runs[0]?.at ?? ''];
  return one > other ? -1 : one < other ? 1 : 0;
}

function fits(label: string, wanted: string | undefined, cwd: string): boolean {
  if (wanted === undefined) return true;
  const bare = (each: string): string => each.replace(/\/+$/, '');
  if (wanted.includes('://')) return bare(label) === bare(wanted);
  const path = resolve(cwd, wanted);
  return label === path || label === realPath(path);
}

function statusOf(pair: KnownPair): PairStatus {
  const heldBy = whoHolds(`${pair.file}.lock`);
  const ledger = inspectLedger(pair);
  try {
    return {
      source: pair.source,
      destination: pair.destination,
      heldBy,
      watch: heldBy?.command === 'stagesync watch' ? recallStatus(ledger) : undefined,
      runs: ledger.runs(RUNS_SHOWN).map((run) => ({
        at: recordedTime(run.started, pair),
        outcome: run.outcome ?? undefined,
        report: run.report === null ? undefined : recordedObject(run.report, pair),
      })),
    };
  } finally {
    ledger.close();
  }
}

function inWords({ source, destination, heldBy, watch, runs }: PairStatus): string[] {
  const lines = [`${printable(source)} -> ${printable(destination)}`];
  const row = (name: string, text: string): void => void lines.push(`  ${name.padEnd(8)} ${printable(text)}`);
  const word = (key: string): string | undefined => plain(watch?.[key]);
  if (heldBy === undefined) row('now', 'nothing works on it');
  else row('now', `${heldBy.command}, process ${heldBy.pid}, since ${heldBy.since}`);
  if (watch !== undefined) {
    const reason = word('reason');
    row('watch', `${word('state')} since ${word('since')}${reason === undefined ? '' : `: ${reason}`}`);
    const watches = counted(Number(word('watches')), 'watch', 'watches');
    const waiting = counted(Number(word('waiting')), 'folder');
    row('', `hears of changes by ${word('mode')} (${watches}), ${waiting} waiting`);
    if (word('nextFullPass') !== undefined) row('', `compares everything again at ${word('nextFullPass')}`);
  }
  for (const run of runs) {
    const count = (key: string): string => plain(run.report?.[key]) ?? '0';
    const counts = `${count('uploaded')} uploaded, ${count('moved')} moved, ${count('removed')} removed, ${count('failed')} failed`;
    row('run', `${run.at}  ${run.outcome === undefined ? 'not ended' : `${run.outcome}: ${counts}`}`);
  }
  const pace = paceOf(runs.find((run) => run.report?.['pace'] !== undefined)?.report);
  if (pace !== undefined) row('pace', pace);
  return lines;
}

/** What the latest run that was tuned has settled on, and why. */
function paceOf(report: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const pace = report?.['pace'] as Partial<Pace> | undefined;
  if (pace?.atOnce === undefined || pace.why === undefined || !isPaceReason(pace.why)) return undefined;
  return paceText({ atOnce: pace.atOnce, why: pace.why, perSecond: pace.perSecond });
}

const plain = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? `${value}` : undefined;
