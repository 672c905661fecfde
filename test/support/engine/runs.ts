import { emptyReport, type Report } from '../../../src/model/events.ts';
import type { RunSummary } from '../../../src/model/run.ts';
import { HISTORY_MS, type BegunRun } from '../../../src/sync/ledger/runs/run-log.ts';

/** A run that begins, by a command, where the test does not say otherwise. */
export const begunRun = (given: Partial<BegunRun> = {}): BegunRun => ({
  id: `run of ${given.startedMs ?? 0}`,
  cause: 'command',
  command: 'test',
  startedMs: 0,
  historyMs: HISTORY_MS,
  ...given,
});

type Given = Partial<Omit<RunSummary, 'report'>> & { readonly report?: Partial<Report> };

/** A run that is over, clean and with nothing done, where the test does not say otherwise. */
export function endedRun({ report, ...given }: Given = {}): RunSummary {
  const { startedMs = 0, outcome = 'clean' } = given;
  return {
    id: `run of ${startedMs}`,
    cause: 'command',
    startedMs,
    endedMs: startedMs,
    outcome,
    report: { ...emptyReport(outcome), ...report },
    failures: [],
    ...given,
  };
}
