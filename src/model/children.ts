import type { DestinationChild } from './entry.ts';

/**
 * Direct children of a folder at a destination, as one listing shows them. Of a folder with very many children they are
 * kept packed, because an object for each would take ten times the memory.
 */
export type Children = readonly DestinationChild[] | PackedChildren;

/**
 * Children that are made when they are asked for. A place counts from 0, in path order: the order of the names' UTF-8
 * bytes, where the name of a folder ends in '/'.
 */
export interface PackedChildren extends Iterable<DestinationChild>, ChildrenByName {
  /** How many there are. */
  readonly length: number;
  at(place: number): DestinationChild;
  /** Whether the child is a folder, without making it. */
  isFolder(place: number): boolean;
  /** An unknown child that may stand for any name (`anywhere`), where there is one. */
  readonly garbled: DestinationChild | undefined;
}

export interface ChildrenByName {
  /** What a name has: nothing, a file, a folder, both of these, or one unknown child. */
  named(name: string): readonly DestinationChild[];
}

export const isPacked = (children: Children): children is PackedChildren => !Array.isArray(children);

/** For many look-ups in one listing. */
export function byName(children: Children): ChildrenByName {
  if (isPacked(children)) return children;
  const named = new Map<string, DestinationChild[]>();
  for (const child of children) {
    const others = named.get(child.name);
    if (others === undefined) named.set(child.name, [child]);
    else others.push(child);
  }
  return { named: (name) => named.get(name) ?? NONE };
}

/** For one look-up. */
export const childrenNamed = (children: Children, name: string): readonly DestinationChild[] =>
  isPacked(children) ? children.named(name) : children.filter((child) => child.name === name);

/** A child of which cannot be told which it is: none of the folder is then known to be absent. */
export function garbledIn(children: Children): Extract<DestinationChild, { kind: 'unknown' }> | undefined {
  const garbled = isPacked(children)
    ? children.garbled
    : children.find((child) => child.kind === 'unknown' && child.anywhere === true);
  return garbled?.kind === 'unknown' ? garbled : undefined;
}

const NONE: readonly DestinationChild[] = [];
