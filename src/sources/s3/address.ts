import { SyncError } from '../../model/errors.ts';

/** Where the objects are. `prefix` is '' for the whole bucket, or ends in '/'. */
export interface S3Address {
  readonly bucket: string;
  readonly prefix: string;
}

const SCHEME = 's3://';

// An access point stands where a bucket does, and its ARN may contain slashes: one, and on an Outpost three.
const ACCESS_POINT =
  /^(arn:aws[a-z-]*:(?:s3|s3-object-lambda):[a-z0-9-]*:\d{12}:accesspoint[/:][A-Za-z0-9.-]+)(?:\/(.*))?$/s;
const OUTPOST_POINT =
  /^(arn:aws[a-z-]*:s3-outposts:[a-z0-9-]+:\d{12}:outpost[/:][A-Za-z0-9-]+[/:]accesspoint[/:][A-Za-z0-9-]+)(?:\/(.*))?$/s;
// A bucket's name, an access point's, or either in an ARN.
const DIRECTORY_BUCKET = /^(?:arn:aws[a-z-]*:s3express:|[^/]*--xa?-s3(?:\/|$))/;
const BUCKET = /^([A-Za-z0-9][A-Za-z0-9._:-]*)(?:\/(.*))?$/s;

export const isS3Address = (text: string): boolean => text.startsWith(SCHEME);

/**
 * `s3://bucket`, `s3://bucket/prefix` or `s3://bucket/prefix/`; an access point's ARN may stand for the bucket. A prefix
 * always means a folder: `s3://bucket/data` holds `data/x` and not `database/x`. It is taken as it is written, without
 * percent-decoding. Rejects a directory bucket, whose keys do not come in order, and what is no address, with a SyncError
 * `usage`, which never repeats the text: it may hold credentials.
 */
export function parseS3Address(text: string): S3Address {
  if (!isS3Address(text)) throw usage('an S3 address begins with s3://, as in s3://bucket/prefix');
  const rest = text.slice(SCHEME.length);
  if (DIRECTORY_BUCKET.test(rest))
    throw usage(
      'this is an S3 directory bucket (S3 Express One Zone), or an access point of one, which lists its keys in no order, so that nobody could tell what is gone; copy the objects into a general purpose bucket and name that',
    );
  const match = rest.startsWith('arn:')
    ? (ACCESS_POINT.exec(rest) ?? OUTPOST_POINT.exec(rest))
    : BUCKET.exec(rest);
  if (match === null && rest.startsWith('arn:'))
    throw usage(
      'this S3 address begins with an ARN that is not that of an access point; write the bucket as s3://bucket/prefix, or give the whole ARN of an access point: arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME, on an Outpost arn:aws:s3-outposts:REGION:ACCOUNT:outpost/ID/accesspoint/NAME',
    );
  if (match === null)
    throw usage(
      'this S3 address has no valid bucket name; write s3://bucket/prefix, and give credentials by the AWS environment or a profile',
    );
  const [, bucket = '', prefix = ''] = match;
  return { bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

export const formatS3Address = ({ bucket, prefix }: S3Address): string => `${SCHEME}${bucket}/${prefix}`;

const usage = (message: string): SyncError => new SyncError('usage', message, { verdict: 'end_run' });
