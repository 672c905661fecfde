import type { Destination } from '../../model/ports.ts';
import type { LocalAddress } from '../addresses.ts';

/** A directory as the destination of a job; it is made with the first change when it is not there. */
export async function openDirectory({ root }: LocalAddress): Promise<Destination> {
  const { openLocalDestination } = await import('../../destinations/local/local-destination.ts');
  return openLocalDestination({ root, create: true });
}
