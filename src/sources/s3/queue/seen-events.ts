import type { ObjectEvent } from './notifications.ts';

/** Keys remembered; a forgotten one costs a look too many. */
const CAPACITY = 50_000;

/**
 * Which events have been looked after, so that the second copy of a message, and one that comes late, cost nothing.
 * Who looks after an event sees everything that happened to the object before.
 */
export class SeenEvents {
  readonly #newest = new Map<string, string>();
  readonly #capacity: number;

  constructor(capacity: number = CAPACITY) {
    this.#capacity = capacity;
  }

  /** Whether this event, or a later one of the same object, was looked after. */
  has(event: ObjectEvent): boolean {
    const newest = this.#newest.get(nameOf(event));
    return newest !== undefined && event.sequencer !== undefined && isNotAfter(event.sequencer, newest);
  }

  /** The event was looked after: everything that it led to is recorded. */
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

/** Hexadecimal numbers of one length. AWS says of others both that they are padded left and right: nothing is said then. */
const isNotAfter = (a: string, b: string): boolean =>
  a.length === b.length && a.toUpperCase() <= b.toUpperCase();
