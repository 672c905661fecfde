import type { Command } from 'commander';
import type { Environment } from '../../../jobs/environment.ts';
import { parseQueuePlace, QUEUE_VARIABLE, type QueuePlace } from '../../../jobs/queue/queue-place.ts';

/** By way of which queue files are sent. It is a setting of who runs a job, not of the job. */
export interface QueueFlag {
  readonly queue?: string;
}

export const addQueueFlag = (command: Command): Command =>
  command
    .optionsGroup('Many machines:')
    .option(
      '--queue <url>',
      `let workers send the files (stagesync worker), by way of this Redis: redis://HOST:6379/0 (default: ${QUEUE_VARIABLE})`,
    );

/** What the flag says, or the variable; undefined where neither does. Throws `config` for what is no address of a Redis. */
export function queueFrom({ queue }: QueueFlag, { queueUrl }: Environment): QueuePlace | undefined {
  if (queue !== undefined) return parseQueuePlace(queue, { from: '--queue', mayHavePassword: false });
  if (queueUrl === undefined) return undefined;
  return parseQueuePlace(queueUrl, { from: QUEUE_VARIABLE, mayHavePassword: true });
}
