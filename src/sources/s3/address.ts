import { SyncError } from '../../model/errors.ts';

/** Where the objects are. `prefix` is '' for the whole bucket, or ends in '/'. */
export interface S3Address {
  readonly bucket: string;
  readonly prefix: string;
}

const SCHEME = 's3://';

// An access point stands where a bucket does, and its name contains a slash.
const ACCESS_POINT = /^(arn:aws[a-z-]*:s3[a-z-]*:[a-z0-9-]*:\d{12}:accesspoint\/[A-Za-z0-9.-]+)(?:\/(.*))?$/s;
const BUCKET = /^([A-Za-z0-9][A-Za-z0-9._:-]*)(?:\/(.*))?$/s;

export const isS3Address = (text: string): boolean => text.startsWith(SCHEME);

/**
 * `s3://bucket`, `s3://bucket/prefix` or `s3://bucket/prefix/`; an access point's ARN may stand for the bucket. A prefix
 * always means a folder: `s3://bucket/data` holds `data/x` and not `database/x`. It is taken as it is written, without
 * percent-decoding. Rejects with a SyncError `usage`, which never repeats the text: it may hold credentials.
 */
export function parseS3Address(text: string): S3Address {
  if (!isS3Address(text)) throw usage('an S3 address begins with s3://, as in s3://bucket/prefix');
  const rest = text.slice(SCHEME.length);
  const match = ACCESS_POINT.exec(rest) ?? BUCKET.exec(rest);
  if (match === null)
    throw usage(
      'this S3 address has no valid bucket name; write s3://bucket/prefix, and give credentials by the AWS environment or a profile',
    );
  const [, bucket = '', prefix = ''] = match;
  return { bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

export const formatS3Address = ({ bucket, prefix }: S3Address): string => `${SCHEME}${bucket}/${prefix}`;

const usage = (message: string): SyncError => new SyncError('usage', message, { verdict: 'end_run' });
