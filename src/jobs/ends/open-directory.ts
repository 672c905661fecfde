import { newOwner } from '../../destinations/local/temporary-names.ts';
import type { Destination } from '../../model/ports.ts';
import type { Ledger } from '../../sync/ledger/ledger.ts';
import type { LocalAddress } from '../addresses.ts';

/** A directory as the destination of a job; it is made with the first change when it is not there. */
export async function openDirectory(
  { root }: LocalAddress,
  { owner }: { readonly owner: () => string | undefined },
): Promise<Destination> {
  const { openLocalDestination } = await import('../../destinations/local/local-destination.ts');
  return openLocalDestination({ root, create: true, owner });
}

const OWNER = 'owner';

/**
 * The name by which the pair of a ledger knows its own half-written files again. Whoever has the ledger open is the only one
 * that writes by this name.
 */
export function ownerOf(ledger: Ledger): string {
  const known = ledger.recall(OWNER);
  if (known !== undefined) return known;
  const owner = newOwner();
  ledger.remember(OWNER, owner);
  return owner;
}
