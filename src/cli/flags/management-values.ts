import { InvalidArgumentError } from 'commander';
import { isIP } from 'node:net';
import { parseDuration } from '../../jobs/settings/quantities.ts';

/** Values of the Management API's flags, from text. Each rejects with commander's error, which names the flag. */

/** How a workspace suspends by itself, as the API takes it. */
export interface AutoSuspend {
  readonly suspendType: 'IDLE' | 'SCHEDULED' | 'DISABLED';
  readonly suspendAfterSeconds?: number;
}

/** '20m': after so long without use; 'at:8h': in eight hours; 'off'. */
export function autoSuspend(text: string): AutoSuspend {
  if (text === 'off') return { suspendType: 'DISABLED' };
  const isScheduled = text.startsWith('at:');
  const ms = parseDuration(isScheduled ? text.slice(3) : text);
  if (ms === undefined || ms < 1000)
    throw new InvalidArgumentError(
      'Give 20m (after 20 minutes without use), at:8h (in 8 hours, whatever happens) or off.',
    );
  return { suspendType: isScheduled ? 'SCHEDULED' : 'IDLE', suspendAfterSeconds: Math.round(ms / 1000) };
}

/** 'S-1', also written 's-1'. Which sizes there are, the service knows. */
export function workspaceSize(text: string): string {
  const size = text.toUpperCase();
  if (!/^S-\d+(\.\d+)?$/.test(size)) throw new InvalidArgumentError('Give a size like S-00, S-1 or S-4.');
  return size;
}

export function cacheConfig(text: string): 1 | 2 | 4 {
  const found = ([1, 2, 4] as const).find((each) => String(each) === text);
  if (found === undefined) throw new InvalidArgumentError('Give 1, 2 or 4.');
  return found;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** 'tue:01': Tuesday from 1 o'clock, UTC. */
export function updateWindow(text: string): { readonly day: number; readonly hour: number } {
  const [, name = '', hours] = /^([a-z]{3})[a-z]*:(\d{1,2})$/i.exec(text) ?? [];
  const day = DAYS.indexOf(name.toLowerCase());
  const hour = Number(hours);
  if (day === -1 || !(hour <= 23))
    throw new InvalidArgumentError('Give a day and an hour in UTC, like tue:01.');
  return { day, hour };
}

/** '192.0.2.0/24'; a single address means itself alone. */
export function addressRange(text: string): string {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  const most = version === 6 ? 128 : 32;
  const isRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  if (version === 0 || !isRange || rest.length > 0)
    throw new InvalidArgumentError('Give a range of addresses, like 192.0.2.0/24, or an address.');
  return bits === undefined ? `${address}/${most}` : text;
}

/** A duration as the API takes it ('3h30m'), a date, or a time with its offset. */
export function expiry(text: string): string {
  const isDuration = /^(?:\d+h)?(?:\d+m)?(?:\d+s)?$/.test(text) && text !== '';
  const isTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2}))?$/i.test(text);
  if (isDuration || (isTime && !Number.isNaN(Date.parse(text)))) return text;
  throw new InvalidArgumentError('Give a duration (3h30m), a date, or a time (2026-12-01T18:00:00Z).');
}
