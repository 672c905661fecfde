import { BUDGET_PARAMETERS } from '../../cluster/budget/budget-address.ts';
import { openQueueServer, type QueueServer } from '../../cluster/queue/bull/open-queue.ts';
import { parseRedisUrl } from '../../cluster/redis/redis-url.ts';
import { QUEUE_VARIABLE, type QueuePlace } from './queue-place.ts';

/** Opens the server that somebody named. Rejects as openQueueServer does, and with `config` where the text is no address of one. */
export function openServer(
  { url, from, isPublic }: QueuePlace,
  { folder, clientName }: { readonly folder: string; readonly clientName: string },
): Promise<QueueServer> {
  const parsed = parseRedisUrl(url, {
    from,
    mayHavePassword: !isPublic,
    variable: QUEUE_VARIABLE,
    // of the pace that all who share the queue share too
    parameters: BUDGET_PARAMETERS,
  });
  return openQueueServer({ url: parsed, from, folder, clientName });
}
