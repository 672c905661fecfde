import { printable } from '../../../../model/printable.ts';
import { bytes, counted, duration } from '../../quantities.ts';
import { timeOfDay } from '../../times.ts';
import type { ProgressState, Wait } from '../progress-state.ts';

/** '15:04:05 (in 12s)' */
const until = (ms: number, nowMs: number): string =>
  `${timeOfDay(ms)} (in ${duration(Math.ceil((ms - nowMs) / 1000) * 1000)})`;

const since = (ms: number, nowMs: number): string => duration(Math.floor((nowMs - ms) / 1000) * 1000);

/** What a run waits for, in words. What matters most comes first: a narrow terminal cuts off the rest. */
export function waitText(
  wait: Wait,
  { nowMs, destination }: Pick<ProgressState, 'nowMs' | 'destination'>,
): string {
  switch (wait.kind) {
    case 'paused':
      return `paused until ${until(wait.untilMs, nowMs)}: ${destination} asks for fewer requests`;
    case 'limited':
      return wait.budget === undefined
        ? `${destination} lets through ${wait.perSecond.toFixed(1)} requests a second`
        : `${wait.perSecond.toFixed(1)} requests a second of all that share ${printable(wait.budget)}`;
    case 'retrying': {
      const next = wait.againMs > nowMs ? `again in ${since(nowMs, wait.againMs + 999)}` : 'trying again';
      return `failing for ${since(wait.sinceMs, nowMs)}, ${next}: ${printable(wait.message)}`;
    }
    case 'unloaded':
      return `waiting until less is unloaded: ${counted(wait.files, 'file')} (${bytes(wait.bytes)})`;
    case 'reply':
      return `no reply from ${destination} for ${since(wait.sinceMs, nowMs)}${wait.files === 0 ? '' : `: ${counted(wait.files, 'file')} sent`}`;
    case 'listing':
      return `no listing for ${since(wait.sinceMs, nowMs)}: waiting for one`;
    default:
      return `confirming: looking at what ${destination} shows`;
  }
}
