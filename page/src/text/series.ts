import type { Sample } from '../../../src/daemon/view/daemon-view.ts';

/** Rates over time, as a chart takes them; `undefined` where nothing was measured. Times are seconds since 1970. */
export interface Rates {
  readonly times: readonly number[];
  readonly bytes: readonly (number | undefined)[];
  readonly requests: readonly (number | undefined)[];
  readonly refused: readonly (number | undefined)[];
}

/** A sample tells of a few seconds; one that comes long after the one before begins anew. */
const LONGEST_SAMPLE_MS = 15_000;

/** What samples show in a second. A gap between them is a gap in the lines. */
export function ratesOf(samples: readonly Sample[]): Rates {
  const rates = {
    times: [] as number[],
    bytes: [] as Value[],
    requests: [] as Value[],
    refused: [] as Value[],
  };
  const add = (atMs: number, bytes: Value, requests: Value, refused: Value): void => {
    rates.times.push(atMs / 1000);
    rates.bytes.push(bytes);
    rates.requests.push(requests);
    rates.refused.push(refused);
  };
  let before = samples[0]?.atMs ?? 0;
  for (const { atMs, bytes, requests, refused } of samples) {
    const ms = atMs - before;
    if (ms > LONGEST_SAMPLE_MS) add(before + 1, undefined, undefined, undefined);
    else if (ms > 0) {
      const seconds = ms / 1000;
      add(atMs, bytes / seconds, requests / seconds, refused / seconds);
    }
    before = atMs;
  }
  return rates;
}

type Value = number | undefined;

/** The last and the highest, for who does not see the lines. */
export function summary(values: readonly Value[]): { readonly last: number; readonly highest: number } {
  const known = values.filter((value) => value !== undefined);
  return { last: known.at(-1) ?? 0, highest: known.reduce((a, b) => Math.max(a, b), 0) };
}
