import { firstDifference, type ListedCopy } from '../../check/first-difference.ts';
import { isSyncError } from '../../model/errors.ts';
import { equalJitter, GrowingDelay } from '../../model/growing-delay.ts';
import type { Clock } from '../../model/ports.ts';

const ATTEMPTS = 4;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;

export interface SameContentOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Whether two files are equal byte for byte: both are read, to the first difference. Rejects as `Source.read` does. */
export async function haveSameContent(
  a: ListedCopy,
  b: ListedCopy,
  { clock, signal }: SameContentOptions,
): Promise<boolean> {
  const pause = new GrowingDelay({ firstMs: FIRST_DELAY_MS, longestMs: LONGEST_DELAY_MS });
  for (let attempt = 1; ; attempt++) {
    try {
      return (await firstDifference(a, b, { signal })) === undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!isSyncError(error) || error.verdict !== 'retry' || attempt === ATTEMPTS) throw error;
      await clock.sleep(equalJitter(pause.next(), clock.random()), signal);
    }
  }
}
