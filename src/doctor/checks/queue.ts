import { failure, ok, type Check } from '../check.ts';

/** No message has this handle. */
const NO_HANDLE = 'stagesync-doctor';

/**
 * The queue in which a watch hears of a bucket's changes. Nothing is received: that would count as an attempt to process each message,
 * and move it to the queue of dead letters in the end. A message that is not there is released instead, which needs the same credentials and the
 * right to change the visibility of messages.
 */
export const queue: Check = {
  name: 'queue',
  concerns: ({ around }) => around.authority.s3.sqsQueue !== undefined,
  async examine({ around: { authority, environment } }, signal) {
    const { sqsQueue: queueUrl = '', region, profile } = authority.s3;
    const { openSqsQueue } = await import('../../sources/s3/queue/sqs-queue.ts');
    const opened = await openSqsQueue({ queueUrl, region, profile, proxy: environment.proxy });
    try {
      await opened.hide([NO_HANDLE], 0, signal);
      return ok(`${opened.name} answers; whether messages may be received and deleted is not tried`);
    } catch (error) {
      signal.throwIfAborted();
      return failure(
        error,
        'a watch needs sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility on it',
      );
    } finally {
      opened.close();
    }
  },
};
