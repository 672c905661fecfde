import { inspectLedger, knownPairs } from '../../sync/ledger/known-pairs.ts';
import type { PathExplanation } from '../view/page-api.ts';

/**
 * What was last decided for a path of a job, as its ledger has it; undefined where nothing was. The job is found by the name
 * that its runs wrote down. Rejects with `state_unusable` a ledger that cannot be read.
 */
export function explainPath(stateFolder: string, job: string, path: string): PathExplanation | undefined {
  const pair = knownPairs(stateFolder).pairs.find((each) => each.job === job);
  if (pair === undefined) return undefined;
  const ledger = inspectLedger(pair);
  try {
    const last = ledger.explain(path);
    if (last === undefined) return undefined;
    const { kind, reason, startedMs, row, table } = last;
    return {
      path,
      decision: kind,
      reason,
      ...(startedMs > 0 && { decidedMs: startedMs }),
      ...(row !== undefined && { size: row.size }),
      ...(table !== undefined && { table }),
    };
  } finally {
    ledger.close();
  }
}
