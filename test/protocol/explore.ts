/** A protocol as states and steps: everything that may happen next, in whichever order. */
export interface Model<State> {
  readonly first: State;
  /** Equal for equal states alone. */
  key(state: State): string;
  steps(state: State): Iterable<readonly [name: string, next: State]>;
  /** Laws that a state breaks; undefined: none. */
  broken(state: State): string | undefined;
  /** Laws that are broken where from here on nothing goes wrong any more. */
  brokenInTheEnd(state: State): string | undefined;
}

export interface Explored {
  readonly states: number;
  /** The first law that was found broken, and the steps that lead there. */
  readonly found: { readonly law: string; readonly steps: readonly string[] } | undefined;
}

/** Visits every state that can be reached, the nearest first, until a law is broken. Throws where there are more than `most`. */
export function explore<State>(model: Model<State>, { most }: { readonly most: number }): Explored {
  const { first } = model;
  const from = new Map<string, { readonly before: string | undefined; readonly step: string }>();
  const way = (key: string, law: string): Explored => {
    const steps: string[] = [];
    for (let at = from.get(key); at?.before !== undefined; at = from.get(at.before)) steps.unshift(at.step);
    return { states: from.size, found: { law, steps } };
  };
  from.set(model.key(first), { before: undefined, step: '' });
  let edge: State[] = [first];
  while (edge.length > 0) {
    const next: State[] = [];
    for (const state of edge) {
      const key = model.key(state);
      const law = model.broken(state) ?? model.brokenInTheEnd(state);
      if (law !== undefined) return way(key, law);
      for (const [step, after] of model.steps(state)) {
        const afterKey = model.key(after);
        if (from.has(afterKey)) continue;
        from.set(afterKey, { before: key, step });
        next.push(after);
      }
      if (from.size > most) throw new Error(`more than ${most} states`);
    }
    edge = next;
  }
  return { states: from.size, found: undefined };
}
