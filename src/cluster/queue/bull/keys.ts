/** All that this program has in a Redis begins so. */
export const PREFIX = 'stagesync';

/** The queue of the batches for a deployment, as its Stage's address names it. */
export const transfersQueue = (deployment: string): string => `transfers-${named(deployment)}`;

/** The queue of what became of a pair's batches. */
export const resultsQueue = (pair: string): string => `results-${pair}`;

/** Which run of a pair counts. */
export const runKey = (pair: string): string => `${PREFIX}:run:${pair}`;

/** The deployments that there have been batches for: a sorted set by time. */
export const DEPLOYMENTS_KEY = `${PREFIX}:deployments`;

/** The workers of a deployment: a hash of what they last told of themselves. */
export const workersKey = (deployment: string): string => `${PREFIX}:workers:${named(deployment)}`;

/** A colon would end the name of a queue. */
const named = (deployment: string): string => deployment.replaceAll(/[^\w.-]/g, '_');
