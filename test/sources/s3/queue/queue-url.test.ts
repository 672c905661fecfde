import { expect, test } from 'vitest';
import { parseQueueUrl } from '../../../../src/sources/s3/queue/queue-url.ts';

test.each([
  ['https://sqs.eu-west-1.amazonaws.com/123456789012/changes', 'eu-west-1', 'changes'],
  ['https://sqs.us-gov-west-1.amazonaws.com/123456789012/changes', 'us-gov-west-1', 'changes'],
  ['https://sqs.cn-north-1.amazonaws.com.cn/123456789012/changes', 'cn-north-1', 'changes'],
  ['https://sqs-fips.us-east-2.amazonaws.com/123456789012/changes.fifo', 'us-east-2', 'changes.fifo'],
  ['https://sqs.eu-west-1.api.aws/123456789012/changes', 'eu-west-1', 'changes'],
  ['https://vpce-0a1b.sqs.eu-central-1.vpce.amazonaws.com/123456789012/changes', 'eu-central-1', 'changes'],
  ['https://ap-south-1.queue.amazonaws.com/123456789012/changes', 'ap-south-1', 'changes'],
  ['https://queue.amazonaws.com/123456789012/changes', 'us-east-1', 'changes'],
  ['http://127.0.0.1:9324/000000000000/changes', undefined, 'changes'],
  ['http://sqs.localhost.example:4566/000000000000/changes', undefined, 'changes'],
])('%s is in the region %s and named %s', (url, region, name) => {
  expect(parseQueueUrl(url)).toEqual({ url, endpoint: new URL(url).origin, name, region });
});

test.each(['changes', 'arn:aws:sqs:eu-west-1:123456789012:changes', 'ftp://host/q', 'https://host/', ''])(
  '%j is no queue',
  (text) => {
    expect(() => parseQueueUrl(text)).toThrow(expect.objectContaining({ code: 'usage' }));
  },
);

test('a URL with a password in it is refused, and not repeated', () => {
  const text = 'https://user:sesame@sqs.eu-west-1.amazonaws.com/1/q';
  expect(() => parseQueueUrl(text)).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('sesame') }),
  );
});
