import { InvalidArgumentError } from 'commander';
import { GUARDS, type GuardName, type RemovalLimit } from '../../sync/pass-options.ts';
import { hasCredentials } from '../../jobs/authority.ts';
import { usageError } from '../../jobs/usage-errors.ts';
import type { ListenAddress } from '../../daemon/server.ts';
import {
  BYTE_RATE_FORM,
  BYTES_FORM,
  DURATION_FORM,
  parseByteRate,
  parseBytes,
  parseDuration,
  parseSample,
  SAMPLE_FORM,
  parseRemovalLimit,
  REMOVAL_LIMIT_FORM,
} from '../../jobs/settings/quantities.ts';

/** Values of flags, from text. Each rejects with commander's error, which names the flag. */

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Give a whole number of 1 or more.');
  return value;
}

export function positiveIntegerOrAuto(text: string): number | 'auto' {
  if (text === 'auto') return text;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value))
    throw new InvalidArgumentError("Give a whole number of 1 or more, or 'auto'.");
  return value;
}

export function portNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535)
    throw new InvalidArgumentError('Give a port from 0 (any free one) to 65535.');
  return value;
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0)
    throw new InvalidArgumentError('Give a number greater than 0.');
  return value;
}

/** A whole number of 0 or more. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Give a whole number of 0 or more.');
  return value;
}

/** '1%', '0.1%', also without the sign: more than 0, at most 100. */
export function percentage(text: string): number {
  const value = Number(/^(\d+(?:\.\d+)?)%?$/.exec(text)?.[1]);
  if (!(value > 0 && value <= 100))
    throw new InvalidArgumentError('Give a part in percent, above 0% and up to 100%, like 1% or 0.1%.');
  return value;
}

/** Milliseconds: '500ms', '1s', '5m', '1.5h', '1d'. */
export function duration(text: string): number {
  const value = parseDuration(text);
  if (value === undefined) throw new InvalidArgumentError(DURATION_FORM);
  return value;
}

/** '9465' and ':9465' are on 127.0.0.1; '0.0.0.0:9465', '[::1]:9465'. */
export function listenAddress(text: string): ListenAddress {
  const match = /^(?:(\[[0-9a-f:.]+\]|[^:[\]]*):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535)
    throw new InvalidArgumentError('Give PORT or HOST:PORT, like 9465 or 127.0.0.1:9465.');
  return { host: (match[1] ?? '').replaceAll(/^\[|\]$/g, '') || '127.0.0.1', port };
}

/** '20' files, or '50%' of the files on Stage. */
export function removalLimit(text: string): RemovalLimit {
  const limit = parseRemovalLimit(text);
  if (limit === undefined) throw new InvalidArgumentError(REMOVAL_LIMIT_FORM);
  return limit;
}

/** Bytes a second: '500K', '10M', '10MB'; a K is 1,024, a kB 1,000. */
export function byteRate(text: string): number {
  const value = parseByteRate(text);
  if (value === undefined) throw new InvalidArgumentError(BYTE_RATE_FORM);
  return value;
}

/** Bytes: '500K', '10M', '10MB'; a K is 1,024, a kB 1,000. */
export function bytes(text: string): number {
  const value = parseBytes(text);
  if (value === undefined) throw new InvalidArgumentError(BYTES_FORM);
  return value;
}

/** 'all', or the number of files of 'sample=N'. */
export function sample(text: string): 'all' | number {
  const value = parseSample(text);
  if (value === undefined) throw new InvalidArgumentError(SAMPLE_FORM);
  return value;
}

/** What --force without a name, or with this one, passes. */
export const ALL_GUARDS = 'all';

const isGuard = (text: string): text is GuardName => (GUARDS as readonly string[]).includes(text);

/** Collects the guards that repeated --force flags pass. */
export function guards(text: string, previous: ReadonlySet<GuardName>): ReadonlySet<GuardName> {
  if (text === ALL_GUARDS) return new Set(GUARDS);
  if (!isGuard(text))
    throw new InvalidArgumentError(`The guards are ${GUARDS.join(', ')} and ${ALL_GUARDS}.`);
  return new Set([...previous, text]);
}

/**
 * A URL without a user or a password: those would stand in plan files and messages. Rejects as `usage`, not with
 * commander's error, which would show the text.
 */
export const urlOf =
  (flag: string, instead: string) =>
  (text: string): string => {
    if (!hasCredentials(text)) return text;
    throw usageError(`${flag} has a user or a password before its "@": leave them out; ${instead}`);
  };
