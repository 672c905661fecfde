import { openQueueServer, type QueueServer } from '../../cluster/queue/bull/open-queue.ts';
import { parseQueue } from './parse-queue.ts';
import type { QueuePlace } from './queue-place.ts';

/** Opens the server that somebody named. Rejects as openQueueServer does, and with `config` where the text is no address of one. */
export const openServer = async (
  place: QueuePlace,
  { folder, clientName }: { readonly folder: string; readonly clientName: string },
): Promise<QueueServer> => openQueueServer({ url: parseQueue(place), from: place.from, folder, clientName });
