import { InvalidArgumentError } from 'commander';
import { GUARDS, type GuardName, type RemovalLimit } from '../../sync/pass-options.ts';
import { usageError } from '../../jobs/usage-errors.ts';

/** Values of flags, from text. Each rejects with commander's error, which names the flag. */

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Give a whole number of 1 or more.');
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

const DURATIONS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds: '500ms', '1s', '5m', '1.5h', '1d'. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  const value = Math.round(Number(match?.[1]) * (DURATIONS[match?.[2] ?? ''] ?? 1));
  if (match === null || value < 1)
    throw new InvalidArgumentError('Give a duration with its unit: 500ms, 1s, 5m, 1h.');
  return value;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
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
  const match = /^(\d+)(%?)$/.exec(text);
  const value = Number(match?.[1]);
  if (match === null || !Number.isSafeInteger(value) || (match[2] === '%' && value > 100))
    throw new InvalidArgumentError('Give a count, like 20, or a percentage up to 100%, like 50%.');
  return match[2] === '%' ? { percent: value } : { count: value };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** Bytes a second: '500K', '10M', '1.5G'; a K is 1,024. */
export function byteRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMG]?)$/i.exec(text);
  const value = Math.floor(Number(match?.[1]) * (UNITS[match?.[2]?.toUpperCase() ?? ''] ?? 1));
  if (match === null || value < 1)
    throw new InvalidArgumentError('Give bytes a second, with K, M or G if you like: 500K, 10M.');
  return value;
}

const ALL_GUARDS = 'all';

const isGuard = (text: string): text is GuardName => (GUARDS as readonly string[]).includes(text);

/** Collects the guards that repeated --force flags pass. */
export function guards(text: string, previous: ReadonlySet<GuardName>): ReadonlySet<GuardName> {
  if (text === ALL_GUARDS) return new Set(GUARDS);
  if (!isGuard(text))
    throw new InvalidArgumentError(`The guards are ${GUARDS.join(', ')} and ${ALL_GUARDS}.`);
  return new Set([...previous, text]);
}

/** Flags whose value may be left out: the values they can have, and the one they then get. */
const BARE: ReadonlyMap<string, { readonly values: readonly string[]; readonly preset: string }> = new Map([
  ['--force', { values: [...GUARDS, ALL_GUARDS], preset: ALL_GUARDS }],
  ['--request-payer', { values: ['requester'], preset: 'requester' }],
]);

/** Which of them a word of a bound line is, when it was given the value of one that stands alone. */
export function bareFlag(
  word: string,
): { readonly flag: string; readonly values: readonly string[] } | undefined {
  for (const [flag, { values, preset }] of BARE) if (word === `${flag}=${preset}`) return { flag, values };
  return undefined;
}

/**
 * Gives every such flag its value with '=', so that it cannot swallow the argument after it: `--force DIR` is all
 * guards and DIR, `--force max-delete` is that guard.
 */
export function bindBareFlags(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const bound: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    const flag = end !== -1 && i > end ? undefined : BARE.get(word);
    if (flag === undefined) bound.push(word);
    else {
      const next = argv[i + 1];
      const given = next !== undefined && flag.values.includes(next);
      if (given) i++;
      bound.push(`${word}=${given ? next : flag.preset}`);
    }
  }
  return bound;
}

const CREDENTIALS_IN_URL = /^(?:[a-z][a-z0-9+.-]*:)?\/*[^/?#]*@/i;

/** Whether a URL, or what was meant as one, has a user or a password before its host. */
export const hasCredentials = (url: string): boolean => CREDENTIALS_IN_URL.test(url);

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

/** One --include, --exclude or --filter-from. Their order on the command line counts: the last match decides. */
export interface FilterFlag {
  readonly kind: 'include' | 'exclude' | 'file';
  /** A pattern, or the file's name. */
  readonly value: string;
}
