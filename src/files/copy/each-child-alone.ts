import { garbledIn, type Children } from '../../model/children.ts';
import type { DestinationChild } from '../../model/entry.ts';
import type { Destination } from '../../model/ports.ts';

/**
 * The same destination for reading. A child of which cannot be told which it is makes nothing else unclear: who copies what is
 * listed removes nothing, so that what is not listed is of no account.
 */
export const withEachChildAlone = (destination: Destination): Destination => ({
  ...destination,
  listFolder: async (folder, call) => {
    const children = await destination.listFolder(folder, call);
    return children && alone(children);
  },
});

const alone = (children: Children): Children =>
  garbledIn(children) === undefined ? children : Array.from(children, named);

function named(child: DestinationChild): DestinationChild {
  if (child.kind !== 'unknown') return child;
  const { kind, name, problem } = child;
  return { kind, name, problem };
}
