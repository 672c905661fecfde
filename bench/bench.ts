import type { Peers } from './measure/peers.ts';
import type { Spread } from './measure/statistics.ts';
import type { Product } from './product.ts';
import type { SinkHandle } from './sink/start.ts';

/** What every benchmark works with. */
export interface Bench {
  /** Small and short: to see that everything runs, not how fast. */
  readonly quick: boolean;
  /** How often each contestant runs, in turn. */
  readonly pairs: number;
  /** Fixtures, ledgers and other files of the run. */
  readonly folder: string;
  readonly product: Product;
  readonly peers: Peers;
  readonly sink: SinkHandle;
  readonly say: (text: string) => void;
}

/** One row of the table of targets. `run` rejects when a result is wrong; being slow is no failure. */
export interface Benchmark {
  readonly row: number;
  readonly name: string;
  run(bench: Bench): Promise<Outcome>;
}

export interface Outcome {
  /** What was done. */
  readonly work: string;
  readonly contestants: readonly Standing[];
  readonly checks: readonly Check[];
  /** What has to be known to read the numbers. */
  readonly notes: readonly string[];
  /** Peers this machine lacks. */
  readonly leftOut: readonly string[];
}

/** How one contestant did. */
export interface Standing {
  readonly name: string;
  readonly value: Spread;
  /** Of `value`: 'files/s', 'MB/s', 's', 'ms'. */
  readonly unit: string;
  /** Median, in microseconds of processor time a file. */
  readonly cpuUsPerFile?: number | undefined;
  /** Median of the peaks, in MB of a million bytes. */
  readonly rssMB?: number | undefined;
}

/** A number that has a target. */
export interface Check {
  readonly what: string;
  readonly value: Spread;
  /** As it is printed: '>= 0.9'. Without a target it is there to be compared. */
  readonly target?: string;
  readonly met?: boolean | undefined;
  /** Of `value`, after the number; nothing for a ratio. */
  readonly unit?: string;
}

export const atLeast = (what: string, value: Spread, target: number): Check => ({
  what,
  value,
  target: `>= ${target}`,
  met: value.median >= target,
});

export const atMost = (what: string, value: Spread, target: number, unit = ''): Check => ({
  what,
  value,
  target: `<= ${target}${unit}`,
  met: value.median <= target,
  unit,
});

/** A check of a single number. */
export const single = (value: number): Spread => ({ min: value, median: value, max: value });
