import { emptyReport, type Outcome, type Report } from '../../../model/events.ts';
import type { FailureGroup, RunAction, RunCause, RunSummary } from '../../../model/run.ts';
import { damaged } from '../database/state-errors.ts';

/** A row of the table `run`, as SQLite gives it. */
export interface RunRow {
  /** The number that rows of files name. */
  readonly id: number;
  readonly command: string;
  readonly started: number;
  readonly finished: number | null;
  readonly outcome: string | null;
  readonly report: string | null;
  /** Null in rows of formats before 4, as all that follows. */
  readonly name: string | null;
  readonly cause: string | null;
  readonly error: string | null;
  readonly failures: string | null;
  readonly warnings: string | null;
  readonly actions_cut: number | null;
  readonly idle: number | null;
  readonly folded: number | null;
  readonly folded_since: number | null;
}

/** A row of the table `run_action`. */
export interface ActionRow {
  readonly number: number;
  readonly kind: string;
  readonly path: string;
  readonly to_path: string | null;
  readonly reason: string;
  readonly bytes: number | null;
  readonly files: number | null;
  readonly folder: string | null;
  readonly ms: number;
  readonly outcome: string;
  readonly code: string | null;
  readonly message: string | null;
}

/** Of the newest format. */
export const RUN_COLUMNS =
  'id, command, started, finished, outcome, report, name, cause, error, failures, warnings, actions_cut, idle, folded, folded_since';

/** The same from a ledger of an earlier format, which can be read though not written. */
export const FORMER_RUN_COLUMNS = RUN_COLUMNS.replace(
  /name.*/,
  'NULL AS name, NULL AS cause, NULL AS error, NULL AS failures, NULL AS warnings, NULL AS actions_cut, NULL AS idle, NULL AS folded, NULL AS folded_since',
);

/** The furthest that a Date reaches, in milliseconds either way. */
const FURTHEST = 8.64e15;

/** Rejects with `state_unusable`, naming `file`, what no run wrote: a damaged file can hold anything. */
export function toRunSummary(row: RunRow, file: string): RunSummary {
  const { finished, report, failures, warnings } = row;
  const startedMs = recordedTime(row.started, file);
  const outcome = (row.outcome ?? 'interrupted') as Outcome;
  return {
    id: idOf(row),
    cause: causeOf(row),
    startedMs,
    endedMs: finished === null ? startedMs : recordedTime(finished, file),
    outcome,
    report: report === null ? emptyReport(outcome) : toReport(outcome, report, file),
    ...(row.error !== null && { error: toError(row.error, file) }),
    failures: failures === null ? [] : toGroups(failures, file),
    ...(warnings !== null && { warnings: toGroups(warnings, file) }),
    ...(finished === null && { didNotEnd: true as const }),
    ...(row.folded !== null && {
      folded: { passes: row.folded, sinceMs: recordedTime(row.folded_since ?? row.started, file) },
    }),
    ...(row.actions_cut !== null && row.actions_cut > 0 && { actionsCut: row.actions_cut }),
  };
}

/** Runs of earlier formats had a number alone. */
export const idOf = ({ name, id }: Pick<RunRow, 'name' | 'id'>): string => name ?? String(id);

const CAUSES: readonly string[] = [
  'schedule',
  'missed',
  'watch',
  'full',
  'command',
  'flush',
] satisfies RunCause[];

function causeOf({ cause, command }: RunRow): RunCause {
  if (cause !== null && CAUSES.includes(cause)) return cause as RunCause;
  return command === 'stagesync watch' ? 'watch' : 'command';
}

function recordedTime(ms: number, file: string): number {
  if (!(Math.abs(ms) <= FURTHEST)) throw damaged(file, 'it holds a time that is none');
  return ms;
}

type Value = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Value =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw damaged(file, 'it holds a report that is none');
  }
}

/** A count that an earlier release did not have is 0. */
function toReport(outcome: Outcome, text: string, file: string): Report {
  const value = parsed(text, file);
  if (!isObject(value)) throw damaged(file, 'it holds a report that is none');
  const empty = emptyReport(outcome);
  for (const [key, usual] of Object.entries(empty))
    if (value[key] !== undefined && typeof value[key] !== typeof usual)
      throw damaged(file, `it holds a report whose ${key} is none`);
  return { ...empty, ...value };
}

function toError(text: string, file: string): { code: string; message: string } {
  const value = parsed(text, file);
  if (!isObject(value) || typeof value['code'] !== 'string' || typeof value['message'] !== 'string')
    throw damaged(file, 'it holds an error that is none');
  return { code: value['code'], message: value['message'] };
}

function toGroups(text: string, file: string): FailureGroup[] {
  const value = parsed(text, file);
  if (!Array.isArray(value) || !value.every(isGroup)) throw damaged(file, 'it holds failures that are none');
  return value;
}

const isGroup = (value: unknown): value is FailureGroup =>
  isObject(value) &&
  ['code', 'message', 'example'].every((key) => typeof value[key] === 'string') &&
  typeof value['count'] === 'number';

export const ACTION_COLUMNS =
  'number, kind, path, to_path, reason, bytes, files, folder, ms, outcome, code, message';

export const actionValues = (action: RunAction): (string | number | null)[] => [
  action.kind,
  action.path,
  action.to ?? null,
  action.reason,
  action.bytes ?? null,
  action.files ?? null,
  action.within ?? null,
  Math.round(action.ms),
  action.outcome,
  action.error?.code ?? null,
  action.error?.message ?? null,
];

export const toAction = (row: ActionRow): RunAction => ({
  kind: row.kind as RunAction['kind'],
  path: row.path,
  ...(row.to_path !== null && { to: row.to_path }),
  reason: row.reason,
  ...(row.bytes !== null && { bytes: row.bytes }),
  ...(row.files !== null && { files: row.files }),
  ...(row.folder !== null && { within: row.folder }),
  ms: row.ms,
  outcome: row.outcome as RunAction['outcome'],
  ...(row.code !== null && { error: { code: row.code, message: row.message ?? '' } }),
});
