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
  [
    's3://arn:aws:s3:eu-west-1:123456789012:accesspoint:mine/data',
    'arn:aws:s3:eu-west-1:123456789012:accesspoint:mine',
    'data/',
  ],
  ['s3://arn:aws:s3::123456789012:accesspoint/a.mrap', 'arn:aws:s3::123456789012:accesspoint/a.mrap', ''],
  [
    's3://arn:aws-us-gov:s3-outposts:us-gov-west-1:123456789012:outpost/op-01ac/accesspoint/mine/data/x',
    'arn:aws-us-gov:s3-outposts:us-gov-west-1:123456789012:outpost/op-01ac/accesspoint/mine',
    'data/x/',
  ],
  [
    's3://arn:aws:s3-outposts:us-west-2:123456789012:outpost:op-01ac:accesspoint:mine',
    'arn:aws:s3-outposts:us-west-2:123456789012:outpost:op-01ac:accesspoint:mine',
    '',
  ],
  ['s3://tenant:bucket/x', 'tenant:bucket', 'x/'],
  ['s3://b--x-s3x/x', 'b--x-s3x', 'x/'],
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

test.each([
  's3://base--usw2-az1--x-s3',
  's3://base--usw2-az1--x-s3/data',
  's3://point--usw2-az1--xa-s3/data',
  's3://arn:aws:s3express:us-west-2:123456789012:accesspoint/point--usw2-az1--xa-s3/data',
  's3://arn:aws:s3express:us-west-2:123456789012:bucket/base--usw2-az1--x-s3',
])('%s is a directory bucket, and refused with the reason', (text) => {
  expect(() => parseS3Address(text)).toThrow(
    expect.objectContaining({
      code: 'usage',
      verdict: 'end_run',
      message: expect.stringMatching(/directory bucket.*keys.*order.*general purpose bucket/),
    }),
  );
});

test.each([
  's3://arn:aws:s3:::bucket/data',
  's3://arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01ac/bucket/mine',
  's3://arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01ac',
  's3://arn:aws:s3-outposts:us-west-2:123456789012:accesspoint/mine',
  's3://arn:aws:s3:eu-west-1:123456789012:accesspoint/',
])('%s is an ARN of something else, and refused instead of being cut', (text) => {
  expect(() => parseS3Address(text)).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringMatching(/ARN.*access point/) }),
  );
});
