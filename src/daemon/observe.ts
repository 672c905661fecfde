/** Everything that --http needs, in one module, which is imported only with that flag. */
export { countRequests } from './count-requests.ts';
export { WatchMetrics } from './metrics.ts';
export { serveStatus } from './server.ts';
