import { Option, type Command } from 'commander';
import { urlOf } from './flag-values.ts';

/** How to reach a source, as typed. */
export interface SourceFlags {
  readonly followSymlinks?: true;
  readonly profile?: string;
  readonly region?: string;
  readonly endpointUrl?: string;
  readonly pathStyle?: true;
  readonly signRequest: boolean;
  readonly requestPayer?: 'requester';
  /** Of a watch. */
  readonly sqsQueue?: string;
}

/** Said where credentials are not taken. */
export const AWS_CREDENTIALS =
  'credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or a --profile';

/** The first flag in use that only an s3:// source has. */
export function bucketFlagIn(flags: SourceFlags): string | undefined {
  const { profile, region, endpointUrl, pathStyle, requestPayer, sqsQueue } = flags;
  const used: Readonly<Record<string, boolean>> = {
    '--profile': profile !== undefined,
    '--region': region !== undefined,
    '--endpoint-url': endpointUrl !== undefined,
    '--path-style': pathStyle === true,
    '--no-sign-request': !flags.signRequest,
    '--request-payer': requestPayer !== undefined,
    '--sqs-queue': sqsQueue !== undefined,
  };
  return Object.keys(used).find((flag) => used[flag]);
}

/** Declares the flags for a bucket, named as in the AWS command line. Credentials come as the AWS SDK finds them. */
export function addS3Flags(command: Command): Command {
  return command
    .optionsGroup('S3:')
    .option('--profile <name>', 'profile of the AWS configuration files')
    .option('--region <name>', "the bucket's region, where it is not found by itself")
    .option('--endpoint-url <url>', 'an S3-compatible server', urlOf('--endpoint-url', AWS_CREDENTIALS))
    .option('--path-style', 'put the bucket in the path; with --endpoint-url this is the default')
    .option('--no-sign-request', 'read a public bucket without credentials')
    .addOption(
      new Option('--request-payer [requester]', 'accept the charges of a requester-pays bucket')
        .choices(['requester'])
        .preset('requester'),
    );
}
