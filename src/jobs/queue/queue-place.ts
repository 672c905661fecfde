import { parseRedisUrl, type RedisUrl } from '../../cluster/redis/redis-url.ts';

/** The queue by which the files of a pair are sent. */
export interface QueuePlace {
  readonly url: RedisUrl;
  /** The flag, variable or key that names it, for messages. */
  readonly from: string;
}

export const QUEUE_VARIABLE = 'STAGESYNC_QUEUE_URL';

/** `redis://HOST:6379/0`. Throws `config` where it is no such address; what could be a password is never shown. */
export const parseQueuePlace = (
  text: string,
  { from, mayHavePassword }: { readonly from: string; readonly mayHavePassword: boolean },
): QueuePlace => ({
  url: parseRedisUrl(text, { from, mayHavePassword, variable: QUEUE_VARIABLE }),
  from,
});
