/** All that a watch needs to be seen from outside; one import, made only with --http. */
export { countRequests } from './count-requests.ts';
export { WatchMetrics } from './metrics.ts';
export { serveStatus } from './server.ts';
