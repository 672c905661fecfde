import type { UsageLine } from '../../../../src/daemon/view/page-api.ts';
import { askLines } from '../../live/api.ts';
import { nowMs } from '../../live/connection.ts';
import { Store } from '../../live/store.ts';
import { EMPTY_USAGE, withLines, type Usage } from '../../text/usage.ts';

export interface Walk {
  readonly usage: Usage;
  readonly atMs: number;
  readonly isWalking: boolean;
  readonly problem: string | undefined;
}

/** A walk sends requests to a Stage, so what it found is kept while the page is open. */
const walks = new Map<string, Store<Walk>>();
const MOST_WALKS = 50;
/** Between two drawings. */
const DRAW_EVERY_MS = 200;

let under: { readonly address: string; readonly abort: AbortController } | undefined;

const FRESH = (): Walk => ({ usage: EMPTY_USAGE, atMs: nowMs(), isWalking: true, problem: undefined });

/** What is known of a folder. Begins to add it up where nothing is known, and ends what is added up elsewhere. */
export function walkOf(address: string): Store<Walk> {
  const known = walks.get(address);
  if (known !== undefined) return known;
  const store = new Store<Walk>(FRESH());
  walks.set(address, store);
  const [oldest] = walks.keys();
  if (walks.size > MOST_WALKS && oldest !== undefined) walks.delete(oldest);
  void walk(address, store);
  return store;
}

/** Adds the folder up anew. */
export function walkAgain(address: string): void {
  const store = walks.get(address);
  if (store === undefined) return;
  store.set(FRESH());
  void walk(address, store);
}

/** Ends the walk that goes on; what it found so far stays. */
export function stopWalk(): void {
  under?.abort.abort();
}

/** Ends the walk of a folder that is no longer looked at, and forgets the part that it found. One of another folder goes on. */
export function leaveWalk(address: string): void {
  if (under?.address !== address) return;
  walks.delete(address);
  under.abort.abort();
}

async function walk(address: string, store: Store<Walk>): Promise<void> {
  if (under !== undefined) leaveWalk(under.address);
  const abort = new AbortController();
  under = { address, abort };
  let waiting: UsageLine[] = [];
  const draw = (): void => {
    if (waiting.length > 0) store.set({ ...store.value, usage: withLines(store.value.usage, waiting) });
    waiting = [];
  };
  const timer = setInterval(draw, DRAW_EVERY_MS);
  try {
    const query = `stage/usage?address=${encodeURIComponent(address)}`;
    for await (const line of askLines<UsageLine>(query, abort.signal)) waiting.push(line);
    draw();
    store.set({ ...store.value, isWalking: false });
  } catch (error) {
    draw();
    const problem = abort.signal.aborted
      ? 'Stopped: this is not all.'
      : String(error instanceof Error ? error.message : error);
    store.set({ ...store.value, isWalking: false, problem });
  } finally {
    clearInterval(timer);
    if (under?.abort === abort) under = undefined;
  }
}
