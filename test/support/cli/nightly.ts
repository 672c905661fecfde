/** Whether the full matrices run (`STAGESYNC_NIGHTLY=1`), and not only the sample that every change is held to. */
export const NIGHTLY = process.env['STAGESYNC_NIGHTLY'] === '1';

/**
 * The pairs of two lists: all of them by night; else a sample in which each of both comes at least once, and each of
 * the first list with `each` of the other, spread over it. `shift` gives another sample.
 */
export function pairs<A, B>(
  ones: readonly A[],
  others: readonly B[],
  each = 1,
  shift = 0,
): (readonly [A, B])[] {
  if (NIGHTLY) return ones.flatMap((one) => others.map((other) => [one, other] as const));
  const step = Math.max(1, Math.floor(others.length / each));
  return Array.from({ length: each }, (_, nth) => nth * step).flatMap((from) =>
    Array.from(
      { length: Math.max(ones.length, others.length) },
      (_, i) => [ones[i % ones.length]!, others[(i + from + shift) % others.length]!] as const,
    ),
  );
}
