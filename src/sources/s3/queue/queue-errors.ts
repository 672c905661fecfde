import { messageOf, SyncError } from '../../../model/errors.ts';
import { proxyErrorIn } from '../../../http/proxy-error.ts';
import { ACCOUNT_RULES, causeOf, proxyFailed, requestFailed, ruleFor } from '../aws-errors.ts';
import type { AwsAttempt, Rule, RuleTable } from '../aws-errors.ts';

export interface QueueAttempt {
  readonly operation: 'receive' | 'remove' | 'hide';
  /** The queue's name. */
  readonly queue: string;
}

const WORDS = {
  receive: { task: 'receive messages from', right: 'sqs:ReceiveMessage' },
  remove: { task: 'remove messages from', right: 'sqs:DeleteMessage' },
  hide: { task: 'keep messages of', right: 'sqs:ChangeMessageVisibility' },
} as const;

const NO_CREDENTIALS: Rule = {
  code: 'source_unauthorised',
  verdict: 'end_run',
  fact: 'unauthorised',
  text: 'no usable AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a --profile',
};
const NO_QUEUE: Rule = {
  code: 'source_missing',
  verdict: 'end_run',
  fact: 'missing',
  text: 'there is no such queue; check the URL, and that its region and account are right',
};
const ENCRYPTED: Rule = {
  code: 'source_denied',
  verdict: 'end_run',
  fact: 'refused',
  text: 'the KMS key of the queue cannot be used; the credentials need kms:Decrypt on it, and the key has to be enabled',
};
const THROTTLED: Rule = {
  code: 'source_throttled',
  verdict: 'retry',
  fact: 'slow_down',
  text: 'SQS asks for fewer requests; it is tried again',
};
const CROWDED: Rule = {
  code: 'source_throttled',
  verdict: 'retry',
  fact: 'slow_down',
  text: 'too many of its messages are being worked on; another reader takes messages and does not remove them',
};
const UNAVAILABLE: Rule = {
  code: 'source_unreachable',
  verdict: 'retry',
  text: 'SQS cannot serve the request at the moment; it is tried again',
};
const UNREACHABLE: Rule = {
  code: 'source_unreachable',
  verdict: 'retry',
  fact: 'out_of_reach',
  text: 'the connection failed; check the network and the URL of the queue',
};
const NO_HOST: Rule = {
  code: 'source_unreachable',
  verdict: 'end_run',
  fact: 'out_of_reach',
  text: 'the host name cannot be resolved; check the URL of the queue',
};
const TLS: Rule = {
  code: 'source_unreachable',
  verdict: 'end_run',
  fact: 'out_of_reach',
  text: 'the TLS certificate is not accepted; name a CA with NODE_EXTRA_CA_CERTS',
};
const NO_TLS: Rule = {
  code: 'source_unreachable',
  verdict: 'end_run',
  fact: 'out_of_reach',
  text: 'the server does not speak https at this port; check the URL of the queue',
};
const STRANGE: Rule = {
  code: 'source_failed',
  verdict: 'end_run',
  text: 'the answer is not one that SQS gives; check the URL of the queue',
};

/** By SQS error code, without the prefix `AWS.SimpleQueueService.` of its older protocol. */
const NAMES: Readonly<Record<string, Rule>> = {
  ...ACCOUNT_RULES,
  CredentialsProviderError: NO_CREDENTIALS,
  QueueDoesNotExist: NO_QUEUE,
  NonExistentQueue: NO_QUEUE,
  QueueDeletedRecently: NO_QUEUE,
  InvalidAddress: NO_QUEUE,
  KmsAccessDenied: ENCRYPTED,
  KmsDisabled: ENCRYPTED,
  KmsInvalidState: ENCRYPTED,
  KmsNotFound: ENCRYPTED,
  KmsThrottled: THROTTLED,
  RequestThrottled: THROTTLED,
  Throttling: THROTTLED,
  ThrottlingException: THROTTLED,
  OverLimit: CROWDED,
  TimeoutError: UNREACHABLE,
};

const rulesWhere = (denied: Rule): RuleTable => ({
  names: { ...NAMES, AccessDenied: denied, AccessDeniedException: denied },
  network: { noHost: NO_HOST, badCertificate: TLS, noTls: NO_TLS, broken: UNREACHABLE },
  statuses: { 403: denied, 429: THROTTLED },
  unavailable: UNAVAILABLE,
  other: STRANGE,
});

/** Anything the SDK throws, as a SyncError; see s3Error. */
export function queueError(error: unknown, { operation, queue }: QueueAttempt): SyncError {
  if (error instanceof SyncError) return error;
  const { task, right } = WORDS[operation];
  const attempt: AwsAttempt = {
    operation: 'watch',
    path: queue,
    failed: (name) => `cannot ${task} the queue ${name}`,
    details: { queue },
  };
  const proxy = proxyErrorIn(error);
  if (proxy !== undefined) return proxyFailed(attempt, proxy);
  const cause = causeOf(error);
  const name = cause.name.replace(/^(?:AWS\.SimpleQueueService\.|com\.amazonaws\.sqs#)/, '');
  const denied: Rule = {
    code: 'source_denied',
    verdict: 'end_run',
    fact: 'refused',
    text: `access is denied; the credentials need ${right} on it`,
  };
  const rule = ruleFor({ ...cause, name }, rulesWhere(denied));
  // What SQS says of a denial names the missing right.
  const more = rule === denied ? { message: messageOf(error).slice(0, 300) } : {};
  return requestFailed(attempt, { ...cause, name }, rule, more);
}
