import * as classes from '@aws-sdk/checksums/crc';
import { describe, expect, test } from 'vitest';
import { createChecksum } from '../../../../src/sources/s3/reading/checksum.ts';
import type { Checksum } from '../../../../src/sources/s3/reading/checksum.ts';

const kept = (values: Record<string, string>, type?: string, md5?: string): Checksum | undefined =>
  createChecksum({ valueOf: (algorithm) => values[algorithm], type, md5 }, classes);

// Of "123456789": the check values that the definitions of these sums give.
const VALUES: [string, string][] = [
  ['CRC32', 'y/Q5Jg=='],
  ['CRC32C', '4waSgw=='],
  ['CRC64NVME', 'rosUhgp5mIg='],
  ['SHA1', '98O8HYCOBHMq32eZZczDTKeuNEE='],
  ['SHA256', 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU='],
];

describe.each(VALUES)('%s', (algorithm, value) => {
  test('matches the bytes in whatever pieces they come', async () => {
    const checksum = kept({ [algorithm]: value })!;
    for (const piece of ['12', '', '3456', '789']) checksum.update(Buffer.from(piece));
    expect(await checksum.matches()).toBe(true);
  });

  test('does not match when a bit, or a byte, is another', async () => {
    for (const bytes of ['123456788', '12345678']) {
      const checksum = kept({ [algorithm]: value })!;
      checksum.update(Buffer.from(bytes));
      expect(await checksum.matches()).toBe(false);
    }
  });
});

test('where an answer has none, or only those of parts, there is nothing to compare', () => {
  expect(kept({})).toBeUndefined();
  expect(kept({ CRC32: '' })).toBeUndefined();
  expect(kept({ CRC32: 'y/Q5Jg==-3', SHA256: 'abc-3' })).toBeUndefined();
  expect(kept({ CRC32: 'y/Q5Jg==' }, 'COMPOSITE')).toBeUndefined();
  expect(kept({ CRC32: 'y/Q5Jg==' }, 'FULL_OBJECT')).toBeDefined();
});

test('of several, one that is for the whole is taken', async () => {
  const checksum = kept({ CRC32: 'y/Q5Jg==-3', CRC64NVME: 'rosUhgp5mIg=' })!;
  checksum.update(Buffer.from('123456789'));
  expect(await checksum.matches()).toBe(true);
});

describe('an ETag that is an MD5', () => {
  const MD5 = '25f9e794323b453885f5181f1b624d0b';

  test.each([MD5, MD5.toUpperCase()])('%s is compared where there is nothing else', async (etag) => {
    for (const type of [undefined, 'COMPOSITE']) {
      const checksum = kept({ CRC32: 'y/Q5Jg==-3' }, type, etag)!;
      for (const piece of ['12', '', '3456', '789']) checksum.update(Buffer.from(piece));
      expect(await checksum.matches()).toBe(true);
      const other = kept({}, type, etag)!;
      other.update(Buffer.from('123456788'));
      expect(await other.matches()).toBe(false);
      expect(other).toMatchObject({
        found: expect.stringMatching(/^[0-9a-f]{32}$/),
        against: expect.stringMatching(/ETag/),
      });
    }
  });

  test('is not looked at where S3 keeps a checksum: MD5 takes longest', async () => {
    const checksum = kept({ CRC32: 'y/Q5Jg==' }, undefined, '0'.repeat(32))!;
    checksum.update(Buffer.from('123456789'));
    expect(await checksum.matches()).toBe(true);
  });
});
