import { isPacked, type Children } from '../../model/children.ts';
import type { DestinationChild, SourceEntry } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';

/**
 * Children of which cannot be told which they are, set aside so that the others of their folder are shown. In the listing they
 * come back right behind their folder, as entries that say so.
 */
export class GarbledChildren {
  readonly #aside = new Map<RelPath, readonly SourceEntry[]>();

  /** The children without those. A packed listing is left as it is. */
  setAside(folder: RelPath, children: Children): Children {
    if (isPacked(children)) return children;
    const garbled = children.filter((child) => child.kind === 'unknown' && child.anywhere === true);
    if (garbled.length === 0) return children;
    this.#aside.set(
      folder,
      garbled.flatMap((child) => entryOf(folder, child)),
    );
    return children.filter((child) => !garbled.includes(child));
  }

  /** What was set aside of this folder, once. */
  take(folder: RelPath): readonly SourceEntry[] {
    const entries = this.#aside.get(folder) ?? [];
    this.#aside.delete(folder);
    return entries;
  }
}

function entryOf(folder: RelPath, child: DestinationChild): readonly SourceEntry[] {
  if (child.kind !== 'unknown') return [];
  const { name, problem } = child;
  return [{ kind: 'unknown', path: folder + name, covers: 'nothing', problem, within: folder }];
}
