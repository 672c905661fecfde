import { SyncError } from '../../model/errors.ts';
import type { StopSignals } from '../context.ts';
import type { Host } from './host.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** `say` tells the person what happens now, one line. */
export function listenForStop(host: Host, say: (text: string) => void): StopSignals {
  const draining = new AbortController();
  const stopped = new AbortController();
  let stoppedBy: NodeJS.Signals | undefined;
  let releases: (() => void)[] = [];
  const descriptions = new Map<() => string | undefined, { readonly finishes: boolean }>();

  const dispose = (): void => {
    for (const release of releases) release();
    releases = [];
  };
  const interrupted = (message: string): SyncError =>
    new SyncError('interrupted', message, { verdict: 'end_run' });
  const hear = (name: NodeJS.Signals): void => {
    stoppedBy ??= name;
    if (!draining.signal.aborted) {
      say(`stopping: ${whatHappens(descriptions)}`);
      draining.abort(interrupted(`stopped by ${name}`));
    } else {
      say('stopping at once; the next run looks again at what was in flight');
      stopped.abort(interrupted(`stopped at once by ${name}`));
      dispose(); // a third signal is the system's: nothing of ours may hold the process
    }
  };
  releases = SIGNALS.map((name) => host.onSignal(name, () => hear(name)));

  return {
    draining: draining.signal,
    signal: stopped.signal,
    get stoppedBy() {
      return stoppedBy;
    },
    describe: (text, how = { finishes: true }) => {
      descriptions.set(text, how);
      return () => void descriptions.delete(text);
    },
    drain: (message) => draining.abort(interrupted(message)),
    dispose,
  };
}

/** What a first signal does, as the commands describe it. */
function whatHappens(
  descriptions: ReadonlyMap<() => string | undefined, { readonly finishes: boolean }>,
): string {
  const all = [...descriptions].map(([text, { finishes }]) => ({ text: text(), finishes }));
  const told = all.flatMap(({ text }) => text ?? []).join('; ');
  if (all.length > 0 && all.every(({ finishes }) => !finishes)) return told || 'nothing was changed';
  return `finishing ${told || 'what is in flight'}; once more stops at once`;
}
