import type { Body, CopyStore } from './copy-store.ts';
import { headerOf } from './packed-ledger.ts';
import { isUpTo, termIn, type Term } from './term.ts';

/** Leaders that stood still, and put their ledgers all at this moment. */
const MOST_TRIES = 4;

/**
 * Puts a packed ledger in the place of `expected`, and, where there is an election, in that of whatever an earlier leader put there
 * meanwhile: one that wakes up late. Resolves with its version; with undefined where another run's has to stay.
 */
export async function putLedger(
  store: CopyStore,
  name: string,
  body: Body,
  { expected, term }: { readonly expected: string | undefined; readonly term: Term | undefined },
): Promise<string | undefined> {
  let version = await store.put(name, body, expected);
  if (term === undefined) return version;
  for (let tries = 1; version === undefined && tries < MOST_TRIES; tries++) {
    const found = await store.get(name);
    if (found !== undefined) {
      const written = termIn(await headerOf(found.body));
      // that of a run without an election, of another election, or of a later leader stays
      if (!isUpTo(written, term)) return undefined;
    }
    version = await store.put(name, body, found?.version);
  }
  return version;
}
