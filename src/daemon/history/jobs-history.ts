import type { RunSummary } from '../../model/run.ts';
import { inspectLedger, knownPairs, type KnownPair } from '../../sync/ledger/known-pairs.ts';
import type { ActionsPage, RunsPage } from '../view/page-api.ts';
import { openHistory, type History } from './open-history.ts';

/** What is remembered of the runs of a daemon's jobs, by their names. */
export interface JobsHistory {
  /** The newest first; `before`: only those older than the run of that ID. */
  runs(job: string, part: { readonly before: string | undefined; readonly limit: number }): RunsPage;
  run(job: string, id: string): RunSummary | undefined;
  actions(
    job: string,
    id: string,
    part: { readonly offset: number; readonly limit: number; readonly onlyFailed: boolean },
  ): ActionsPage;
}

/** A job is found by the name that its runs wrote into its ledger; one that never ran has no history. */
export function openJobsHistory(stateFolder: string): JobsHistory {
  const found = new Map<string, KnownPair>();
  const historyOf = (job: string): History | undefined => {
    let pair = found.get(job);
    if (pair === undefined || jobOf(pair) !== job)
      pair = knownPairs(stateFolder).pairs.find((each) => each.job === job);
    if (pair === undefined) return undefined;
    found.set(job, pair);
    return openHistory({ stateFolder, source: pair.source, destination: pair.destination });
  };
  return {
    runs(job, { before, limit }) {
      const runs = historyOf(job)?.runs({ before, limit: limit + 1 }) ?? [];
      return { runs: runs.slice(0, limit), more: runs.length > limit };
    },
    run: (job, id) => historyOf(job)?.run(id),
    actions(job, id, { offset, limit, onlyFailed }) {
      const history = historyOf(job);
      const actions = history?.actions(id, { offset, limit: limit + 1, onlyNotDone: onlyFailed }) ?? [];
      const cut = (history?.run(id)?.actionsCut ?? 0) > 0;
      return { actions: actions.slice(0, limit), more: actions.length > limit, cut };
    },
  };
}

/** The job whose name the ledger has now; undefined where the file is gone or cannot be read. */
function jobOf(pair: KnownPair): string | undefined {
  try {
    const ledger = inspectLedger(pair);
    try {
      return ledger.recall('job');
    } finally {
      ledger.close();
    }
  } catch {
    return undefined;
  }
}
