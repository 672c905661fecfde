import { createHash } from 'node:crypto';

/** The file name of a pair's state, without its ending. */
export const pairName = (source: string, destination: string): string =>
  createHash('sha256').update(`${source}\n${destination}`).digest('hex').slice(0, 24);
