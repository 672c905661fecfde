/** The middle of some runs, and how far they lie apart. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { min: sorted[0]!, median, max: sorted.at(-1)! };
}

/** The spread of ours[i] / theirs[i]: each pair ran side by side, so a drift of the machine cancels out. */
export const pairedRatio = (ours: readonly number[], theirs: readonly number[]): Spread =>
  spreadOf(ours.map((value, at) => value / theirs[at]!));

export const medianOf = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : spreadOf(known).median;
};
