// The least that copying from S3 to a Stage can cost in Node.js: a GET whose body goes into a PUT as it comes, with the
// HTTP client that the tool uses. No signature, no check, no listing, no ledger. Our own code.
//
// usage: raw-pipe.ts LIST API_URL DEPLOYMENT STAGE_FOLDER S3_URL BUCKET PREFIX LANES; LIST has a name a line
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { Pool } from 'undici';

const [list = '', api = '', deployment = '', folder = '', s3 = '', bucket = '', prefix = '', lanes = ''] =
  process.argv.slice(2);
const names = readFileSync(list, 'utf8')
  .split('\n')
  .filter((line) => line !== '');
const connections = Number(lanes);
const from = new Pool(s3, { connections });
const to = new Pool(api, { connections });
const head = Buffer.from('--raw\r\ncontent-disposition: form-data; name="file"; filename="file"\r\n\r\n');
const tail = Buffer.from('\r\n--raw--\r\n');

async function* framed(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  yield* body;
  yield tail;
}

async function lane(): Promise<void> {
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    const got = await from.request({ method: 'GET', path: `/${bucket}/${prefix}${name}` });
    const size = Number(got.headers['content-length']);
    const put = await to.request({
      method: 'PUT',
      path: `/v1/stage/${deployment}/fs/${folder}${name}`,
      headers: {
        authorization: 'Bearer bench',
        'content-type': 'multipart/form-data; boundary=raw',
        'content-length': String(head.length + size + tail.length),
      },
      // undici takes any async iterable; its types name only some
      body: framed(got.body as AsyncIterable<Buffer>) as unknown as Readable,
    });
    await put.body.dump();
    if (put.statusCode >= 300) throw new Error(`${name}: ${put.statusCode}`);
  }
}

await Promise.all(Array.from({ length: connections }, lane));
await Promise.all([from.close(), to.close()]);
