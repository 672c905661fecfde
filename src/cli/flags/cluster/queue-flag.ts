import type { Command } from 'commander';
import type { Environment } from '../../../jobs/environment.ts';
import { QUEUE_VARIABLE, type QueuePlace } from '../../../jobs/queue/queue-place.ts';

/** By way of which queue files are sent. It is a setting of who runs a job, not of the job. */
export interface QueueFlag {
  readonly queue?: string | undefined;
}

export const addQueueFlag = (command: Command): Command =>
  command
    .optionsGroup('Many machines:')
    .option(
      '--queue <url>',
      `let workers send the files (stagesync worker), by way of this Redis: redis://HOST:6379/0 (${QUEUE_VARIABLE})`,
    );

/** What the flag says, or the variable; undefined where neither does. It is read where it is opened. */
export function queueFrom(
  { queue }: QueueFlag,
  { queueUrl }: Pick<Environment, 'queueUrl'>,
): QueuePlace | undefined {
  if (queue !== undefined) return { url: queue, from: '--queue', isPublic: true };
  return queueUrl === undefined ? undefined : { url: queueUrl, from: QUEUE_VARIABLE, isPublic: false };
}
