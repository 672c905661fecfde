import { isTooManyFiles, messageOf, RAISE_FILE_LIMIT, SyncError } from '../../model/errors.ts';
import { proxyErrorIn } from '../../http/proxy-error.ts';
import { ACCOUNT_RULES, NETWORK_CODES, NO_TLS_CODES, TLS_CODES, causeOf, proxyFailed } from './aws-errors.ts';
import type { AwsCause, Rule } from './aws-errors.ts';
import type { ErrorCode, Fact } from '../../model/errors.ts';

const FACTS: ReadonlyMap<ErrorCode, Fact> = new Map<ErrorCode, Fact>([
  ['entry_changed', 'changed'],
  ['entry_gone', 'gone'],
  ['entry_unreadable', 'unreadable'],
]);

/** What was being done when S3 failed. */
export interface S3Attempt {
  readonly operation: 'list' | 'read';
  readonly bucket: string;
  readonly key?: string;
  readonly endpointUrl?: string | undefined;
}

const NO_CREDENTIALS: Rule = {
  code: 'source_unauthorised',
  verdict: 'end_run',
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
  text: 'access is denied; the credentials need s3:ListBucket on the bucket and s3:GetObject on its objects',
};
const DENIED_OBJECT: Rule = {
  code: 'entry_unreadable',
  verdict: 'skip_entry',
  text: 'access is denied; reading needs s3:GetObject on the object and, where it is encrypted with a KMS key, kms:Decrypt on that key',
};
const NO_BUCKET: Rule = {
  code: 'source_missing',
  verdict: 'end_run',
  text: 'there is no such bucket; check its name and --endpoint-url',
};
const THROTTLED: Rule = {
  code: 'source_throttled',
  verdict: 'retry',
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
  text: 'the connection failed; check the network and --endpoint-url',
};
const TOO_MANY_FILES: Rule = {
  code: 'source_unreachable',
  verdict: 'retry',
  text: `there are too many open files; ${RAISE_FILE_LIMIT}`,
};
const NO_HOST: Rule = {
  code: 'source_unreachable',
  verdict: 'end_run',
  text: 'the host name cannot be resolved; check --endpoint-url and --region, and try --path-style with an S3-compatible server',
};
const TLS: Rule = {
  code: 'source_unreachable',
  verdict: 'end_run',
  text: 'the TLS certificate is not accepted; name a CA with NODE_EXTRA_CA_CERTS, or use --path-style if the bucket name has dots',
};
const NO_TLS: Rule = {
  code: 'source_unreachable',
  verdict: 'end_run',
  text: 'the server does not speak https at this port; try --endpoint-url with http://',
};
const CHANGED: Rule = {
  code: 'entry_changed',
  verdict: 'skip_entry',
  text: 'the object was replaced after it was listed; the next run takes the new one',
};
const GONE: Rule = {
  code: 'entry_gone',
  verdict: 'skip_entry',
  text: 'the object was deleted after it was listed',
};
const ARCHIVED: Rule = {
  code: 'entry_unreadable',
  verdict: 'skip_entry',
  text: 'the object is archived; restore it (aws s3api restore-object) or exclude it',
};
/** What S3 and MinIO (InvalidRequest) and Ceph (InvalidArgument) say to a read without the key; our reads give no other cause for it. */
const KEY_WANTED: Rule = {
  code: 'entry_unreadable',
  verdict: 'skip_entry',
  text: "S3 refuses to serve the object so, as it does where a key of the writer's own encrypts it (SSE-C), which stagesync has not; store it under SSE-S3 or SSE-KMS, or exclude it",
};

/** By S3 error code, or by the name of the SDK's own error. */
const BY_NAME: Readonly<Record<string, Rule>> = {
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

/**
 * Anything the SDK throws, as a SyncError. The SDK's error itself is left behind: it holds the signed request. S3's own
 * names decide before HTTP statuses, and the text of a message never does.
 */
export function s3Error(error: unknown, attempt: S3Attempt): SyncError {
  if (error instanceof SyncError) return error;
  const what =
    attempt.operation === 'list'
      ? `cannot list s3://${attempt.bucket}`
      : `cannot read ${attempt.key ?? 'an object'}`;
  const place = { bucket: attempt.bucket, ...(attempt.key === undefined ? {} : { key: attempt.key }) };
  const proxy = proxyErrorIn(error);
  if (proxy !== undefined) return proxyFailed(what, proxy, place);
  const { name, network, status, requestId } = causeOf(error);
  const rule = findRule({ name, network, status }, attempt.operation);
  const at =
    rule.code === 'source_unreachable' && attempt.endpointUrl !== undefined
      ? ` at ${hostOf(attempt.endpointUrl)}`
      : '';
  const reason = [network ?? name, status].filter((part) => part !== undefined).join(' ');
  return new SyncError(rule.code, `${what}${at}: ${rule.text} (${reason})`, {
    verdict: rule.verdict,
    fact: FACTS.get(rule.code),
    operation: attempt.operation,
    details: {
      ...place,
      reason: network ?? name,
      ...(status === undefined ? {} : { status }),
      ...(requestId === undefined ? {} : { requestId }),
      // What S3 says of a denial names the missing right. Other messages may quote the signed request.
      ...(rule === DENIED || rule === DENIED_OBJECT ? { message: messageOf(error).slice(0, 300) } : {}),
    },
  });
}

function findRule(
  { name, network, status }: Omit<AwsCause, 'requestId'>,
  operation: S3Attempt['operation'],
): Rule {
  if (name === 'AccessDenied' || (status === 403 && BY_NAME[name] === undefined))
    return operation === 'list' ? DENIED : DENIED_OBJECT;
  if (operation === 'read' && status === 400 && (name === 'InvalidRequest' || name === 'InvalidArgument'))
    return KEY_WANTED;
  const named = BY_NAME[name];
  if (named !== undefined) return named;
  if (network === 'ENOTFOUND') return NO_HOST;
  if (isTooManyFiles(network)) return TOO_MANY_FILES;
  if (network !== undefined && TLS_CODES.has(network)) return TLS;
  if (network !== undefined && NO_TLS_CODES.has(network)) return NO_TLS;
  if (network !== undefined && NETWORK_CODES.has(network)) return UNREACHABLE;
  if (status === 429) return THROTTLED;
  if (status !== undefined && status >= 500) return status === 503 ? THROTTLED : UNAVAILABLE;
  if (status === 404) return operation === 'list' ? NO_BUCKET : GONE;
  if (status === 412 || status === 416) return CHANGED;
  if (status === 301 || status === 307) return REGION;
  if (operation === 'read')
    return { code: 'entry_unreadable', verdict: 'skip_entry', text: 'S3 refuses to serve the object' };
  return {
    code: 'source_failed',
    verdict: 'end_run',
    text: 'the answer is not one that S3 gives; check --endpoint-url and --region',
  };
}

/** The host and port of an endpoint; the rest of the URL may hold credentials. */
export function hostOf(endpointUrl: string): string {
  return URL.canParse(endpointUrl) ? new URL(endpointUrl).host : 'the endpoint';
}
