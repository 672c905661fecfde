import { isSyncError } from '../../model/errors.ts';
import type { Destination } from '../../model/ports.ts';
import type { WatchMetrics } from './metrics.ts';

/** A destination that counts its requests, each attempt as one, by HTTP method and how it ended. */
export function countRequests(destination: Destination, metrics: WatchMetrics): Destination {
  const counted =
    <Args extends unknown[], T>(verb: string, call: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      try {
        const result = await call.apply(destination, args);
        metrics.request(verb, '2xx');
        return result;
      } catch (error) {
        metrics.request(verb, statusOf(error));
        throw error;
      }
    };
  return {
    ...destination,
    listFolder: counted('GET', destination.listFolder),
    stat: counted('GET', destination.stat),
    read: counted('GET', destination.read),
    put: counted('PUT', destination.put),
    makeFolder: counted('PUT', destination.makeFolder),
    move: counted('PATCH', destination.move),
    remove: counted('DELETE', destination.remove),
  };
}

/** The HTTP status, or the error's own name where there was no answer. */
function statusOf(error: unknown): string {
  if (!isSyncError(error)) return 'aborted';
  const { status } = error.details;
  return status === undefined ? error.code : String(status);
}
