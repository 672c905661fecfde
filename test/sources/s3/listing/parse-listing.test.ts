import { describe, expect, test } from 'vitest';
import { parseListing } from '../../../../src/sources/s3/listing/parse-listing.ts';

const listing = (inner: string): string =>
  `<?xml version="1.0"?>\n<ListBucketResult xmlns="urn:s3"><IsTruncated>false</IsTruncated>${inner}</ListBucketResult>`;

test('reads the objects and prefixes of a page, and where the next one begins', () => {
  const xml = `<ListBucketResult><Name>b</Name><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
    <NextContinuationToken>a&amp;b</NextContinuationToken>
    <Contents><Key>x+%26</Key><Size>7</Size><ETag>&quot;e-2&quot;</ETag><StorageClass>GLACIER</StorageClass>
      <LastModified>2026-01-02T03:04:05.678Z</LastModified>
      <RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>2026-02-01T00:00:00Z</RestoreExpiryDate></RestoreStatus>
      <Owner><ID>o</ID><Key>not this one</Key></Owner></Contents>
    <CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes></ListBucketResult>`;
  expect(parseListing(xml)).toEqual({
    EncodingType: 'url',
    IsTruncated: true,
    NextContinuationToken: 'a&b',
    Contents: [
      {
        Key: 'x+%26',
        Size: 7,
        ETag: '"e-2"',
        StorageClass: 'GLACIER',
        LastModified: new Date('2026-01-02T03:04:05.678Z'),
        RestoreStatus: { IsRestoreInProgress: false, RestoreExpiryDate: new Date('2026-02-01T00:00:00Z') },
      },
    ],
    CommonPrefixes: [{ Prefix: 'p/' }],
  });
});

describe('leaves to the SDK', () => {
  test.each([
    ['nothing', ''],
    ['a page of something else', '<html><body>hello</body></html>'],
    ['an error', '<Error><Code>SlowDown</Code></Error>'],
    ['a listing that breaks off', listing('').slice(0, -5)],
    ['a listing with text behind it', `${listing('')}x`],
    ['an element within a key', listing('<Contents><Key>a<b/></Key></Contents>')],
    ['an object with two keys', listing('<Contents><Key>a</Key><Key>b</Key></Contents>')],
    ['two answers whether more follows', listing('<IsTruncated>true</IsTruncated>')],
    ['a line break in a key', listing('<Contents><Key>\n</Key></Contents>')],
    ['a key with an attribute', listing('<Contents><Key type="odd">a</Key></Contents>')],
    ['text before an element of an object', listing('<Contents>1e3<Key>a</Key></Contents>')],
    ['text behind an element of an object', listing('<Contents><Key>a</Key>1e3</Contents>')],
    ['two restore states', listing('<Contents><RestoreStatus/><RestoreStatus/></Contents>')],
    ['a size that is no number', listing('<Contents><Size>1e3</Size></Contents>')],
    ['a time in other words', listing('<Contents><LastModified>yesterday</LastModified></Contents>')],
    [
      'a day that does not exist',
      listing('<Contents><LastModified>2026-13-01T00:00:00Z</LastModified></Contents>'),
    ],
    ['a truth that is neither', '<ListBucketResult><IsTruncated>maybe</IsTruncated></ListBucketResult>'],
    ['an unknown entity', listing('<Contents><Key>&what;</Key></Contents>')],
    ['a character that XML cannot hold', listing('<Contents><Key>&#1;</Key></Contents>')],
    ['an encoding nobody asked for', listing('<EncodingType>base64</EncodingType>')],
  ])('%s', (_, xml) => {
    expect(parseListing(xml)).toBeUndefined();
  });
});
