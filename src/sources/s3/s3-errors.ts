import { messageOf, SyncError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { proxyErrorIn } from '../../http/proxy-error.ts';
import { ACCOUNT_RULES, causeOf, proxyFailed, requestFailed, ruleFor } from './aws-errors.ts';
import type { AwsAttempt, Rule, RuleTable } from './aws-errors.ts';

/** What was being done when S3 failed. */
export type S3Attempt = { readonly bucket: string; readonly endpointUrl?: string | undefined } & (
  { readonly operation: 'list' } | { readonly operation: 'read'; readonly key: string }
);

const NO_CREDENTIALS: Rule = {
  code: 'source_unauthorised',
  verdict: 'end_run',
  fact: 'unauthorised',
  text: 'no usable AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a --profile, or use --no-sign-request for a public bucket',
};
const REGION: Rule = {
  code: 'source_failed',
  verdict: 'end_run',
  text: 'the bucket is in another region; name it with --region',
};
const DENIED: Rule = {
  code: 'source_denied',
  verdict: 'end_run',
  fact: 'refused',
  text: 'access is denied; the credentials need s3:ListBucket on the bucket and s3:GetObject on its objects',
};
const DENIED_OBJECT: Rule = {
  code: 'entry_unreadable',
  verdict: 'skip_entry',
  fact: 'unreadable',
  text: 'access is denied; reading needs s3:GetObject on the object and, where it is encrypted with a KMS key, kms:Decrypt on that key; where with a key of its writer (SSE-C), that very key',
};
const NO_BUCKET: Rule = {
  code: 'source_missing',
  verdict: 'end_run',
  fact: 'missing',
  text: 'there is no such bucket; check its name and --endpoint-url',
};
const THROTTLED: Rule = {
  code: 'source_throttled',
  verdict: 'retry',
  fact: 'slow_down',
  text: 'S3 asks for fewer requests and did so again after several attempts; lower --concurrency',
};
const UNAVAILABLE: Rule = {
  code: 'source_unreachable',
  verdict: 'retry',
  text: 'S3 cannot serve the request at the moment and could not after several attempts; try again later',
};
const UNREACHABLE: Rule = {
  code: 'source_unreachable',
  verdict: 'retry',
  fact: 'out_of_reach',
  text: 'the connection failed; check the network and --endpoint-url',
};
const NO_HOST: Rule = {
  code: 'source_unreachable',
  verdict: 'end_run',
  fact: 'out_of_reach',
  text: 'the host name cannot be resolved; check --endpoint-url and --region, and try --path-style with an S3-compatible server',
};
const TLS: Rule = {
  code: 'source_unreachable',
  verdict: 'end_run',
  fact: 'out_of_reach',
  text: 'the TLS certificate is not accepted; name a CA with NODE_EXTRA_CA_CERTS, or use --path-style if the bucket name has dots',
};
const NO_TLS: Rule = {
  code: 'source_unreachable',
  verdict: 'end_run',
  fact: 'out_of_reach',
  text: 'the server does not speak https at this port; try --endpoint-url with http://',
};
const CHANGED: Rule = {
  code: 'entry_changed',
  verdict: 'skip_entry',
  fact: 'changed',
  text: 'the object was replaced after it was listed; the next run takes the new one',
};
const GONE: Rule = {
  code: 'entry_gone',
  verdict: 'skip_entry',
  fact: 'gone',
  text: 'the object was deleted after it was listed',
};
const ARCHIVED: Rule = {
  code: 'entry_unreadable',
  verdict: 'skip_entry',
  fact: 'unreadable',
  text: 'the object is archived; restore it (aws s3api restore-object) or exclude it',
};
const REFUSED: Rule = {
  code: 'entry_unreadable',
  verdict: 'skip_entry',
  fact: 'unreadable',
  text: 'S3 refuses to serve the object',
};
const STRANGE: Rule = {
  code: 'source_failed',
  verdict: 'end_run',
  text: 'the answer is not one that S3 gives; check --endpoint-url and --region',
};
/** What S3 and MinIO (InvalidRequest) and Ceph (InvalidArgument) say to a read without the right key; our reads give no other cause for it. */
const KEY_WANTED: Rule = {
  code: 'entry_unreadable',
  verdict: 'skip_entry',
  fact: 'unreadable',
  text: "S3 refuses to serve the object so, as it does where a key of the writer's own encrypts it (SSE-C), which is not the one that stagesync was given, or was given none: name it with --sse-c-key-file, store the object under SSE-S3 or SSE-KMS, or exclude it",
};

const NAMES: Readonly<Record<string, Rule>> = {
  ...ACCOUNT_RULES,
  NoSuchBucket: NO_BUCKET,
  InvalidBucketName: { ...NO_BUCKET, text: 'this is not a valid bucket name' },
  NoSuchKey: GONE,
  PreconditionFailed: CHANGED,
  InvalidRange: CHANGED,
  InvalidObjectState: ARCHIVED,
  CredentialsProviderError: NO_CREDENTIALS,
  PermanentRedirect: REGION,
  TemporaryRedirect: REGION,
  AuthorizationHeaderMalformed: REGION,
  IllegalLocationConstraintException: REGION,
  SlowDown: THROTTLED,
  Throttling: THROTTLED,
  ThrottlingException: THROTTLED,
  RequestLimitExceeded: THROTTLED,
  TooManyRequestsException: THROTTLED,
  RequestTimeout: UNREACHABLE,
  TimeoutError: UNREACHABLE,
};

const COMMON = {
  network: { noHost: NO_HOST, badCertificate: TLS, noTls: NO_TLS, broken: UNREACHABLE },
  unavailable: UNAVAILABLE,
} as const;
const STATUSES = { 301: REGION, 307: REGION, 412: CHANGED, 416: CHANGED, 429: THROTTLED, 503: THROTTLED };

const RULES: Readonly<Record<S3Attempt['operation'], RuleTable>> = {
  list: {
    ...COMMON,
    names: { ...NAMES, AccessDenied: DENIED },
    statuses: { ...STATUSES, 403: DENIED, 404: NO_BUCKET },
    other: STRANGE,
  },
  read: {
    ...COMMON,
    names: {
      ...NAMES,
      AccessDenied: DENIED_OBJECT,
      InvalidRequest: KEY_WANTED,
      InvalidArgument: KEY_WANTED,
    },
    statuses: { ...STATUSES, 403: DENIED_OBJECT, 404: GONE },
    other: REFUSED,
  },
};

/**
 * Anything the SDK throws, as a SyncError. The SDK's error itself is left behind: it holds the signed request.
 */
export function s3Error(error: unknown, attempt: S3Attempt): SyncError {
  if (error instanceof SyncError) return error;
  const proxy = proxyErrorIn(error);
  if (proxy !== undefined) return proxyFailed(attemptAt(attempt, ''), proxy);
  const cause = causeOf(error);
  const rule = ruleFor(cause, RULES[attempt.operation]);
  const { endpointUrl } = attempt;
  const at =
    rule.code === 'source_unreachable' && endpointUrl !== undefined ? ` at ${hostOf(endpointUrl)}` : '';
  // What S3 says of a denial names the missing right. Other messages may quote the signed request.
  const denied = rule === DENIED || rule === DENIED_OBJECT;
  const more = denied ? { message: messageOf(error).slice(0, 300) } : {};
  return requestFailed(attemptAt(attempt, at), cause, rule, more);
}

function attemptAt(attempt: S3Attempt, at: string): AwsAttempt {
  const { bucket, operation } = attempt;
  if (operation === 'list')
    return {
      operation,
      path: `s3://${bucket}`,
      failed: (name) => `cannot list ${name}${at}`,
      details: { bucket },
    };
  const { key } = attempt;
  return {
    operation,
    path: key,
    failed: (name) => `cannot read ${printable(name)}${at}`,
    details: { bucket, key },
  };
}

/** The host and port of an endpoint; the rest of the URL may hold credentials. */
export function hostOf(endpointUrl: string): string {
  return URL.canParse(endpointUrl) ? new URL(endpointUrl).host : 'the endpoint';
}
