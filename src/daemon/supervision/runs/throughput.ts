import type { Sample } from '../../view/daemon-view.ts';

/** The length of a sample, in milliseconds. */
const SPAN_MS = 2_000;
/** Samples that are kept: the last ten minutes. */
const KEPT = 300;

type Counts = { -readonly [Key in Exclude<keyof Sample, 'atMs'>]: number };

const nothing = (): Counts => ({ bytes: 0, files: 0, requests: 0, refused: 0 });

/** What went through in the last minutes, in spans of equal length. Spans in which nothing did cost no memory. */
export class Throughput {
  readonly #now: () => number;
  /** By the number of the span; the oldest first. */
  readonly #spans = new Map<number, Counts>();

  /** `now`: milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(counts: Partial<Counts>): void {
    const span = Math.floor(this.#now() / SPAN_MS);
    const known = this.#spans.get(span);
    const sums = known ?? nothing();
    if (known === undefined) {
      this.#spans.set(span, sums);
      for (const old of this.#spans.keys()) if (old <= span - KEPT || old > span) this.#spans.delete(old);
    }
    for (const key of Object.keys(counts) as (keyof Counts)[]) sums[key] += counts[key] ?? 0;
  }

  /** The spans that are over, the oldest first; none from before the first in which something went through. */
  get samples(): readonly Sample[] {
    const current = Math.floor(this.#now() / SPAN_MS);
    const [first = current] = this.#spans.keys();
    const samples: Sample[] = [];
    for (let span = Math.max(first, current - KEPT); span < current; span++)
      samples.push({ atMs: (span + 1) * SPAN_MS, ...(this.#spans.get(span) ?? nothing()) });
    return samples;
  }
}
