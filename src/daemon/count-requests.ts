import { isSyncError } from '../model/errors.ts';
import type { Destination } from '../model/ports.ts';
import type { WatchMetrics } from './metrics.ts';

/** A destination that counts its requests, each attempt as one, by HTTP method and how it ended. */
export function countRequests(destination: Destination, metrics: WatchMetrics): Destination {
  const counted = async <T>(verb: string, request: Promise<T>): Promise<T> => {
    try {
      const result = await request;
      metrics.request(verb, '2xx');
      return result;
    } catch (error) {
      metrics.request(verb, statusOf(error));
      throw error;
    }
  };
  return {
    ...destination,
    listFolder: (folder, call) => counted('GET', destination.listFolder(folder, call)),
    stat: (path, call) => counted('GET', destination.stat(path, call)),
    read: (path, call) => counted('GET', destination.read(path, call)),
    put: (path, content, call) => counted('PUT', destination.put(path, content, call)),
    makeFolder: (folder, call) => counted('PUT', destination.makeFolder(folder, call)),
    move: (from, to, call) => counted('PATCH', destination.move(from, to, call)),
    remove: (path, call) => counted('DELETE', destination.remove(path, call)),
  };
}

/** The HTTP status, or the error's own name where there was no answer. */
function statusOf(error: unknown): string {
  if (!isSyncError(error)) return 'aborted';
  const { status } = error.details;
  return status === undefined ? error.code : String(status);
}
