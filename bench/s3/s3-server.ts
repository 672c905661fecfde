// An S3 that is never what is measured: it answers ListObjectsV2, HEAD and GET for one generated bucket, checks no
// signature and reads no disk. Started by s3/start.ts.
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { headerOf, serveConnection } from '../sink/http-connection.ts';
import type { BodyReader, Reply, RequestHead } from '../sink/http-connection.ts';
import { BUCKET, bytesOf, keyOf } from './objects.ts';
import type { ObjectSet } from './objects.ts';

let set: ObjectSet = { count: 0, bytes: 0 };
const indexes = new Map<string, number>();
const MODIFIED = '2024-05-17T10:00:00.000Z';

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const xml = (status: string, body: string): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: application/xml\r\ncontent-length: ${XML.length + body.length}\r\n\r\n${XML}${body}`;

function list(query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const most = Number(query.get('max-keys') ?? 1000);
  const contents: string[] = [];
  let index = 0;
  // keys are in order of their numbers
  if (after !== '') index = indexes.has(after) ? indexes.get(after)! + 1 : after < keyOf(0) ? 0 : set.count;
  let last = '';
  for (; index < set.count && contents.length < most; index++) {
    const key = keyOf(index);
    if (!key.startsWith(prefix)) continue;
    last = key;
    contents.push(
      `<Contents><Key>${key}</Key><LastModified>${MODIFIED}</LastModified><ETag>&quot;${etagOf(index)}&quot;</ETag><Size>${set.bytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
    );
  }
  const truncated = index < set.count && contents.length > 0;
  return xml(
    '200 OK',
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${BUCKET}</Name><Prefix>${prefix}</Prefix><KeyCount>${contents.length}</KeyCount><MaxKeys>${most}</MaxKeys><EncodingType>url</EncodingType><IsTruncated>${truncated}</IsTruncated>${truncated ? `<NextContinuationToken>${last}</NextContinuationToken>` : ''}${contents.join('')}</ListBucketResult>`,
  );
}

/** As of an upload in parts: it is no MD5 of the bytes, and nobody takes it for one. */
const etagOf = (index: number): string => `${index.toString(16).padStart(32, '0')}-1`;

function* object(head: RequestHead, index: number): Generator<string | Buffer, void> {
  const range = /^bytes=(\d+)-(\d*)$/.exec(headerOf(head.lowerHead, 'range') ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = range?.[2] ? Math.min(Number(range[2]) + 1, set.bytes) : set.bytes;
  const status = range === null ? '200 OK' : '206 Partial Content';
  const content = range === null ? '' : `content-range: bytes ${start}-${end - 1}/${set.bytes}\r\n`;
  const answer = `HTTP/1.1 ${status}\r\n${content}content-type: application/octet-stream\r\netag: "${etagOf(index)}"\r\nlast-modified: Fri, 17 May 2024 10:00:00 GMT\r\naccept-ranges: bytes\r\ncontent-length: ${end - start}\r\n\r\n`;
  yield answer;
  if (head.method === 'GET') yield* bytesOf(set, index, start, end);
}

function answerTo(head: RequestHead): Reply {
  const url = new URL(head.target, 'http://s3');
  const key = decodeURIComponent(url.pathname.slice(BUCKET.length + 2));
  if (key === '') return list(url.searchParams);
  const index = indexes.get(key);
  return index === undefined
    ? xml('404 Not Found', '<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>')
    : object(head, index);
}

const begin = (head: RequestHead): BodyReader => ({
  data: () => undefined,
  end(answer) {
    const { delayMs = 0 } = set;
    if (delayMs === 0) answer(answerTo(head));
    else setTimeout(() => answer(answerTo(head)), delayMs);
  },
});

const server = createServer((socket) => serveConnection(socket, begin));
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
process.on('message', (next: ObjectSet) => {
  set = next;
  indexes.clear();
  for (let index = 0; index < set.count; index++) indexes.set(keyOf(index), index);
  process.send!({ ready: true });
});
process.on('disconnect', () => process.exit());
