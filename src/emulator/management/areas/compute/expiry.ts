import { Refusal } from '../../../http/refusal.ts';
import type { Call } from '../../operation.ts';
import { parseDuration, parseTime } from '../../timeline/times.ts';

/**
 * When a group is to end, in milliseconds since 1970: a time, a date, or a duration such as `3h30m` from now. An empty text
 * is never (null).
 */
export function parseExpiry({ now }: Call, text: string): number | null {
  if (text === '') return null;
  const duration = parseDuration(text);
  const at = duration === undefined ? parseTime(text) : now + duration;
  if (at === undefined) throw new Refusal(400, 'expiresAt: is neither a time nor a duration such as 3h30m');
  if (at <= now) throw new Refusal(400, 'expiresAt: is in the past');
  return at;
}
