/** Everything that --http needs, in one module, which is imported only with that flag. */
export { openMachines } from './machines/open-machines.ts';
export { countRequests } from './metrics/count-requests.ts';
export { WatchMetrics } from './metrics/watch-metrics.ts';
export { serveStatus } from './server.ts';
