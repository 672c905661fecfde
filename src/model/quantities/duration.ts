const UNITS = [
  ['y', 365 * 86_400],
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** How long something takes or took, for people: '850ms', '1.2s', '24s', '3m 4s', '1h', '2d 5h'. Parts of the last unit are left out. */
export function duration(ms: number): string {
  const rounded = Math.round(ms);
  if (rounded < 1000) return `${rounded}ms`;
  if (ms < 10_000) return `${Math.floor(rounded / 100) / 10}s`;
  let left = Math.floor(ms / 1000);
  const parts: string[] = [];
  for (const [unit, seconds] of UNITS) {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join(' ');
}
