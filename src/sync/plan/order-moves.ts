import type { RelPath } from '../../model/path.ts';

export interface Move {
  readonly from: RelPath;
  readonly to: RelPath;
}

/** A step of the order; `via` on the first and last step of a cycle names the move they are halves of. */
export interface OrderedMove extends Move {
  readonly cycle?: { readonly half: 'first' | 'last'; readonly whole: Move };
}

/**
 * Puts moves in an order in which no target is occupied when its turn comes: the end of a chain first, and one member
 * of each cycle through a temporary name. Each path is the origin of at most one move and the target of at most one.
 */
export function orderMoves(
  moves: readonly Move[],
  temporary: (move: Move, index: number) => RelPath,
): OrderedMove[] {
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
      const aside = temporary(first, ordered.length);
      ordered.push({ from: first.from, to: aside, cycle: { half: 'first', whole: first } });
      for (const move of steps.reverse()) ordered.push(move);
      ordered.push({ from: aside, to: first.to, cycle: { half: 'last', whole: first } });
    } else {
      for (const move of steps.reverse()) ordered.push(move);
    }
    for (const move of chain) done.add(move);
  }
  return ordered;
}
