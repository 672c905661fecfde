import { SyncError } from '../../model/errors.ts';
import type { ErrorCode, Verdict } from '../../model/errors.ts';
import type { ProxyError } from '../../http/proxy-error.ts';

/** What an error of AWS means here. */
export interface Rule {
  readonly code: ErrorCode;
  readonly verdict: Verdict;
  /** The cause and the way out. */
  readonly text: string;
}

const CREDENTIALS: Rule = {
  code: 'source_unauthorised',
  verdict: 'end_run',
  text: 'the AWS credentials are not accepted; check the keys or the profile (--profile), and whether they belong to this endpoint',
};
const EXPIRED: Rule = {
  code: 'source_unauthorised',
  verdict: 'end_run',
  text: 'the AWS credentials have expired; sign in again (for example: aws sso login) and repeat',
};
const SKEWED: Rule = {
  code: 'source_unauthorised',
  verdict: 'end_run',
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

/** Node's codes for a certificate that is not accepted. */
export const TLS_CODES: ReadonlySet<string> = new Set(
  'DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_VERIFY_LEAF_SIGNATURE UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY CERT_HAS_EXPIRED CERT_NOT_YET_VALID ERR_TLS_CERT_ALTNAME_INVALID EPROTO'.split(
    ' ',
  ),
);

/** Node's codes for an answer to a handshake that is none, as a server that expects plain HTTP gives. */
export const NO_TLS_CODES: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
]);

/** Node's codes for a connection that failed and may work later. */
export const NETWORK_CODES: ReadonlySet<string> = new Set(
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT EAI_AGAIN EHOSTUNREACH ENETUNREACH ERR_STREAM_PREMATURE_CLOSE'.split(
    ' ',
  ),
);

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

/** What anything thrown by the SDK says of its cause. Its message is left out: it may quote the signed request. */
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

/** A request that no proxy led to the service; `what` begins the sentence: "cannot list s3://bucket". */
export const proxyFailed = (
  what: string,
  { message, code, verdict }: ProxyError,
  details: Readonly<Record<string, string>>,
): SyncError =>
  new SyncError('source_unreachable', `${what}: ${message}`, {
    verdict,
    details: { ...details, reason: code },
  });
