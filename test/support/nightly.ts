/** Whether the full matrices run, and not only the sample of them that each change is held to. */
export const NIGHTLY = process.env['STAGESYNC_NIGHTLY'] === '1';

/**
 * The pairs of two lists: all of them by night. Else a sample in which each of both lists comes at least once, and each
 * `step` pairs on from there.
 */
export function pairs<A, B>(ones: readonly A[], others: readonly B[]): (readonly [A, B])[] {
  const all = ones.flatMap((one) => others.map((other) => [one, other] as const));
  if (NIGHTLY) return all;
  return Array.from(
    { length: Math.max(ones.length, others.length) },
    (_, i) => [ones[i % ones.length]!, others[i % others.length]!] as const,
  );
}

/** All by night, else the first, the last and what lies `every` apart between them. */
export const sample = <T>(all: readonly T[], every: number): T[] =>
  all.filter((_, i) => NIGHTLY || i % every === 0 || i === all.length - 1);
