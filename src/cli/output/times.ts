/** Points in time, as people read them. JSON has ISO 8601. Without Intl, which takes 20 ms to load. */

const two = (n: number): string => String(n).padStart(2, '0');

/** '15:04:05', by the clock of this machine. */
export function timeOfDay(ms: number): string {
  const at = new Date(ms);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** '2026-11-26 15:04:05', by the clock of this machine. */
export function localTime(ms: number): string {
  const at = new Date(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${timeOfDay(ms)}`;
}

/** The local time for a person at a terminal; ISO 8601 for anything else, so that scripts need not know the zone. */
export const shownTime = (ms: number, { isTerminal }: { readonly isTerminal: boolean }): string =>
  isTerminal ? localTime(ms) : new Date(ms).toISOString();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** 'just now', '42 s ago', '2 min ago', '5 h ago', '3 days ago'. */
export function ago(ms: number, nowMs: number): string {
  const passed = Math.max(0, nowMs - ms);
  if (passed < 5000) return 'just now';
  if (passed < MINUTE) return `${Math.floor(passed / 1000)} s ago`;
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  if (passed < 2 * DAY) return `${Math.floor(passed / HOUR)} h ago`;
  return `${Math.floor(passed / DAY)} days ago`;
}
