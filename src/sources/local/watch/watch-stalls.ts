import type { ChangeHint } from '../../../model/ports.ts';
import { duration } from '../../../model/quantities/duration.ts';

const TICK_MS = 500;
/** Beyond this the kernel's queue of events (16,384 by default) may have run over, and nobody tells. */
const STALL_MS = 3000;

/**
 * A process that stood still (a long computation, a stopped or suspended machine) may have missed events: then
 * everything has to be looked at. `now` gives milliseconds that never run backwards; for tests.
 */
export function watchStalls(
  onHint: (hint: ChangeHint) => void,
  now: () => number = () => performance.now(),
): { close(): void } {
  let last = now();
  const timer = setInterval(() => {
    const late = now() - last - TICK_MS;
    last = now();
    if (late < STALL_MS) return;
    onHint({
      everything: true,
      reason: `the process stood still for ${duration(late)} and may have missed changes`,
    });
  }, TICK_MS);
  timer.unref();
  return { close: () => clearInterval(timer) };
}
