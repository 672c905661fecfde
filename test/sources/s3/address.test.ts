import { expect, test } from 'vitest';
import { formatS3Address, isS3Address, parseS3Address } from '../../../src/sources/s3/address.ts';

test.each([
  ['s3://bucket', 'bucket', ''],
  ['s3://bucket/', 'bucket', ''],
  ['s3://bucket/data', 'bucket', 'data/'],
  ['s3://bucket/data/', 'bucket', 'data/'],
  ['s3://my.bucket-1/a b/é%41+/', 'my.bucket-1', 'a b/é%41+/'],
  ['s3://bucket//x', 'bucket', '/x/'],
  [
    's3://arn:aws:s3:eu-west-1:123456789012:accesspoint/mine/data',
    'arn:aws:s3:eu-west-1:123456789012:accesspoint/mine',
    'data/',
  ],
])('%s is bucket %s and folder "%s"', (text, bucket, prefix) => {
  expect(parseS3Address(text)).toEqual({ bucket, prefix });
});

test('an address is written as it is read', () => {
  expect(formatS3Address(parseS3Address('s3://bucket/data'))).toBe('s3://bucket/data/');
  expect(isS3Address('s3://bucket')).toBe(true);
  expect(isS3Address('./s3:/x')).toBe(false);
});

test.each(['s3://', 's3:///prefix', 's3://KEYID:hunter2@bucket/x', 's3://?x', 'bucket/x'])(
  '%s is refused without being repeated',
  (text) => {
    try {
      parseS3Address(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'usage', verdict: 'end_run' });
      expect(String(error)).not.toContain('hunter2');
    }
  },
);
