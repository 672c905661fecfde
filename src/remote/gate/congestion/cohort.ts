import type { RequestKind, UsualLatency } from './usual-latency.ts';

/** What the other side got done while about so many requests were under way. */
export interface Level {
  /** Requests under way. */
  readonly inFlight: number;
  /**
   * How many requests, each answered in its usual time, would get done as much. As many as are under way while nothing
   * queues; where requests queue, this stays and their number grows. It is the throughput (Little's law), but does not
   * depend on what kinds of requests there are.
   */
  readonly served: number;
  /** The middle of the times that answers took, in milliseconds. */
  readonly latencyMs: number;
}

export interface CohortOptions {
  readonly openedAt: number;
  /** How many requests belong to it, at the least. */
  readonly size: number;
  /** The limit when it was opened. */
  readonly limit: number;
}

/** The share of the requests that have to be answered: a few that take very long must not hold the judgement back. */
const ANSWERED_SHARE = 0.75;
/** Failed requests say nothing; with more than this share of them, the others do not either. */
const FAILED_SHARE = 0.2;
/** Members beyond these are not looked at. */
const MOST_MEMBERS = 1024;

/** Requests that started one after another, judged together when most of them are answered. */
export class Cohort {
  readonly openedAt: number;
  readonly limit: number;
  readonly #size: number;
  readonly #kinds: RequestKind[] = [];
  readonly #latencies: number[] = [];
  #members = 0;
  #failed = 0;
  #inFlightSum = 0;
  #closed = false;

  constructor({ openedAt, size, limit }: CohortOptions) {
    this.openedAt = openedAt;
    this.#size = size;
    this.limit = limit;
  }

  /** Whether all its members have started, as far as their number goes. */
  get isFull(): boolean {
    return this.#members >= this.#size;
  }

  /** False when the cohort takes no more members. */
  add(inFlight: number): boolean {
    if (this.#closed || this.#members >= MOST_MEMBERS) return false;
    this.#members++;
    this.#inFlightSum += inFlight;
    return true;
  }

  /** No more members come. */
  close(): void {
    this.#closed = true;
  }

  answered(kind: RequestKind, ms: number): void {
    this.#kinds.push(kind);
    this.#latencies.push(ms);
  }

  failed(): void {
    this.#failed++;
  }

  get isAnswered(): boolean {
    return this.#closed && this.#latencies.length + this.#failed >= this.#members * ANSWERED_SHARE;
  }

  /** Undefined: too little is known. Requests without an answer so far count as slower than all others. */
  level(usual: UsualLatency): Level | undefined {
    if (this.#failed > this.#members * FAILED_SHARE) return undefined;
    const multiples: number[] = [];
    let unknown = 0;
    for (const [at, kind] of this.#kinds.entries()) {
      const expected = usual.of(kind);
      if (expected === undefined) unknown++;
      else multiples.push(this.#latencies[at]! / expected);
    }
    const members = this.#members - this.#failed - unknown;
    if (multiples.length < members * ANSWERED_SHARE || multiples.length * 2 < this.#latencies.length)
      return undefined;
    const inFlight = this.#inFlightSum / this.#members;
    return {
      inFlight,
      served: inFlight / middleOf(multiples, members),
      latencyMs: middleOf(this.#latencies, this.#latencies.length),
    };
  }
}

/**
 * The mean of the middle half, which a few long ones do not change. The values that are missing among `of` are larger than
 * all others.
 */
function middleOf(values: readonly number[], of: number): number {
  const sorted = Float64Array.from(values).sort();
  const from = Math.floor(of / 4);
  const to = Math.min(sorted.length, Math.max(from + 1, Math.floor((of * 3) / 4)));
  let sum = 0;
  for (let at = from; at < to; at++) sum += sorted[at]!;
  return sum / (to - from);
}
