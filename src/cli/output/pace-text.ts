import type { Pace, PaceReason } from '../../model/pace.ts';
import { printable } from '../../model/printable.ts';
import { counted } from './quantities.ts';

const WHY: Readonly<Record<PaceReason, string>> = {
  fixed: 'as --concurrency says',
  demand: 'there was not more to do',
  growing: 'trying whether more are faster',
  bound: 'there are never more',
  queueing: 'more were not faster',
  refused: 'Stage refused more',
};

/** Of a value that a file has. */
export const isPaceReason = (why: unknown): why is PaceReason =>
  typeof why === 'string' && Object.hasOwn(WHY, why);

/** A pace in words: '36 requests at once: more were not faster'. */
export function paceText({ atOnce, why, perSecond, budget }: Pace): string {
  const rate = perSecond === undefined ? '' : `, ${perSecond.toFixed(1)} a second`;
  const shared = budget === undefined ? '' : `; shared by ${printable(budget)}`;
  return `${counted(atOnce, 'request')} at once${rate}: ${WHY[why]}${shared}`;
}
