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

/** All workers of the queue, also those that no deployment has batches for: as above. */
export const ALL_WORKERS_KEY = `${PREFIX}:workers`;

/** The syncs that hand files over: as above. */
export const SYNCS_KEY = `${PREFIX}:syncs`;

/** Of a list of notes: its names by time, and its notes by name. */
export const notesKeys = (key: string): [string, string] => [`${key}:times`, key];

/** A part of a queue, as its library keeps it: the list 'wait' or 'active'; or a batch, by its ID. */
export const partKey = (queue: string, part: string): string => `${PREFIX}:${queue}:${part}`;

/** A colon would end the name of a queue. */
const named = (deployment: string): string => deployment.replaceAll(/[^\w.-]/g, '_');
