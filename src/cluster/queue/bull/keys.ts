import type { QueueOptions } from 'bullmq';
import type { Redis } from 'ioredis';

/** All that this program has in a Redis begins so. */
export const PREFIX = 'stagesync';

/** Nobody reads the events of a queue, and the library keeps thousands of them. */
const EVENTS = { events: { maxLen: 10 } };

/** How a queue is opened. */
export const queueOptions = (connection: Redis): QueueOptions => ({
  connection,
  prefix: PREFIX,
  streams: EVENTS,
});

/** The queue of the batches for a deployment, as its Stage's address names it. */
export const transfersQueue = (deployment: string): string => `transfers-${named(deployment)}`;

/** The queue of what became of a pair's batches. */
export const resultsQueue = (pair: string): string => `results-${pair}`;

/** Which run of a pair counts. */
export const runKey = (pair: string): string => `${PREFIX}:run:${pair}`;

/** The deployments that there have been batches for: a sorted set by time, in seconds. */
export const DEPLOYMENTS_KEY = `${PREFIX}:deployments`;

/** The workers of a deployment: a hash of what they last told of themselves. */
export const workersKey = (deployment: string): string => `${PREFIX}:workers:${named(deployment)}`;

/** A colon would end the name of a queue. */
const named = (deployment: string): string => deployment.replaceAll(/[^\w.-]/g, '_');
