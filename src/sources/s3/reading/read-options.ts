import type { Mismatches } from './mismatches.ts';

/** How a broken read goes on. */
export interface ResumeLimits {
  /** Resumptions in a row that bring less than 256 KiB before the read gives up. */
  readonly attempts: number;
  /** The first pause in milliseconds; it doubles with every attempt, up to 10 s, and a random part of it is slept. */
  readonly delayMs: number;
  /** Milliseconds without a byte after which a read counts as broken. */
  readonly stallMs: number;
}

export interface ReadOptions extends ResumeLimits {
  readonly mismatches: Mismatches;
  /** Told of bytes as they arrive. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

export const RESUME_LIMITS: ResumeLimits = { attempts: 5, delayMs: 200, stallMs: 60_000 };
