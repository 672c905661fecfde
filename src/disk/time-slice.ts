import { setImmediate as turn } from 'node:timers/promises';

// The event loop turns at least this often, so that timers, sockets and the progress display go on during a walk.
const SLICE_MS = 5;
const STEPS_PER_LOOK = 16;

/** Counts the time since the event loop last turned. */
export class TimeSlice {
  readonly #signal: AbortSignal;
  #start = performance.now();
  #steps = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** `atPause`: the work offers a pause, so that a good deal has been done since the last step. */
  isOver({ atPause }: { readonly atPause: boolean }): boolean {
    this.#steps += 1;
    return (atPause || this.#steps % STEPS_PER_LOOK === 0) && performance.now() - this.#start > SLICE_MS;
  }

  /** Lets the event loop turn. Rejects with the signal's reason. */
  async next(): Promise<void> {
    await turn();
    this.#signal.throwIfAborted();
    this.#start = performance.now();
  }
}

/** Runs steps that yield nothing but pauses, and resolves with their result. The steps are ended in any case. */
export async function inSlices<T>(steps: Generator<undefined, T>, signal: AbortSignal): Promise<T> {
  const slice = new TimeSlice(signal);
  try {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      if (slice.isOver({ atPause: true })) await slice.next();
    }
  } finally {
    steps.return(undefined as never);
  }
}
