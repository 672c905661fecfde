import type { Position } from '../file-problem.ts';

/** A value of the file, with the places where it and its keys stand. */
export type Located = LocatedScalar | LocatedList | LocatedMap;

interface Placed {
  readonly at: Position;
}

export interface LocatedScalar extends Placed {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** Names of the environment variables that it was made with. */
  readonly variables: readonly string[];
}

export interface LocatedList extends Placed {
  readonly kind: 'list';
  readonly items: readonly Located[];
}

export interface LocatedMap extends Placed {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}

export interface LocatedEntry {
  /** Where the key stands. */
  readonly keyAt: Position;
  readonly value: Located;
}

/** What lies at a path; undefined: nothing. */
export function valueAt(top: Located | undefined, path: readonly PropertyKey[]): Located | undefined {
  let found = top;
  for (const step of path) {
    if (found?.kind === 'map') found = found.entries.get(String(step))?.value;
    else if (found?.kind === 'list') found = found.items[Number(step)];
    else return undefined;
  }
  return found;
}

/** Where a path stands: its key, or what of the way to it is there. */
export function positionOf(top: Located, path: readonly PropertyKey[]): Position {
  let [found, at] = [top, top.at];
  for (const step of path) {
    if (found.kind === 'map') {
      const entry = found.entries.get(String(step));
      if (entry === undefined) return at;
      [found, at] = [entry.value, entry.keyAt];
    } else if (found.kind === 'list') {
      const item = found.items[Number(step)];
      if (item === undefined) return at;
      [found, at] = [item, item.at];
    } else return at;
  }
  return at;
}

/** The value alone, as JSON has it. */
export function plainValue(located: Located): unknown {
  switch (located.kind) {
    case 'scalar':
      return located.value;
    case 'list':
      return located.items.map(plainValue);
    case 'map':
      return Object.fromEntries(
        Array.from(located.entries, ([key, { value }]) => [key, plainValue(value)] as const),
      );
    default:
      return located satisfies never;
  }
}

/** The environment variables that a value, or something in it, was made with. */
export function variablesIn(located: Located): readonly string[] {
  if (located.kind === 'scalar') return located.variables;
  const below =
    located.kind === 'list' ? located.items : Array.from(located.entries.values(), ({ value }) => value);
  return [...new Set(below.flatMap(variablesIn))];
}
