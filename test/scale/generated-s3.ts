// An S3 server over a generated bucket, for the process that s3-bucket.ts starts: ListObjectsV2, GetObject with If-Match
// and Range, a CRC-32 with every whole answer. It stores nothing, and checks no signature. Its first argument is how
// many objects there are. A path of its own tells how often objects were read.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { comparePaths } from '../../src/model/path.ts';
import { bytesOf, generateObjects } from './generated-bucket.ts';
import type { GeneratedObject } from './generated-bucket.ts';

const BUCKET = 'generated';
const objects = new Map(
  generateObjects(Number(process.argv[2]), 'data/').map((object) => [object.key, object]),
);
const sorted = [...objects.values()];
let reads = 0;

const etagOf = ({ key, version }: GeneratedObject): string =>
  crc32(key, version).toString(16).padStart(24, '0') + version.toString(16).padStart(8, '0');

const encode = (key: string): string => encodeURIComponent(key).replaceAll('%2F', '/');

/** The first index whose key lies behind `after`. */
function indexAfter(after: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePaths(sorted[middle]!.key, after) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

function list(query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter');
  const most = Number(query.get('max-keys') ?? 1000);
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const items: string[] = [];
  const prefixes = new Set<string>();
  let last = after;
  let at = indexAfter(after);
  for (; at < sorted.length && items.length + prefixes.size < most; at++) {
    const object = sorted[at]!;
    const { key } = object;
    if (!key.startsWith(prefix)) continue;
    last = key;
    const cut = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut !== -1) {
      const common = key.slice(0, cut + 1);
      if (comparePaths(common, after) > 0) prefixes.add(common);
      continue;
    }
    items.push(
      `<Contents><Key>${encode(key)}</Key><LastModified>2024-05-17T10:00:00.000Z</LastModified><ETag>&quot;${etagOf(object)}&quot;</ETag><Size>${object.size}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
    );
  }
  const truncated = sorted.slice(at).some(({ key }) => key.startsWith(prefix));
  const next = truncated ? `<NextContinuationToken>${escapeXml(last)}</NextContinuationToken>` : '';
  const common = [...prefixes].map(
    (name) => `<CommonPrefixes><Prefix>${encode(name)}</Prefix></CommonPrefixes>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${BUCKET}</Name><EncodingType>url</EncodingType><IsTruncated>${truncated}</IsTruncated>${next}${items.join('')}${common.join('')}</ListBucketResult>`;
}

const escapeXml = (text: string): string =>
  text.replaceAll(/[<>&'"]/g, (character) => `&#${character.charCodeAt(0)};`);

function fail(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

function get(request: IncomingMessage, response: ServerResponse, key: string): void {
  reads++;
  const object = objects.get(key);
  if (object === undefined) return fail(response, 404, 'NoSuchKey');
  const etag = `"${etagOf(object)}"`;
  if (request.headers['if-match'] !== undefined && request.headers['if-match'] !== etag)
    return fail(response, 412, 'PreconditionFailed');
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const headers: Record<string, string | number> = { etag, 'content-length': object.size - start };
  if (start > 0) headers['content-range'] = `bytes ${start}-${object.size - 1}/${object.size}`;
  else {
    headers['x-amz-checksum-crc32'] = checksumOf(object);
    headers['x-amz-checksum-type'] = 'FULL_OBJECT';
  }
  response.writeHead(start > 0 ? 206 : 200, headers);
  Readable.from(bytesOf(object, start), { objectMode: false }).pipe(response);
}

const checksums = new Map<string, string>();

function checksumOf(object: GeneratedObject): string {
  const etag = etagOf(object);
  let checksum = checksums.get(etag);
  if (checksum === undefined) {
    let sum = 0;
    for (const piece of bytesOf(object)) sum = crc32(piece, sum);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(sum);
    checksums.set(etag, (checksum = bytes.toString('base64')));
  }
  return checksum;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://s3');
  const [, bucket, ...rest] = url.pathname.split('/').map(decodeURIComponent);
  const key = rest.join('/');
  if (bucket === '_reads') response.end(String(reads));
  else if (bucket !== BUCKET) fail(response, 404, 'NoSuchBucket');
  else if (key === '')
    response.writeHead(200, { 'content-type': 'application/xml' }).end(list(url.searchParams));
  else get(request, response, key);
});
for (const object of sorted) checksumOf(object);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
