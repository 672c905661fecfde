import type { RelPath } from '../../../model/path.ts';
import type { Arrival } from '../../plan/planned.ts';

/** An upload as it was asked for. */
export interface Wanted {
  readonly arrival: Arrival;
  /** The file takes its name later, with `held.publish`. */
  readonly waits: boolean;
  /** Something else has its name until then. */
  readonly clashes: boolean;
  /** Listings go on meanwhile, and are not to hold it back. */
  readonly overtakes: boolean;
}

/** From this size on a file takes a lane for longer than a request takes anyway, on a link of 10 Mbit/s. */
export const LARGE_BYTES = 1024 * 1024;

export const isLarge = ({ arrival }: Wanted): boolean => arrival.entry.size >= LARGE_BYTES;

/**
 * Uploads that wait for their turn. Large ones go first, the largest before all others: one that came last would be
 * under way alone for long. Small ones keep their order, and a share of the lanes: bytes hold up the large, answers the
 * small, and both together are done sooner than one after the other.
 */
export class UploadQueue {
  readonly #large: Wanted[] = [];
  #small: Wanted[] = [];
  /** How many of `#small` were taken. */
  #taken = 0;

  get size(): number {
    return this.#large.length + this.#small.length - this.#taken;
  }

  has(path: RelPath): boolean {
    const isOf = ({ arrival }: Wanted): boolean => arrival.path === path;
    return this.#large.some(isOf) || this.#small.some((wanted, at) => at >= this.#taken && isOf(wanted));
  }

  add(wanted: Wanted): void {
    if (isLarge(wanted)) this.#large.splice(this.#placeOf(wanted), 0, wanted);
    else this.#small.push(wanted);
  }

  /** Takes at most `count`; at most `large` of them are large ones, unless no small one waits. */
  take(count: number, { large }: { readonly large: number }): Wanted[] {
    const waiting = this.#small.length - this.#taken;
    const taken = this.#large.splice(0, waiting === 0 ? count : Math.min(count, large));
    const small = Math.min(waiting, count - taken.length);
    taken.push(...this.#small.slice(this.#taken, this.#taken + small));
    this.#taken += small;
    if (this.#taken * 2 >= this.#small.length) {
      this.#small = this.#small.slice(this.#taken);
      this.#taken = 0;
    }
    return taken;
  }

  clear(): void {
    this.#large.length = 0;
    this.#small = [];
    this.#taken = 0;
  }

  /** Where an upload belongs among the large ones: behind those of its size. */
  #placeOf({ arrival }: Wanted): number {
    let [low, high] = [0, this.#large.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#large[middle]!.arrival.entry.size >= arrival.entry.size) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
