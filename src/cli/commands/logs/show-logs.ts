import { endedRuns } from '../../../daemon/history/open-history.ts';
import type { JobView } from '../../../daemon/view/daemon-view.ts';
import { printable } from '../../../model/printable.ts';
import type { RunAction, RunSummary } from '../../../model/run.ts';
import { inspectLedger, type KnownPair } from '../../../sync/ledger/known-pairs.ts';
import type { RunLog } from '../../../sync/ledger/runs/run-log.ts';
import { whoHolds } from '../../../sync/ledger/sqlite-lock.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { ofEachPair, type AlsoKnown, type WantedPairs } from '../../find-pairs.ts';
import type { FileFlags } from '../../jobs-file.ts';
import { jobsOfNamedFile } from '../../open-jobs-file.ts';
import { jobsOfDaemon, jobsWithoutPair, runBeyondLedger } from '../../jobs-of-daemon.ts';
import { recordedRun } from '../../../daemon/history/recorded-run.ts';
import { transferWords } from '../../../model/transfer-words.ts';
import { actionText, runText } from './run-text.ts';

export interface LogsFlags extends FileFlags {
  readonly json?: true;
  readonly run?: string;
  readonly last?: number;
}

const RUNS_SHOWN = 20;
/** Actions that are read at once. */
const PAGE = 200;

interface PairLogs {
  readonly pair: Pick<KnownPair, 'job' | 'source' | 'destination'>;
  /** The oldest first. */
  readonly runs: readonly RunSummary[];
  readonly actions: readonly RunAction[];
}

/** `stagesync logs`. Exit status 3 when no pair fits, or none has that run; 2 when a ledger cannot be read. */
export async function showLogs(context: Context, wanted: WantedPairs, flags: LogsFlags): Promise<ExitStatus> {
  const { json, run, last = RUNS_SHOWN } = flags;
  let shown = 0;
  const ofFile = jobsOfNamedFile(context, flags);
  const jobs = await jobsOfDaemon(context, flags);
  const also: AlsoKnown<PairLogs> = (pairs, isWanted) =>
    jobsWithoutPair(jobs, pairs)
      .map((job) => ({
        pair: { job: job.name, source: job.source, destination: job.destination },
        runs: runBeyondLedger(job, undefined).filter(({ id }) => run === undefined || id === run),
        actions: [],
      }))
      .filter(({ pair }) => isWanted(pair));
  const status = await ofEachPair(
    context,
    { ...wanted, jobs: ofFile, also },
    (pair) => readLogs(pair, { run, last, job: pair.job === undefined ? undefined : jobs.get(pair.job) }),
    (all) => {
      for (const each of all) {
        shown += each.runs.length;
        const lines = json
          ? asObjects(each)
          : asText(each, { isList: run === undefined, isTerminal: context.host.stdout.isTTY === true });
        for (const line of lines) context.out.line(line);
      }
    },
  );
  if (status !== EXIT.clean || shown > 0 || run === undefined) return status;
  context.err.line(`stagesync: no run ${printable(run)} is remembered; stagesync logs shows those that are`);
  return EXIT.failures;
}

interface WantedRuns {
  readonly run: string | undefined;
  readonly last: number;
  /** As a running daemon has it. */
  readonly job: JobView | undefined;
}

function readLogs(pair: KnownPair, { run, last, job }: WantedRuns): PairLogs {
  const ledger = inspectLedger(pair);
  try {
    if (run === undefined) {
      const held = whoHolds(`${pair.file}.lock`) !== undefined;
      const runs = endedRuns(ledger.runs, { limit: last }, { held });
      const all = [...runBeyondLedger(job, runs[0]), ...runs].slice(0, last);
      return { pair, runs: all.toReversed(), actions: [] };
    }
    const found = ledger.runs.get(run);
    if (found === undefined) {
      const runs = runBeyondLedger(job, undefined).filter(({ id }) => id === run);
      return { pair, runs, actions: [] };
    }
    return { pair, runs: [found], actions: actionsOf(ledger.runs, run) };
  } finally {
    ledger.close();
  }
}

/** A thousand at most. */
function actionsOf(runs: RunLog, id: string): RunAction[] {
  const actions: RunAction[] = [];
  for (;;) {
    const page = runs.actions(id, { limit: PAGE, offset: actions.length });
    actions.push(...page);
    if (page.length < PAGE) return actions;
  }
}

function asObjects({ pair: { job, source, destination }, runs, actions }: PairLogs): string[] {
  return [
    ...runs.map((run) =>
      JSON.stringify({
        type: 'run',
        job,
        source,
        destination,
        ...recordedRun(run),
        actionsCut: run.actionsCut,
      }),
    ),
    ...actions.map((action) => JSON.stringify({ type: 'action', ...action })),
  ];
}

function asText(
  { pair, runs, actions }: PairLogs,
  { isList, isTerminal }: { readonly isList: boolean; readonly isTerminal: boolean },
): string[] {
  if (runs.length === 0 && !isList) return [];
  const name = pair.job === undefined ? '' : `${printable(pair.job)}: `;
  const cut = runs[0]?.actionsCut ?? 0;
  const words = transferWords(pair.destination);
  return [
    `${name}${printable(pair.source)} -> ${printable(pair.destination)}`,
    ...(runs.length === 0
      ? ['  no run is remembered yet']
      : runs.flatMap((run) => runText(recordedRun(run), { words, isTerminal }))),
    ...actions.map((action) => actionText(action, words)),
    ...(!isList && cut > 0 ? [`  and ${cut} more actions, which are not remembered one by one`] : []),
  ];
}
