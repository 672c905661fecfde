import { BUDGET_PARAMETERS } from '../../cluster/budget/budget-address.ts';
import { parseRedisUrl, type RedisUrl } from '../../cluster/redis/redis-url.ts';
import { QUEUE_VARIABLE, type QueuePlace } from './queue-place.ts';

/** Where a queue is. Throws `config`, without a password, where the text is no address of one. */
export const parseQueue = ({ url, from, isPublic }: QueuePlace): RedisUrl =>
  parseRedisUrl(url, {
    from,
    mayHavePassword: !isPublic,
    variable: QUEUE_VARIABLE,
    // of the pace that all who share the queue share too
    parameters: BUDGET_PARAMETERS,
  });
