import { expect, test } from 'vitest';
import { checkListingText } from '../../../../src/sources/s3/listing/listing-text.ts';

const check = (text: string | Buffer): void => checkListingText(Buffer.from(text as string));
const listing = (inner: string): string =>
  `<?xml version="1.0"?><ListBucketResult>${inner}</ListBucketResult>`;

test.each([
  ['a listing', listing('<Contents><Key>a</Key></Contents>')],
  ['one written in another way', listing('<!-- x -->\n<Contents a="b"><Key><![CDATA[<]]></Key></Contents>')],
  ['an empty one', '<ListBucketResult/>'],
  ['one behind a byte order mark', `\uFEFF${listing('')}`],
  ['one with characters that XML cannot hold', listing('<Key>\u0001&#1;&#x1F;</Key>')],
  ['an error of S3', '<Error><Code>SlowDown</Code></Error>'],
])('%s passes', (_, text) => {
  expect(() => check(text)).not.toThrow();
});

test.each([
  ['nothing', ''],
  ['a blank', ' \n'],
  ['no XML', 'hello'],
  ['JSON', '{"ListBucketResult":{}}'],
  ['a listing that ends early', listing('').slice(0, -3)],
  ['a listing with another behind it', listing('') + listing('')],
  ['an unknown entity', listing('<Key>&what;</Key>')],
  ['an element that is not closed', listing('<Key>a')],
  ['bytes that are no UTF-8', Buffer.concat([Buffer.from('<ListBucketResult>'), Buffer.of(0xff, 0xfe)])],
])('%s is not well-formed, and asked for again', (_, text) => {
  expect(() => check(text)).toThrow(
    expect.objectContaining({ code: 'source_listing_broken', verdict: 'end_run', $retryable: {} }),
  );
});

test.each(['<html><body/></html>', '<ListAllMyBucketsResult/>'])('%s is something else', (text) => {
  expect(() => check(text)).toThrow(expect.objectContaining({ code: 'source_listing_broken' }));
  expect(() => check(text)).toThrow(/not an S3 listing.*--endpoint-url/);
});
