import { lookAtQueue } from '../../cluster/queue/bull/look-at-queue.ts';
import { openRedis } from '../../cluster/redis/open-redis.ts';
import type { QueueState } from '../../model/cluster/queue-state.ts';
import { parseQueue } from './parse-queue.ts';
import type { QueuePlace } from './queue-place.ts';

/** A queue that is looked at, and nothing more. */
export interface QueueLook {
  /** Rejects with `queue_unreachable`, within seconds, where it does not answer. */
  look(): Promise<QueueState>;
  /** Never rejects. */
  close(): Promise<void>;
}

/** The address of a queue without a password. Throws `config` where it is no address of one. */
export const shownQueue = (place: QueuePlace): string => parseQueue(place).shown;

/** Opens the queue that somebody named, for looks. Rejects as openRedis does, and with `config` where the text is no address of one. */
export async function openQueueLook(
  place: QueuePlace,
  { folder }: { readonly folder: string },
): Promise<QueueLook> {
  const { from } = place;
  const redis = await openRedis(parseQueue(place), {
    from,
    folder,
    // also one that must not be a queue is there to be seen
    keepsKeys: false,
    clientName: 'stagesync-status',
  });
  const { client, shown } = redis;
  return { look: () => lookAtQueue({ client, shown, from }), close: () => redis.close() };
}
