import { Option, type Command } from 'commander';
import {
  AWS_CREDENTIALS,
  type Authority,
  type S3Authority,
  type SqlAuthority,
  type StageAuthority,
} from '../../jobs/authority.ts';
import { addBudgetFlag, budgetFrom, type BudgetFlag } from './budget-flag.ts';
import { urlOf } from './values.ts';

/** How to reach a Stage, as typed. There is no flag for the token itself: other users can read command lines. */
export type StageFlags = Omit<StageAuthority, 'token'> & BudgetFlag;

/** How to reach a bucket, as typed. */
export type S3Flags = Omit<S3Authority, 'customerKeyFile'> & { readonly sseCKeyFile?: string | undefined };

/** How to reach the database that loads a Stage, as typed. There is no flag for the password itself. */
export interface SqlFlags {
  readonly sqlEndpoint?: string | undefined;
  readonly sqlUser?: string | undefined;
  readonly sqlPasswordFile?: string | undefined;
  readonly resume?: true | undefined;
}

export const sqlAuthorityFrom = (flags: SqlFlags): SqlAuthority => ({
  endpoint: flags.sqlEndpoint,
  user: flags.sqlUser,
  passwordFile: flags.sqlPasswordFile,
  resume: flags.resume,
});

/** What the flags say of where requests go and what authorises them. */
export const authorityFrom = (flags: StageFlags & S3Flags & SqlFlags): Authority => ({
  stage: stageAuthorityFrom(flags),
  s3: {
    profile: flags.profile,
    region: flags.region,
    endpointUrl: flags.endpointUrl,
    pathStyle: flags.pathStyle,
    signRequest: flags.signRequest,
    requestPayer: flags.requestPayer,
    customerKeyFile: flags.sseCKeyFile,
    sqsQueue: flags.sqsQueue,
  },
  sql: sqlAuthorityFrom(flags),
  budget: budgetFrom(flags),
});

const stageAuthorityFrom = (flags: StageFlags): StageAuthority => ({
  tokenFile: flags.tokenFile,
  baseUrl: flags.baseUrl,
  apiVersion: flags.apiVersion,
  organization: flags.organization,
  allowInsecure: flags.allowInsecure,
});

/** Declares the flags for a bucket, named as in the AWS command line. Credentials come as the AWS SDK finds them. */
export function addS3Flags(command: Command): Command {
  return command
    .optionsGroup('S3:')
    .option('--profile <name>', 'profile of the AWS configuration files')
    .option('--region <name>', "the bucket's region, where it is not found by itself")
    .option('--endpoint-url <url>', 'an S3-compatible server', urlOf('--endpoint-url', AWS_CREDENTIALS))
    .option('--path-style', 'put the bucket in the path; with --endpoint-url this is the default')
    .option('--no-sign-request', 'read a public bucket without credentials')
    .option(
      '--sse-c-key-file <file>',
      'the key of objects that are encrypted with a key of their writer, 32 bytes or base64 (STAGESYNC_SSE_C_KEY)',
    )
    .addOption(
      new Option('--request-payer [requester]', 'accept the charges of a requester-pays bucket')
        .choices(['requester'])
        .preset('requester'),
    );
}

/** Declares the flags every command that talks to a Stage has. `stage://local` takes none that names a deployment's API. */
export function addStageFlags(command: Command): Command {
  command
    .optionsGroup('Stage:')
    .option(
      '--token-file <file>',
      'read the API token from this file instead of SINGLESTOREDB_MANAGEMENT_TOKEN',
    )
    .option(
      '--base-url <url>',
      'API address (SINGLESTOREDB_MANAGEMENT_BASE_URL)',
      urlOf('--base-url', 'the API takes a token from SINGLESTOREDB_MANAGEMENT_TOKEN or --token-file'),
    )
    .addOption(
      new Option('--api-version <version>', 'API generation (SINGLESTOREDB_MANAGEMENT_VERSION)').choices([
        'v1',
        'v2',
        'legacy',
      ]),
    )
    .option('--organization <id>', 'organization ID (SINGLESTOREDB_ORGANIZATION)')
    .option('--allow-insecure', 'allow an http: API address on another machine; the token goes in the clear');
  return addBudgetFlag(command);
}

/** Declares the flags for the database that loads a Stage. */
export const addSqlFlags = (command: Command): Command =>
  addSqlLoginFlags(command).option(
    '--resume',
    'wake a suspended workspace first; it costs credits from then on',
  );

/** The same for a command that wakes nothing. */
export function addSqlLoginFlags(command: Command): Command {
  return command
    .optionsGroup('Database:')
    .option(
      '--sql-endpoint <host>',
      "the workspace's host (SINGLESTOREDB_HOST); by default the Management API is asked for it",
    )
    .option('--sql-user <name>', 'the user of the database (SINGLESTOREDB_USER)')
    .option(
      '--sql-password-file <file>',
      "read the user's password, or a JSON web token, from this file (SINGLESTOREDB_PASSWORD)",
    );
}
