import type { RelPath } from '../../../model/path.ts';

export interface Move {
  readonly from: RelPath;
  readonly to: RelPath;
}

/** A step of the order. A move by way of a hidden name is two steps, which name the move they are halves of. */
export interface OrderedMove extends Move {
  readonly aside?: { readonly half: 'out' | 'in'; readonly whole: Move };
}

/**
 * Puts moves in an order in which no target is occupied when its turn comes: the end of a chain first, and one member
 * of each cycle by way of a hidden name. Each path is the origin of at most one move and the target of at most one.
 * Pure, as `hiddenName` is asked for one name after the other.
 */
export function orderMoves(
  moves: readonly OrderedMove[],
  hiddenName: (move: Move) => RelPath,
): OrderedMove[] {
  const byFrom = new Map(moves.map((move) => [move.from, move]));
  const done = new Set<Move>();
  const ordered: OrderedMove[] = [];
  for (const start of moves) {
    if (done.has(start)) continue;
    const chain: OrderedMove[] = [];
    const onChain = new Set<Move>();
    let at: OrderedMove | undefined = start;
    while (at !== undefined && !done.has(at) && !onChain.has(at)) {
      chain.push(at);
      onChain.add(at);
      at = byFrom.get(at.to);
    }
    // targets are unique, so a walk that meets itself has come back to its start: it is a cycle
    const isCycle = at !== undefined && onChain.has(at);
    for (const step of isCycle ? inCycle(chain, hiddenName) : chain.toReversed()) ordered.push(step);
    for (const move of chain) done.add(move);
  }
  return ordered;
}

function inCycle(cycle: readonly OrderedMove[], hiddenName: (move: Move) => RelPath): OrderedMove[] {
  const [first, ...others] = cycle;
  if (first === undefined) return [];
  const [out, back] = byWayOf(first, hiddenName(first));
  return [out, ...others.reverse(), back];
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

/** Where a file is after all folders have moved. */
export function placeAfter(folderMoves: readonly Move[], path: RelPath): RelPath {
  const move = folderMoves.find(({ from }) => path.startsWith(from));
  return move === undefined ? path : pathAfter(move, path);
}
