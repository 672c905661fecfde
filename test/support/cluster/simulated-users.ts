import type { RateLimiter } from '../../../src/remote/gate/rate-limiter.ts';
import type { LimiterTrial } from '../../contract/cluster/rate-limiter.ts';

/** What becomes of a request that starts at `now`: it passes, or is refused with this wait in milliseconds, where one is told. */
export type Answer = (now: number) => 'passes' | { readonly retryAfterMs: number | undefined };

export interface Traffic {
  /** Times at which requests started, of all users. */
  readonly starts: readonly number[];
  readonly refused: number;
  /** Requests that passed, user by user. */
  readonly passed: readonly number[];
}

const STEP_MS = 10;
const ANSWER_MS = 100;
const LANES = 64;

/** Lets users who always have something to send do so for some seconds. */
export async function simulate(
  users: readonly LimiterTrial[],
  { seconds, answer }: { readonly seconds: number; readonly answer: Answer },
): Promise<Traffic> {
  const [first] = users as [LimiterTrial];
  const end = first.now() + seconds * 1000;
  const passed = users.map(() => 0);
  const open = users.map((): number[] => []);
  const starts: number[] = [];
  let refused = 0;
  const send = (limiter: RateLimiter, at: number): void => {
    const now = first.now();
    for (let held = false; open[at]!.length < LANES && limiter.wait === undefined; held = true) {
      limiter.take({ held });
      limiter.started(now);
      starts.push(now);
      const found = answer(now);
      if (found === 'passes') {
        passed[at]!++;
        open[at]!.push(now + ANSWER_MS);
      } else {
        refused++;
        void limiter.throttled(now, found.retryAfterMs, ANSWER_MS);
      }
    }
  };
  while (first.now() < end) {
    for (const [at, user] of users.entries()) {
      const { limiter } = user;
      const under = open[at]!;
      while (under.length > 0 && under[0]! <= first.now()) {
        under.shift();
        limiter.succeeded();
      }
      if (under.length < LANES) limiter.expect?.(LANES - under.length);
      await user.settle();
      send(limiter, at);
      await user.settle();
    }
    await first.pass(STEP_MS);
  }
  // nobody waits any more
  for (const { limiter } of users) limiter.expect?.(0);
  return { starts, refused, passed };
}

/** A Stage that lets through so many a second, and as many at once. */
export function allowance(perSecond: number, retryAfterMs: number | undefined = 1000): Answer {
  let tokens = perSecond;
  let filledAt = 0;
  return (now) => {
    tokens = Math.min(perSecond, tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return { retryAfterMs };
    tokens--;
    return 'passes';
  };
}

/** The most requests that started within any second. */
export function mostInASecond(starts: readonly number[]): number {
  let most = 0;
  let from = 0;
  for (const [at, time] of starts.entries()) {
    while (time - starts[from]! >= 1000) from++;
    most = Math.max(most, at - from + 1);
  }
  return most;
}
