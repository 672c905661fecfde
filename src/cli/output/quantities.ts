import prettyBytes from 'pretty-bytes';

/** '1,234', of a whole number, on every machine. Without Intl, which takes 20 ms to load. */
export const count = (n: number): string => String(n).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');

/** '1 file', '2 files'. */
export const counted = (n: number, noun: string, plural = `${noun}s`): string =>
  `${count(n)} ${n === 1 ? noun : plural}`;

/** '12.3 kB'; a kB is 1,000 bytes. */
export const bytes = (n: number): string => prettyBytes(n);

export { duration } from '../../model/quantities/duration.ts';
