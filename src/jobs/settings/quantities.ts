/** Durations and rates as people write them, in flags and in jobs. */
import {
  BYTE_AMOUNT,
  BYTE_RATE_FORM,
  BYTES_FORM,
  parseByteRate,
  parseBytes,
} from '../../model/quantities/byte-amount.ts';

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** How a duration is written, for a person who wrote something else. */
export const DURATION_FORM = 'Give a duration with its unit: 500ms, 1s, 5m, 1h.';

/** Milliseconds of '500ms', '1s', '5m', '1.5h' or '1d'; undefined for anything else, and for less than 1 ms. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  const value = Math.round(Number(match?.[1]) * (MILLISECONDS[match?.[2] ?? ''] ?? 1));
  return match !== null && isCount(value) ? value : undefined;
}

/** At least 1, and a safe integer: JSON and timers would change a larger number. */
const isCount = (value: number): boolean => value >= 1 && Number.isSafeInteger(value);

/** '1h', '90s': the shortest text that parseDuration reads as these milliseconds. */
export function durationText(ms: number): string {
  const [unit = 'ms', size = 1] =
    Object.entries(MILLISECONDS).findLast(([, each]) => ms % each === 0 && ms >= each) ?? [];
  return `${ms / size}${unit}`;
}

export { BYTE_RATE_FORM, BYTES_FORM, parseByteRate, parseBytes };

/** How many files are looked at, for a person who wrote something else. */
export const SAMPLE_FORM = "Give 'all', or a number of files as in sample=100.";

const SAMPLE = /^(?:all|sample=[1-9]\d*)$/;

/** 'all', or the N of 'sample=N'; undefined for anything else. */
export function parseSample(text: string): 'all' | number | undefined {
  const size = Number(text.slice(text.indexOf('=') + 1));
  if (!SAMPLE.test(text) || (text !== 'all' && !isCount(size))) return undefined;
  return text === 'all' ? text : size;
}

/** The forms of the texts, for a schema. */
export const QUANTITY_PATTERNS = {
  duration: DURATION,
  byteRate: BYTE_AMOUNT,
  bytes: BYTE_AMOUNT,
  sample: SAMPLE,
} as const;

/** '20' files, or '50%' of the files at the destination; undefined for anything else. */
export function parseRemovalLimit(text: string): { count: number } | { percent: number } | undefined {
  const match = /^(\d+)(%?)$/.exec(text);
  const value = Number(match?.[1]);
  if (match === null || !Number.isSafeInteger(value) || (match[2] === '%' && value > 100)) return undefined;
  return match[2] === '%' ? { percent: value } : { count: value };
}

/** How a limit of removals is written, for a person who wrote something else. */
export const REMOVAL_LIMIT_FORM = 'Give a count, like 20, or a percentage up to 100%, like 50%.';
