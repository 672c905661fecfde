import type { ObjectEvent } from './notifications.ts';

/** Keys remembered; a forgotten one costs a look too many. */
const CAPACITY = 50_000;

/**
 * Which events have been handled, so that a second copy of a message, or a late message, costs nothing. The look that
 * handles an event shows everything that happened to the object before.
 */
export class SeenEvents {
  readonly #newest = new Map<string, string>();
  readonly #capacity: number;

  constructor(capacity: number = CAPACITY) {
    this.#capacity = capacity;
  }

  /** Whether this event, or a later one of the same object, was handled. */
  has(event: ObjectEvent): boolean {
    const newest = this.#newest.get(nameOf(event));
    return newest !== undefined && event.sequencer !== undefined && isNotAfter(event.sequencer, newest);
  }

  /** The event was handled: everything that it led to is recorded. */
  add(event: ObjectEvent): void {
    const { sequencer } = event;
    if (sequencer === undefined || this.has(event)) return;
    const name = nameOf(event);
    this.#newest.delete(name);
    this.#newest.set(name, sequencer);
    if (this.#newest.size > this.#capacity) this.#newest.delete(this.#newest.keys().next().value!);
  }
}

const nameOf = ({ bucket, keys }: ObjectEvent): string => JSON.stringify([bucket, ...keys]);

/**
 * Hexadecimal numbers of one length. For numbers of different lengths the documents of AWS contradict each other
 * (padded left, padded right): then no order is assumed.
 */
const isNotAfter = (a: string, b: string): boolean =>
  a.length === b.length && a.toUpperCase() <= b.toUpperCase();
