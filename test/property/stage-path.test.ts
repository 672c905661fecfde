import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pathProblem } from '../../src/model/path.ts';
import { createStageClient, type StageClient } from '../../src/stage/stage-client.ts';
import {
  filePartOf,
  type LoopbackServer,
  sendNamed,
  startLoopbackServer,
} from '../support/network/loopback-server.ts';

const call = { signal: new AbortController().signal };
const PREFIX = '/v1/stage/d/fs/';
let server: LoopbackServer;
let client: StageClient;

beforeAll(async () => {
  server = await startLoopbackServer((request, response) => sendNamed(request, response));
  client = await createStageClient({ baseUrl: server.url, token: 'secret-token', deployment: 'd' });
});
afterAll(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

const segment = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(...'a?b #%41&+=;:@/\\.~ü\u0308\u007f\n'.split(''), '😀', '..'),
    minLength: 1,
    maxLength: 8,
  }),
);
const anyPath = fc
  .tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([segments, folder]) => segments.join('/') + (folder ? '/' : ''));

/** What a server makes of a request target: the path before '?', its segments decoded one by one. */
const decoded = (url: string): string => {
  const [path = '', ...query] = url.split('?');
  expect(query).toEqual([]);
  expect(path.startsWith(PREFIX)).toBe(true);
  // A server that resolves dots and a server that does not must see the same path.
  expect(new URL(path, 'http://stage.test').pathname).toBe(path);
  return path.slice(PREFIX.length).split('/').map(decodeURIComponent).join('/');
};

test('a path either arrives as itself or is refused, and is refused exactly when the model says so', async () => {
  await fc.assert(
    fc.asyncProperty(anyPath, async (path) => {
      server.seen.length = 0;
      const removed = client.delete(path, call);
      if (pathProblem(path) !== undefined) {
        await expect(removed).rejects.toMatchObject({ code: 'stage_rejected', verdict: 'skip_entry' });
        expect(server.seen).toHaveLength(0);
        return;
      }
      await removed;
      expect(server.seen.map(({ url }) => decoded(url))).toEqual([path]);
    }),
    { numRuns: 400 },
  );
});

test('any bytes in any chunks arrive as they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), async (parts) => {
      server.seen.length = 0;
      const bytes = Buffer.concat(parts);
      async function* chunks(): AsyncGenerator<Uint8Array> {
        yield* parts;
      }
      await client.upload('a', { size: bytes.byteLength, chunks: chunks() }, call);
      await client.upload('a', { size: bytes.byteLength, bytes }, call);
      expect(server.seen).toHaveLength(2);
      for (const request of server.seen) expect((await filePartOf(request)).bytes).toEqual(bytes);
    }),
    { numRuns: 100 },
  );
});
