import type { JobListener } from '../supervision/job-events.ts';
import type { Notifier } from './notifier.ts';

/** Hears what a job of the daemon tells, and hands on what its targets may want to know. */
export const jobNotices =
  (notifier: Notifier): JobListener =>
  (event) => {
    if (event.type === 'run') notifier.runEnded(event.run);
    else if (event.type === 'state' && event.state === 'halted')
      notifier.halted(event.reason ?? 'it has halted');
    else if (event.type === 'skipped' && event.why === 'running')
      notifier.skipped('the run before was still going on');
    else if (event.type === 'skipped' && event.why === 'missed')
      notifier.skipped(
        event.count === 1
          ? 'the machine or the daemon slept when a run was due'
          : `the machine or the daemon slept when ${event.count} runs were due`,
      );
  };
