import type { Ledger } from '../../ledger/ledger.ts';
import type { PlanStore } from '../store/plan-store.ts';

/**
 * Undoes pairs that were found by an identity which a third file has as well. A source that makes identities
 * from what a server says of the content, as an ETag, may give two files the same one: a move could take the wrong file.
 * Not pure: drops pairs from the plan store, and reads the ledger.
 */
export function withoutSharedIdentities(store: PlanStore, ledger: Ledger): void {
  if (store.pairs.isEmpty()) return;
  for (const page of ledger.rows()) {
    const identities = page.flatMap(({ identity }) => identity ?? []);
    const paired = store.pairs.withIdentities(identities);
    if (paired.size === 0) continue;
    for (const { path, identity } of page) {
      const from = identity === undefined ? undefined : paired.get(identity);
      if (from !== undefined && from !== path) store.pairs.drop(from);
    }
  }
}
