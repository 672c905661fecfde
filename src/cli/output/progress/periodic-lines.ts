import { progressLine } from './progress-line.ts';
import type { ProgressState } from './progress-state.ts';

/** Often enough to see that a run lives, seldom enough for a log that is kept. */
export const LINE_EVERY_MS = 30_000;

/** Writes a line now and then where no live display can be: the log of a CI, a file. Returns what stops it. */
export function writePeriodicLines(state: () => ProgressState, line: (text: string) => void): () => void {
  // measured before as well, so that the rate is that of the latest seconds
  const timer = setInterval(() => line(progressLine(state())), LINE_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
