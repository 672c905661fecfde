import { systemClock } from '../../sync/clock.ts';
import { Gate } from '../../remote/gate.ts';
import type { GateUse } from '../../remote/gate-use.ts';
import { PASS_DEFAULTS } from '../../sync/pass-defaults.ts';
import type { StageSurroundings } from '../surroundings.ts';

/** Attempts for one request to Stage, the first included. */
export const ATTEMPTS = 6;

/**
 * A way to Stage for commands that only look: requests are retried and slowed down as those of a sync are. `maxWaitMs`
 * is what --max-wait says, where a command has it.
 */
export function openGate(
  { draining }: Pick<StageSurroundings, 'draining'>,
  concurrency: number,
  maxWaitMs?: number,
): GateUse {
  return new Gate(systemClock).use({
    concurrency,
    attempts: ATTEMPTS,
    maxRequestsPerSecond: undefined,
    maxWaitMs: maxWaitMs ?? PASS_DEFAULTS.maxWaitMs,
    maxWaitFlag: maxWaitMs === undefined ? undefined : '--max-wait',
    draining,
    // looking changes nothing: there is nothing to finish, so the first signal ends it
    signal: draining,
    onEvent: () => undefined,
  });
}
