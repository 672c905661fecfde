import { SyncError } from '../../../model/errors.ts';

export interface QueueAddress {
  readonly url: string;
  /** Scheme, host and port. */
  readonly endpoint: string;
  /** The queue's name, for people. */
  readonly name: string;
  /** Where the host tells it. */
  readonly region: string | undefined;
}

/** `https://sqs.eu-west-1.amazonaws.com/…`, also dual-stack, FIPS and VPC endpoints; and the names from before 2012. */
const REGION_IN_HOST =
  /(?:^|\.)sqs(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.|^([a-z]{2}(?:-[a-z]+)+-\d)\.queue\.amazonaws\./;

/** Reads the URL of an SQS queue. Rejects with a SyncError `usage`, which never repeats the text. */
export function parseQueueUrl(text: string): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const name = url?.pathname.split('/').findLast((part) => part !== '');
  if (url === undefined || name === undefined || !/^https?:$/.test(url.protocol) || url.username !== '')
    throw new SyncError(
      'usage',
      'the queue URL is not valid; write it as SQS shows it: https://sqs.REGION.amazonaws.com/ACCOUNT/NAME',
      { verdict: 'end_run' },
    );
  const match = REGION_IN_HOST.exec(url.hostname);
  const region = url.hostname === 'queue.amazonaws.com' ? 'us-east-1' : (match?.[1] ?? match?.[2]);
  return { url: url.href, endpoint: url.origin, name: name.replaceAll(/[^A-Za-z0-9_.-]/g, '?'), region };
}
