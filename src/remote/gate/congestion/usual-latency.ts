import type { Operation } from '../../../model/errors.ts';

/** Requests whose answers take about as long: one operation, and for uploads one size class. */
export type RequestKind = string;

/** Uploads up to this size take as long as empty ones. */
export const SMALL_BYTES = 64 * 1024;

/** Each size class reaches to four times the size of the one before; everything up to 64 KiB is one. */
export function kindOf(operation: Operation, bytes = 0): RequestKind {
  if (bytes <= SMALL_BYTES) return operation;
  return `${operation} ${Math.ceil(Math.log2(bytes / SMALL_BYTES) / 2)}`;
}

/** Answers that are needed before the middle one of them is taken as usual. */
const ENOUGH = 8;

/**
 * How long an answer usually takes, by kind of request, in milliseconds. Answers of all kinds become comparable when each
 * is taken as a multiple of its usual time: a large upload that takes long is no sign of trouble.
 */
export class UsualLatency {
  readonly #usual = new Map<RequestKind, number>();
  readonly #first = new Map<RequestKind, number[]>();

  /** Undefined: too few answers so far. */
  of(kind: RequestKind): number | undefined {
    return this.#usual.get(kind);
  }

  /** Only the first answers of a kind count, because they come while few requests are under way. */
  learn(kind: RequestKind, ms: number): void {
    if (this.#usual.has(kind)) return;
    let first = this.#first.get(kind);
    if (first === undefined) this.#first.set(kind, (first = []));
    first.push(ms);
    if (first.length < ENOUGH) return;
    this.#usual.set(kind, Math.max(MIN_MS, medianOf(first)));
    this.#first.delete(kind);
  }

  /** All kinds take so many times as long as before, for a reason that is not ours. */
  scale(factor: number): void {
    for (const [kind, ms] of this.#usual) this.#usual.set(kind, Math.max(MIN_MS, ms * factor));
  }
}

const MIN_MS = 0.05;

export const medianOf = (values: readonly number[]): number => {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] ?? 0;
};
