import type { TokenSource } from '../api/connection.ts';
import type { BudgetSetting } from '../cluster/budget/budget-address.ts';
import type { SecretSource } from '../data-api/credentials.ts';

/** What authorises requests, and where they go: always the word of who runs a job, never of the job. */
export interface Authority {
  readonly stage: StageAuthority;
  readonly s3: S3Authority;
  readonly sql?: SqlAuthority | undefined;
  /** The budget of requests that is shared with other processes. */
  readonly budget?: BudgetSetting | undefined;
}

/** How to reach a Stage, and as whom. What is absent here comes from the environment. */
export interface StageAuthority {
  /** Secret. */
  readonly token?: string | undefined;
  /** A file that holds the token; it takes the place of `token`. */
  readonly tokenFile?: string | undefined;
  /** What gives the token, each time anew; it takes the place of `token`, and `tokenFile` that of it. */
  readonly tokenSource?: TokenSource | undefined;
  readonly baseUrl?: string | undefined;
  readonly apiVersion?: 'v1' | 'v2' | 'legacy' | undefined;
  readonly organization?: string | undefined;
  /** Whether an http: address on another machine may be used: the token then goes in the clear. */
  readonly allowInsecure?: boolean | undefined;
}

/** How to reach a bucket, and as whom; credentials come as the AWS SDK finds them. */
export interface S3Authority {
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  readonly endpointUrl?: string | undefined;
  /** Whether the bucket stands in the path; where an endpoint is given, it does by default. */
  readonly pathStyle?: boolean | undefined;
  /** False: a public bucket is read without credentials. */
  readonly signRequest?: boolean | undefined;
  readonly requestPayer?: 'requester' | undefined;
  /** A file that holds the key of objects that their writer encrypted with a key of its own (SSE-C). */
  readonly customerKeyFile?: string | undefined;
  /** The queue in which a watch hears of the bucket's changes. */
  readonly sqsQueue?: string | undefined;
}

/** How to reach the database that loads a Stage, and as whom. What is absent here comes from the environment. */
export interface SqlAuthority {
  /** A host; by default that of the deployment's workspace, which the Management API tells. */
  readonly endpoint?: string | undefined;
  readonly user?: string | undefined;
  /** A file that holds the password, or a JSON web token. */
  readonly passwordFile?: string | undefined;
  /** What gives the password, each time anew. */
  readonly passwordSource?: SecretSource | undefined;
  /** A suspended workspace is woken first. */
  readonly resume?: boolean | undefined;
}

/** An authority that says nothing: everything comes from the environment. */
export const ENVIRONMENT_ONLY: Authority = { stage: {}, s3: {} };

/** The way out, in messages that refuse credentials in a URL. */
export const AWS_CREDENTIALS =
  'credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or a --profile';

/** The first flag in use that only an s3:// source has. */
export function bucketFlagIn(s3: S3Authority): string | undefined {
  const used: Readonly<Record<string, boolean>> = {
    '--profile': s3.profile !== undefined,
    '--region': s3.region !== undefined,
    '--endpoint-url': s3.endpointUrl !== undefined,
    '--path-style': s3.pathStyle === true,
    '--no-sign-request': s3.signRequest === false,
    '--request-payer': s3.requestPayer !== undefined,
    '--sse-c-key-file': s3.customerKeyFile !== undefined,
    '--sqs-queue': s3.sqsQueue !== undefined,
  };
  return Object.keys(used).find((flag) => used[flag]);
}

/** The first flag in use that says which database to reach, or as whom. */
export function databaseFlagIn(sql: SqlAuthority = {}): string | undefined {
  const used = {
    '--sql-endpoint': sql.endpoint,
    '--sql-user': sql.user,
    '--sql-password-file': sql.passwordFile,
    '--resume': sql.resume,
  };
  return Object.entries(used).find(([, value]) => value !== undefined)?.[0];
}

/** The first flag in use that says which Stage to reach, or as whom. */
export function deploymentFlagIn(stage: StageAuthority): string | undefined {
  const used = {
    '--base-url': stage.baseUrl,
    '--token-file': stage.tokenFile,
    '--organization': stage.organization,
    '--api-version': stage.apiVersion,
  };
  return Object.entries(used).find(([, value]) => value !== undefined)?.[0];
}

const CREDENTIALS_IN_URL = /^(?:[a-z][a-z0-9+.-]*:)?\/*[^/?#]*@/i;

/** Whether a URL, or what was meant as one, has a user or a password before its host. */
export const hasCredentials = (url: string): boolean => CREDENTIALS_IN_URL.test(url);
