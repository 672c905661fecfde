import { systemClock } from '../sync/clock.ts';
import { WatchLoop } from '../sync/watch/watch-loop.ts';
import type { WatchEvent } from '../sync/watch/watch-events.ts';
import type { OpenJob } from '../jobs/open-job.ts';
import { defaultsOf } from '../jobs/settings/settings.ts';
import type { Surroundings } from '../jobs/surroundings.ts';

/** The loop that keeps an open job in step until its surroundings say stop; `onEvent` hears of all it does. */
export function watchJob(
  pair: OpenJob,
  { draining, signal }: Pick<Surroundings, 'draining' | 'signal'>,
  onEvent: (event: WatchEvent) => void,
): WatchLoop {
  const { job, source, ledger, filter } = pair;
  const { settle, fullEvery, poll } = job.when ?? defaultsOf('when');
  return new WatchLoop({
    source,
    filter,
    pass: (request) => pair.run({ ...request, cause: request.scope === undefined ? 'full' : 'watch' }),
    isRecorded: (entry) => ledger.get(entry.path)?.version === entry.version,
    clock: systemClock,
    // files that appear whole need not stand still first
    settleMs: source.traits.filesAppearWhole ? 0 : settle,
    fullEveryMs: fullEvery,
    pollMs: poll,
    draining,
    signal,
    onEvent,
  });
}
