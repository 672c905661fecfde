import { capitalised } from '../../model/destination-words.ts';
import { isSyncError, SyncError } from '../../model/errors.ts';
import type { Clock } from '../../model/ports.ts';
import { printable } from '../../model/printable.ts';
import type { Awaited, Judgement } from './awaited.ts';
import { afterLook, BEFORE_FIRST_LOOK, type Step } from './steps.ts';
import { duration } from '../../model/quantities/duration.ts';

/** What a look showed, for whoever watches the wait. */
export interface WaitLook {
  /** The service's word; '' where it has none, 'unreachable' where it did not answer. */
  readonly state: string;
  /** In percent, while a size changes. */
  readonly progress: number | undefined;
  /** Milliseconds since the wait began. */
  readonly elapsedMs: number;
}

export interface WaitOptions {
  /** Milliseconds. Default: 20 minutes. */
  readonly timeoutMs?: number | undefined;
  readonly onLook?: ((look: WaitLook) => void) | undefined;
  /** Aborted: the wait ends, with the reason. What is waited for goes on. */
  readonly signal?: AbortSignal | undefined;
}

export const WAIT_TIMEOUT_MS = 20 * 60_000;

interface Around {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** One look, tried again where it gets no answer; undefined where nothing is there. */
  readonly look: () => Promise<unknown>;
}

/**
 * Looks until the target was shown twice in a row, and resolves with what the last look showed. Rejects with
 * `api_wait_failed` when it will not be reached, with `api_wait_timeout` when it is not reached in time, and with the
 * signal's reason. A service that does not answer for a while is waited for like a state.
 */
export async function waitUntil(
  awaited: Awaited,
  { clock, signal, look }: Around,
  { timeoutMs = WAIT_TIMEOUT_MS, onLook }: WaitOptions,
): Promise<unknown> {
  const began = clock.elapsed();
  const elapsed = (): number => clock.elapsed() - began;
  let known = BEFORE_FIRST_LOOK;
  for (;;) {
    const { shown, judged } = await judgedLook(awaited, look);
    onLook?.({
      state: judged.state,
      progress: judged.is === 'not_yet' ? judged.progress : undefined,
      elapsedMs: elapsed(),
    });
    const step: Step = afterLook(known, judged);
    if (step.next === 'end') return shown;
    if (step.next === 'fail') throw failed(awaited, step.why, judged.state);
    const leftMs = timeoutMs - elapsed();
    if (leftMs <= 0) throw timedOut(awaited, judged.state, elapsed());
    known = step.state;
    await clock.sleep(Math.min(step.afterMs, leftMs), signal);
  }
}

async function judgedLook(
  { judge }: Awaited,
  look: () => Promise<unknown>,
): Promise<{ readonly shown: unknown; readonly judged: Judgement }> {
  try {
    const shown = await look();
    return { shown, judged: judge(shown) };
  } catch (error) {
    if (!isSyncError(error) || error.verdict !== 'retry') throw error;
    return { shown: undefined, judged: { is: 'not_yet', state: 'unreachable' } };
  }
}

const failed = ({ what, target, look }: Awaited, why: string, state: string): SyncError =>
  new SyncError(
    'api_wait_failed',
    `Waited for ${printable(target)}, but ${printable(what)} ${printable(why)}.`,
    {
      verdict: 'skip_entry',
      operation: 'look_up',
      path: what,
      details: { target, state, path: look.operation.path },
    },
  );

const timedOut = ({ what, target, look }: Awaited, state: string, elapsedMs: number): SyncError => {
  const shown = state === '' ? 'not there' : printable(state);
  return new SyncError(
    'api_wait_timeout',
    `${capitalised(printable(what))} is still ${shown} after ${duration(elapsedMs)}; waited for ${printable(target)}. The service goes on.`,
    {
      verdict: 'skip_entry',
      operation: 'look_up',
      path: what,
      details: { target, state, elapsedMs: Math.round(elapsedMs), path: look.operation.path },
    },
  );
};
