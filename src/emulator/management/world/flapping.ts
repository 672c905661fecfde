interface Phased<P extends string> {
  readonly phase: P;
  readonly since: number;
  readonly before: P;
}

/** After a change of state, makes some reads show the old state and the new one in turn, the old one first. */
export class Flapping {
  readonly #reads = new Map<string, { since: number; reads: number }>();

  /** What a read of the thing with that ID is shown. An end is never taken back. */
  shown<P extends string>(id: string, view: Phased<P>, flappingReads: number): P {
    const { phase, since, before } = view;
    if (flappingReads === 0 || (phase !== 'active' && phase !== 'suspended')) return phase;
    const known = this.#reads.get(id);
    const reads = known?.since === since ? known.reads : 0;
    if (reads >= flappingReads) return phase;
    this.#reads.set(id, { since, reads: reads + 1 });
    return reads % 2 === 0 ? before : phase;
  }
}
