import type { Children, ChildrenByName, PackedChildren } from '../../model/children.ts';
import { isPacked } from '../../model/children.ts';
import type { DestinationChild, Problem } from '../../model/entry.ts';
import { foldedName, type NameFolding } from '../../model/name-folding.ts';

const EVERYTHING: NameFolding = { case: true, forms: true };

/** Where files come to, as far as names matter. Asked only when a folder has names that might be one there. */
export type AskFolding = () => Promise<NameFolding>;

/**
 * The children of a folder for a destination that takes some names for one. Of names that are one there, none can be told to
 * be what is there: each becomes an unknown child, so that nothing comes to it, and nothing of that name is removed.
 */
export async function withoutNameConflicts(children: Children, ask: AskFolding): Promise<Children> {
  if (namesThatAreOne(children, EVERYTHING).size === 0) return children;
  const folding = await ask();
  if (!folding.case && !folding.forms) return children;
  const others = namesThatAreOne(children, folding);
  if (others.size === 0) return children;
  const shown = (child: DestinationChild): DestinationChild => {
    const other = others.get(child.name);
    return other === undefined ? child : { kind: 'unknown', name: child.name, problem: conflict(other) };
  };
  return isPacked(children) ? new ChangedChildren(children, shown) : children.map(shown);
}

const conflict = (other: string): Problem => ({
  code: 'name_conflict',
  severity: 'failure',
  message: `this name and ${JSON.stringify(other)} are one file where they are to go: its file system does not tell such names apart; rename one of the two`,
});

/** Each name that is one with another, and that other. */
function namesThatAreOne(children: Children, folding: NameFolding): ReadonlyMap<string, string> {
  const suspects = equalHashes(children, folding);
  const others = new Map<string, string>();
  if (suspects.size === 0) return others;
  const firsts = new Map<string, string>();
  for (const { name } of children) {
    const folded = foldedName(name, folding);
    if (!suspects.has(hashOf(folded))) continue;
    const first = firsts.get(folded);
    if (first === undefined) firsts.set(folded, name);
    else if (first !== name) {
      others.set(name, first);
      if (!others.has(first)) others.set(first, name);
    }
  }
  return others;
}

/** Hashes that two children or more have: of a million names only these are kept, and not the names. */
function equalHashes(children: Children, folding: NameFolding): ReadonlySet<number> {
  const hashes = new Float64Array(children.length);
  let place = 0;
  for (const { name } of children) hashes[place++] = hashOf(foldedName(name, folding));
  hashes.sort();
  const equal = new Set<number>();
  for (let at = 1; at < hashes.length; at++) if (hashes[at] === hashes[at - 1]) equal.add(hashes[at]!);
  return equal;
}

/** 52 bits, of two hashes in the manner of Fowler, Noll and Vo. */
function hashOf(text: string): number {
  let [low, high] = [0x811c9dc5, 0x01234567];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
  }
  return (high & 0xfffff) * 2 ** 32 + (low >>> 0);
}

/** The same children, each shown in another way when it is asked for. */
class ChangedChildren implements PackedChildren {
  readonly #children: PackedChildren;
  readonly #shown: (child: DestinationChild) => DestinationChild;

  constructor(children: PackedChildren, shown: (child: DestinationChild) => DestinationChild) {
    this.#children = children;
    this.#shown = shown;
  }

  get length(): number {
    return this.#children.length;
  }

  get garbled(): DestinationChild | undefined {
    return this.#children.garbled;
  }

  at(place: number): DestinationChild {
    return this.#shown(this.#children.at(place));
  }

  isFolder(place: number): boolean {
    return this.#children.isFolder(place) && this.at(place).kind === 'folder';
  }

  named: ChildrenByName['named'] = (name) => this.#children.named(name).map(this.#shown);

  *[Symbol.iterator](): Generator<DestinationChild, void> {
    for (const child of this.#children) yield this.#shown(child);
  }
}
