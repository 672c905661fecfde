import type { ChangeHint } from '../../../model/ports.ts';
import type { Watcher } from './watcher.ts';

/** No watching at all: everything is looked at now and then. */
export function watchByPolling(onHint: (hint: ChangeHint) => void, everyMs: number): Watcher {
  const timer = setInterval(() => onHint({ everything: true, reason: 'scanning' }), everyMs);
  return { watches: 0, close: async () => clearInterval(timer) };
}
