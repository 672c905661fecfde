import type { PassSummary, WatchStatus } from '../sync/watch/watch-events.ts';

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

const passObject = (pass: PassSummary | undefined) =>
  pass && {
    at: iso(pass.startedMs),
    folders: pass.folders,
    reason: pass.reason,
    report: pass.report,
    error: pass.error,
  };

/** A status as JSON has it: times in ISO 8601. */
export const statusObject = (status: WatchStatus) => ({
  state: status.state,
  reason: status.reason,
  since: iso(status.stateSinceMs),
  mode: status.mode,
  watches: status.watches,
  waiting: status.waiting,
  oldestChange: iso(status.oldestChangeMs),
  lastPass: passObject(status.lastPass),
  lastFullPass: passObject(status.lastFullPass),
  nextFullPass: iso(status.nextFullPassMs),
});
