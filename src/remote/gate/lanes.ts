/** Requests at the same time: a fixed number, or as many as the other side turns out to take. */
export type Concurrency = number | 'auto';

/** How many requests at the same time one job may have; GateUse tells it. */
export interface Lanes {
  /** As of now. With 'auto' it changes while the job runs: whoever looks ahead by it asks again now and then. */
  readonly lanes: number;
  /** Never more than this. */
  readonly mostLanes: number;
}

/** With 'auto', requests at the same time at most: a socket and an open file each, and memory for what they send. */
export const MOST_LANES = 256;

/** Files and sockets that a run has open beside those of its requests, and those of one request: socket, file, source. */
const OPEN_FILES = { beside: 64, each: 3 };

/** With 'auto', requests at the same time at most where the process may have so many files open. */
export const mostLanesWithin = (openFiles: number = Infinity): number =>
  Math.max(1, Math.min(MOST_LANES, Math.floor((openFiles - OPEN_FILES.beside) / OPEN_FILES.each)));

/** The most requests at the same time that a job of this concurrency ever has: as many connections are needed. */
export const mostLanesOf = (concurrency: Concurrency, most: number = MOST_LANES): number =>
  concurrency === 'auto' ? most : concurrency;
