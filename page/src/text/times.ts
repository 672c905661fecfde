import { duration } from '../../../src/cli/output/quantities.ts';

/** '4m 10s', without the milliseconds that nobody reads while they pass. */
export const span = (ms: number): string => (ms < 1000 ? '0s' : duration(Math.floor(ms / 1000) * 1000));

export const ago = (thenMs: number, nowMs: number): string =>
  nowMs - thenMs < 1000 ? 'just now' : `${span(nowMs - thenMs)} ago`;

export const ahead = (thenMs: number, nowMs: number): string =>
  thenMs - nowMs < 1000 ? 'now' : `in ${span(thenMs - nowMs)}`;

const two = (n: number): string => String(n).padStart(2, '0');

/** '2026-11-26 09:05:07' on the clock of whoever looks. */
export function clockTime(ms: number): string {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
