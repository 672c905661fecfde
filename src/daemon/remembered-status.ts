import type { Ledger } from '../sync/ledger/ledger.ts';
import type { WatchStatus } from '../sync/watch/watch-events.ts';
import { statusObject } from './status-object.ts';

const KEY = 'watch';

/** What a watch last was doing, kept in the ledger for `stagesync status`. */
export function rememberStatus(ledger: Ledger, status: WatchStatus | undefined): void {
  try {
    ledger.remember(KEY, status === undefined ? undefined : JSON.stringify(statusObject(status)));
  } catch {
    // a ledger that cannot be written ends the pass, which says so
  }
}

/** As it was written; it says nothing about whether that watch still lives. */
export function recallStatus(ledger: Ledger): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = ledger.recall(KEY);
    return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>);
  } catch {
    return undefined;
  }
}
