import { inspectLedger, knownPairs } from '../../sync/ledger/known-pairs.ts';
import { whoHolds } from '../../sync/ledger/sqlite-lock.ts';
import type { RunSummary } from '../../model/run.ts';
import { endedRuns } from './open-history.ts';

/** How the last run of a job ended. */
export interface LastRun {
  readonly run: RunSummary | undefined;
  /** Milliseconds since 1970. */
  readonly successMs: number | undefined;
}

/** The last runs of all jobs that ever ran, by their names, from one look at all ledgers. A ledger that cannot be read is left out. */
export function lastRuns(stateFolder: string): ReadonlyMap<string, LastRun> {
  const found = new Map<string, LastRun>();
  for (const pair of knownPairs(stateFolder).pairs) {
    if (pair.job === undefined) continue;
    try {
      const ledger = inspectLedger(pair);
      try {
        const held = whoHolds(`${pair.file}.lock`) !== undefined;
        const [run] = endedRuns(ledger.runs, { limit: 1 }, { held });
        const known = found.get(pair.job)?.run;
        // a job that was given another source or destination has several ledgers
        if (known === undefined || (run?.endedMs ?? 0) > known.endedMs)
          found.set(pair.job, { run, successMs: ledger.runs.lastSuccessMs() });
      } finally {
        ledger.close();
      }
    } catch {
      // the run that opens it says so
    }
  }
  return found;
}
