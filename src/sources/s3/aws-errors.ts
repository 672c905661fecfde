import { failureOfCode } from '../../http/codes.ts';
import { RAISE_FILE_LIMIT, SyncError } from '../../model/errors.ts';
import type { ErrorCode, Fact, Operation, Verdict } from '../../model/errors.ts';
import type { ProxyError } from '../../http/proxy-error.ts';

/** What an error of AWS means here. */
export interface Rule {
  readonly code: ErrorCode;
  readonly verdict: Verdict;
  readonly fact?: Fact;
  /** The cause and the way out. */
  readonly text: string;
}

/** What the errors of one service mean, for one kind of request. */
export interface RuleTable {
  /** By the service's error code, or by the name of the SDK's own error. A name decides before a status. */
  readonly names: Readonly<Record<string, Rule>>;
  /** For requests that got no answer. */
  readonly network: {
    readonly noHost: Rule;
    readonly badCertificate: Rule;
    readonly noTls: Rule;
    readonly broken: Rule;
  };
  /** By HTTP status. */
  readonly statuses: Readonly<Record<number, Rule>>;
  /** For all other statuses from 500 on. */
  readonly unavailable: Rule;
  readonly other: Rule;
}

const CREDENTIALS: Rule = {
  code: 'source_unauthorised',
  verdict: 'end_run',
  fact: 'unauthorised',
  text: 'the AWS credentials are not accepted; check the keys or the profile (--profile), and whether they belong to this endpoint',
};
const EXPIRED: Rule = {
  code: 'source_unauthorised',
  verdict: 'end_run',
  fact: 'unauthorised',
  text: 'the AWS credentials have expired; sign in again (for example: aws sso login) and repeat',
};
const SKEWED: Rule = {
  code: 'source_unauthorised',
  verdict: 'end_run',
  fact: 'unauthorised',
  text: 'the clock of this machine is too far off for signed requests; set it right',
};

/** What every service says of credentials, by error code or by the name of the SDK's own error. */
export const ACCOUNT_RULES: Readonly<Record<string, Rule>> = {
  InvalidAccessKeyId: CREDENTIALS,
  SignatureDoesNotMatch: CREDENTIALS,
  InvalidSignatureException: CREDENTIALS,
  InvalidToken: CREDENTIALS,
  InvalidClientTokenId: CREDENTIALS,
  UnrecognizedClientException: CREDENTIALS,
  ExpiredToken: EXPIRED,
  ExpiredTokenException: EXPIRED,
  TokenRefreshRequired: EXPIRED,
  TokenProviderError: EXPIRED,
  RequestTimeTooSkewed: SKEWED,
  RequestExpired: SKEWED,
};

/** Node's codes for an answer to a TLS handshake that is not TLS: a server that expects plain HTTP gives one. */
const NO_TLS_CODES: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
]);

const TOO_MANY_FILES: Rule = {
  code: 'source_unreachable',
  verdict: 'retry',
  text: `there are too many open files; ${RAISE_FILE_LIMIT}`,
};

export interface AwsCause {
  /** The service's error code, or the name of the SDK's own error. */
  readonly name: string;
  /** Node's code, when the network failed. */
  readonly network: string | undefined;
  /** The HTTP status, when there was an answer. */
  readonly status: number | undefined;
  readonly requestId: string | undefined;
}

interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly errors?: readonly SdkError[];
}

/** The cause of an error that the SDK threw. Its message is left out: it may quote the signed request. */
export function causeOf(error: unknown): AwsCause {
  const { name = 'Error', code, errors, $metadata = {} } = error as SdkError;
  return {
    name,
    // A name with several addresses fails as an AggregateError.
    network: code ?? errors?.[0]?.code,
    status: $metadata.httpStatusCode,
    requestId: $metadata.requestId,
  };
}

/** The rule for a cause. Names decide before HTTP statuses, and the text of a message never does. */
export function ruleFor({ name, network, status }: Omit<AwsCause, 'requestId'>, table: RuleTable): Rule {
  const named = table.names[name] ?? networkRule(network, table.network);
  if (named !== undefined) return named;
  if (status === undefined) return table.other;
  return table.statuses[status] ?? (status >= 500 ? table.unavailable : table.other);
}

function networkRule(code: string | undefined, rules: RuleTable['network']): Rule | undefined {
  if (code === undefined) return undefined;
  if (code === 'ENOTFOUND') return rules.noHost;
  switch (failureOfCode(code)?.kind) {
    case 'open_files':
      return TOO_MANY_FILES;
    case 'security':
      return NO_TLS_CODES.has(code) ? rules.noTls : rules.badCertificate;
    case 'connection':
    case 'timeout':
      return rules.broken;
    default:
      return undefined;
  }
}

/** What a request was for: the operation, and what it was done to. */
export interface AwsAttempt {
  readonly operation: Operation;
  readonly path: string;
  /** "cannot list s3://bucket", of the name of the path. */
  readonly failed: (name: string) => string;
  readonly details: Readonly<Record<string, string>>;
}

/** The error of a request that a proxy did not lead to the service. */
export const proxyFailed = (
  { operation, path, failed, details }: AwsAttempt,
  { message, code, verdict }: ProxyError,
): SyncError =>
  new SyncError('source_unreachable', (name) => `${failed(name)}: ${message}`, {
    verdict,
    fact: 'out_of_reach',
    operation,
    path,
    details: { ...details, reason: code },
  });

/** The error of a request that failed for this `cause`. `more` goes to the details. */
export function requestFailed(
  { operation, path, failed, details }: AwsAttempt,
  { name: errorName, network, status, requestId }: AwsCause,
  { code, verdict, fact, text }: Rule,
  more: Readonly<Record<string, string>> = {},
): SyncError {
  const reason = network ?? errorName;
  const told = status === undefined ? reason : `${reason} ${status}`;
  return new SyncError(code, (name) => `${failed(name)}: ${text} (${told})`, {
    verdict,
    fact,
    operation,
    path,
    details: {
      ...details,
      reason,
      ...(status === undefined ? {} : { status }),
      ...(requestId === undefined ? {} : { requestId }),
      ...more,
    },
  });
}
