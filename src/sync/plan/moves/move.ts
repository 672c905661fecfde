import type { RelPath } from '../../../model/path.ts';
import type { Arrival } from '../planned.ts';

export interface Move {
  readonly from: RelPath;
  readonly to: RelPath;
}

export interface FolderMove extends Move {
  /** Files that come to their place with the folder. */
  readonly files: number;
}

/** A step of a plan. A move by way of a hidden name is two steps, which name the move they are halves of. */
export interface OrderedMove extends Move {
  readonly aside?: { readonly half: 'out' | 'in'; readonly whole: Move } | undefined;
}

/** A move to be made. `arrival`: the source's file that is then at the new name; absent for a folder. */
export interface MoveStep extends OrderedMove {
  readonly files?: number;
  readonly arrival?: Arrival | undefined;
  /** No other step has to wait for this one. */
  readonly independent?: boolean;
}

/** A move as its two halves, from its name to a hidden one and from there. */
export const byWayOf = (whole: Move, hidden: RelPath): [out: OrderedMove, back: OrderedMove] => [
  { from: whole.from, to: hidden, aside: { half: 'out', whole } },
  { from: hidden, to: whole.to, aside: { half: 'in', whole } },
];

/** The move that a step is, or is a half of. */
export const wholeOf = (step: OrderedMove): Move => step.aside?.whole ?? step;

/** Where the move of a folder brings a path that is in it. */
export const pathAfter = ({ from, to }: Move, path: RelPath): RelPath => to + path.slice(from.length);

/** Where a path in the new folder of a move was before the move. */
export const pathBefore = ({ from, to }: Move, path: RelPath): RelPath => from + path.slice(to.length);
