import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import { Readable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import type { Listing } from '../../src/sources/s3/listing/list-page.ts';
import { checkListingText } from '../../src/sources/s3/listing/listing-text.ts';
import { parseListing } from '../../src/sources/s3/listing/parse-listing.ts';

let answer = '';
const client = new S3Client({
  region: 'us-east-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  maxAttempts: 1,
  requestHandler: {
    handle: () =>
      Promise.resolve({
        response: { statusCode: 200, headers: {}, body: Readable.from([Buffer.from(answer)]) },
      }),
  },
});
afterAll(() => client.destroy());

/** What the SDK reads in it, without what we do not ask for. */
async function readBySdk(xml: string): Promise<Listing> {
  answer = xml;
  const { IsTruncated, KeyCount, NextContinuationToken, EncodingType, Contents, CommonPrefixes } =
    await client.send(new ListObjectsV2Command({ Bucket: 'b' }));
  const objects = Contents?.map(({ Key, Size, ETag, LastModified, StorageClass, RestoreStatus }) =>
    withoutUndefined({ Key, Size, ETag, LastModified, StorageClass, RestoreStatus }),
  );
  return withoutUndefined({
    IsTruncated,
    KeyCount,
    NextContinuationToken,
    EncodingType,
    Contents: objects,
    CommonPrefixes,
  });
}

const withoutUndefined = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
// The SDK reads numbers above U+FFFF wrong; such characters are written as they are.
const asNumber = (character: string): string => `&#${character.codePointAt(0)};`;
const asHex = (character: string): string => `&#x${character.codePointAt(0)!.toString(16)};`;

/** Characters that XML can hold, escaped in one of the ways that servers have. */
const escaped = (unit: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(fc.tuple(unit, fc.nat(9)), { maxLength: 30 }).map((characters) =>
    characters
      .map(([character, way]) => {
        const small = character.codePointAt(0)! < 0x10000;
        if (small && way === 0) return asNumber(character);
        if (small && way === 1) return asHex(character);
        // A bare quote is XML too.
        if (way === 2 && (character === '"' || character === "'")) return character;
        return ENTITIES[character] ?? character;
      })
      .join(''),
  );
const anyCharacter = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom(
      ' ',
      '&',
      '<',
      '>',
      '"',
      "'",
      '%',
      '+',
      '/',
      ';',
      '#',
      'é',
      '日',
      '\u{1F600}',
      '\uFF5E',
      '\uFFFD',
    ),
  )
  .filter((character) =>
    /^[\u{20}-\u{7E}\u{A0}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]$/u.test(character),
  );
const text = escaped(anyCharacter);
const urlText = fc.string({ unit: 'binary', maxLength: 20 }).map((key) => {
  try {
    return encodeURIComponent(key).replaceAll('%20', '+');
  } catch {
    return 'lone+surrogate';
  }
});
const element = (name: string, content: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: content.map((inner) => `<${name}>${inner}</${name}>`) },
    { weight: 1, arbitrary: fc.constant('') },
  );
const time = fc
  .date({ min: new Date('2006-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const seconds = time.map((iso) => iso.replace(/\.\d+Z$/, 'Z'));
const etag = fc.constantFrom('&quot;abc-2&quot;', '"abc"', '&#34;abc&#34;', 'abc', '');
const bool = fc.constantFrom('true', 'false');

/** In any order, with line breaks between them or without. */
const together = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.shuffledSubarray(parts, { minLength: parts.length }).chain((all) => fc.tuple(...all)),
      fc.constantFrom('', '\n  '),
    )
    .map(([all, between]) => between + all.join(between));

const contents = together(
  element('Key', fc.oneof(text, urlText)),
  element(
    'Size',
    fc.maxSafeNat().map((size) => String(size % 1e15)),
  ),
  element('ETag', etag),
  element('LastModified', fc.oneof(time, seconds)),
  element('StorageClass', fc.constantFrom('STANDARD', 'GLACIER', '')),
  element(
    'RestoreStatus',
    together(element('IsRestoreInProgress', bool), element('RestoreExpiryDate', time)),
  ),
  element('Owner', together(element('ID', text), element('DisplayName', text))),
  element('ChecksumAlgorithm', fc.constantFrom('CRC64NVME', 'CRC32')),
  element('Unheard', text),
).map((inner) => `<Contents>${inner}</Contents>`);
const prefixes = element('Prefix', fc.oneof(text, urlText)).map(
  (inner) => `<CommonPrefixes>${inner}</CommonPrefixes>`,
);
const listing = fc
  .tuple(
    fc.constantFrom('', '<?xml version="1.0" encoding="UTF-8"?>\n'),
    fc.constantFrom('', ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'),
    together(
      element('IsTruncated', bool),
      element('NextContinuationToken', text),
      element('KeyCount', fc.nat(2_000).map(String)),
      element('EncodingType', fc.constant('url')),
      element('Name', text),
      element('Prefix', text),
      fc.array(contents, { maxLength: 6 }).map((all) => all.join('')),
      fc.array(prefixes, { maxLength: 4 }).map((all) => all.join('\n')),
    ),
  )
  .map(
    ([declaration, namespace, inner]) =>
      `${declaration}<ListBucketResult${namespace}>${inner}</ListBucketResult>`,
  );

test('reads in a listing what the SDK reads in it', async () => {
  await fc.assert(
    fc.asyncProperty(listing, async (xml) => {
      expect(parseListing(xml)).toEqual(await readBySdk(xml));
    }),
    { numRuns: 200 },
  );
});

test('of a listing that was damaged it reads what the SDK reads, or nothing', async () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '/',
    '&',
    ';',
    '"',
    '\n',
    ' ',
    '</Contents>',
    '<Contents>',
    '<Key>',
    '</Key>',
    '<Size>1</Size>',
    '<![CDATA[x]]>',
    '<!-- x -->',
    '&unknown;',
    '<Key a="b">',
    '<Key/>',
    '<Size/>',
    'true',
    '-1',
    '1e3',
    '',
  );
  const damaged = fc
    .tuple(listing, fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0, 0, 1, 5), piece)
    .map(([xml, where, length, put]) => {
      const at = Math.floor(where * xml.length);
      return xml.slice(0, at) + put + xml.slice(at + length);
    })
    // Half of a surrogate pair comes in no UTF-8; bytes that are no UTF-8 are refused before.
    .filter((xml) => xml.isWellFormed());
  let read = 0;
  await fc.assert(
    fc.asyncProperty(damaged, async (xml) => {
      const listing = parseListing(xml);
      if (listing === undefined) return;
      read += 1;
      expect(listing).toEqual(await readBySdk(xml));
    }),
    { numRuns: 1000 },
  );
  expect(read).toBeGreaterThan(50);
});

test('a listing that ends early, wherever, is not read by us nor left to the SDK', () => {
  fc.assert(
    fc.property(listing, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (xml, where) => {
      const whole = Buffer.from(xml);
      expect(() => checkListingText(whole)).not.toThrow();
      const part = whole.subarray(0, Math.floor(where * whole.length));
      expect(parseListing(part.toString())).toBeUndefined();
      expect(() => checkListingText(part)).toThrow(
        expect.objectContaining({ code: 'source_listing_broken' }),
      );
    }),
    { numRuns: 500 },
  );
});
