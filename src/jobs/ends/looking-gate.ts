import { budgetText } from '../../model/pace.ts';
import type { Gate } from '../../remote/gate/gate.ts';
import type { Concurrency } from '../../remote/gate/lanes.ts';
import type { GateUse } from '../../remote/gate/gate-use.ts';
import { PASS_DEFAULTS } from '../../sync/pass-defaults.ts';

export interface LookingOptions {
  /** What sentences call the other side. */
  readonly name: string;
  /** Requests at the same time. */
  readonly concurrency: Concurrency;
  /** Milliseconds: the value of --max-wait, where a command has that flag. */
  readonly maxWaitMs?: number | undefined;
  /** Aborted: the look ends. */
  readonly draining: AbortSignal;
  /** Hears that a shared budget is not reached. */
  readonly tell?: ((text: string) => void) | undefined;
}

/**
 * The use of a gate by a command that only looks: its requests are retried and slowed down like those of a sync. The
 * caller disposes of it after the last request.
 */
export function useToLook(
  gate: Gate,
  { name, concurrency, maxWaitMs, draining, tell }: LookingOptions,
): GateUse {
  return gate.use({
    name,
    concurrency,
    attempts: PASS_DEFAULTS.attempts,
    maxRequestsPerSecond: undefined,
    maxWaitMs: maxWaitMs ?? PASS_DEFAULTS.maxWaitMs,
    maxWaitFlag: maxWaitMs === undefined ? undefined : '--max-wait',
    draining,
    // looking changes nothing: there is nothing to finish, so the first signal ends it
    signal: draining,
    onEvent: (event) => {
      if (event.type === 'budget') tell?.(budgetText(event));
    },
  });
}
