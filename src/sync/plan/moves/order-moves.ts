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
 */
export function orderMoves(moves: readonly Move[], hiddenName: (move: Move) => RelPath): OrderedMove[] {
  const byFrom = new Map(moves.map((move) => [move.from, move]));
  const done = new Set<Move>();
  const ordered: OrderedMove[] = [];
  for (const start of moves) {
    if (done.has(start)) continue;
    const chain: Move[] = [];
    const onChain = new Set<Move>();
    let at: Move | undefined = start;
    while (at !== undefined && !done.has(at) && !onChain.has(at)) {
      chain.push(at);
      onChain.add(at);
      at = byFrom.get(at.to);
    }
    // a walk that comes back to itself is a cycle, and then it comes back to its start: targets are unique
    const cyclic = at !== undefined && onChain.has(at);
    const first = cyclic ? chain[0] : undefined;
    const steps = cyclic ? chain.slice(1) : chain;
    if (first !== undefined) {
      const [out, back] = byWayOf(first, hiddenName(first));
      ordered.push(out);
      for (const move of steps.reverse()) ordered.push(move);
      ordered.push(back);
    } else {
      for (const move of steps.reverse()) ordered.push(move);
    }
    for (const move of chain) done.add(move);
  }
  return ordered;
}

/** A move as its two halves, from its name to a hidden one and from there. */
export const byWayOf = (whole: Move, hidden: RelPath): [out: OrderedMove, back: OrderedMove] => [
  { from: whole.from, to: hidden, aside: { half: 'out', whole } },
  { from: hidden, to: whole.to, aside: { half: 'in', whole } },
];
