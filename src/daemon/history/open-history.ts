import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunAction, RunSummary } from '../../model/run.ts';
import { inspectLedger } from '../../sync/ledger/known-pairs.ts';
import type { Ledger } from '../../sync/ledger/ledger.ts';
import { pairName } from '../../sync/ledger/pair-name.ts';
import type { ActionsPart, RunLog } from '../../sync/ledger/runs/run-log.ts';
import { whoHolds } from '../../sync/ledger/sqlite-lock.ts';

/** The pair of a job, by the labels of its open ends. */
export interface HistoryOf {
  readonly stateFolder: string;
  readonly source: string;
  readonly destination: string;
}

/**
 * What is remembered of the runs of a pair; a pair without a ledger has none. Each call opens the ledger and closes it, also
 * while a run writes it. All of them reject with `state_unusable` a ledger that cannot be read.
 */
export interface History {
  /** The newest first, at most `limit`; `before`: only runs older than the one of that ID. A run that goes on is left out. */
  runs(page: { readonly limit: number; readonly before?: string | undefined }): RunSummary[];
  run(id: string): RunSummary | undefined;
  /** In their order. */
  actions(id: string, part: ActionsPart): RunAction[];
  /** When the last run ended that was clean or had warnings only. Milliseconds since 1970. */
  lastSuccessMs(): number | undefined;
}

export function openHistory({ stateFolder, source, destination }: HistoryOf): History {
  const file = join(stateFolder, pairName(source, destination));
  const read = <T>(absent: T, work: (runs: RunLog) => T): T => {
    if (!existsSync(`${file}.sqlite`)) return absent;
    const ledger = inspectLedger({ source, destination, file, older: false });
    try {
      return work(ledger.runs);
    } finally {
      ledger.close();
    }
  };
  return {
    runs: (page) =>
      read([], (runs) => endedRuns(runs, page, { held: whoHolds(`${file}.lock`) !== undefined })),
    run: (id) => read(undefined, (runs) => runs.get(id)),
    actions: (id, page) => read([], (runs) => runs.actions(id, page)),
    lastSuccessMs: () => read(undefined, (runs) => runs.lastSuccessMs()),
  };
}

/** The newest first. `held`: a process works on the pair, so that a newest run without an end may be its own. */
export function endedRuns(
  runs: Ledger['runs'],
  { limit, before }: { readonly limit: number; readonly before?: string | undefined },
  { held }: { readonly held: boolean },
): RunSummary[] {
  if (!held || before !== undefined) return runs.page({ limit, before });
  const [newest, ...older] = runs.page({ limit: limit + 1 });
  if (newest === undefined) return [];
  return newest.didNotEnd === true ? older : [newest, ...older].slice(0, limit);
}
