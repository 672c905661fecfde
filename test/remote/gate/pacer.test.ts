import { describe } from 'vitest';
import { Pacer } from '../../../src/remote/gate/pacer.ts';
import { testRateLimiter } from '../../contract/cluster/rate-limiter.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';

describe('Pacer is a rate limiter', () => {
  testRateLimiter(async () => {
    const clock = createManualClock();
    return {
      limiter: new Pacer(clock),
      now: () => clock.elapsed(),
      pass: (ms) => clock.pass(ms),
      settle: () => Promise.resolve(),
    };
  });
});
