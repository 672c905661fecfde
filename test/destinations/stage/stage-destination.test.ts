import { expect, test } from 'vitest';
import type { Destination } from '../../../src/model/ports.ts';
import { createStageClient } from '../../../src/stage/stage-client.ts';
import { createStageDestination } from '../../../src/destinations/stage/stage-destination.ts';
import {
  type Answer,
  type LoopbackServer,
  sendJson,
  sendNamed,
  sendText,
  startLoopbackServer,
} from '../../support/network/loopback-server.ts';

const call = { signal: new AbortController().signal };

interface Opened extends AsyncDisposable {
  readonly stage: Destination;
  readonly server: LoopbackServer;
}

async function open(answer: Answer): Promise<Opened> {
  const server = await startLoopbackServer(answer);
  const client = await createStageClient({ baseUrl: server.url, token: 'secret-token', deployment: 'd' });
  const stage = createStageDestination({ client, root: 'in/' });
  return {
    stage,
    server,
    async [Symbol.asyncDispose]() {
      await stage.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test('its label and root are the address it was given', async () => {
  await using fx = await open(() => {});
  expect(fx.stage).toMatchObject({ label: 'stage://d/in/', root: 'in/' });
});

test('a root that is not there means that the deployment is not', async () => {
  await using fx = await open((_, response) => sendText(response, 404, 'not found'));
  expect(await fx.stage.listFolder('in/', call)).toBeUndefined();
  await expect(fx.stage.listFolder('', call)).rejects.toMatchObject({
    code: 'stage_deployment_missing',
    verdict: 'end_run',
  });
});

test.each([
  ['an error page', '<html>Sorry</html>'],
  ['nothing', ''],
  ['half a reply', '{"type":"directory","content":['],
  ['no object', '[]'],
  ['an object of something else', '{"message":"ok"}'],
  ['another folder', '{"type":"directory","path":"out/","content":[]}'],
])('a listing that is %s is a bad reply, not an empty folder', async (_, body) => {
  await using fx = await open((_, response) => {
    response.writeHead(200).end(body);
  });
  const expected = { code: 'stage_bad_reply', verdict: 'retry' };
  await expect(fx.stage.listFolder('in/', call)).rejects.toMatchObject(expected);
  await expect(fx.stage.stat('in/a', call)).rejects.toMatchObject(expected);
});

test('a name that is not valid UTF-8 is unknown', async () => {
  await using fx = await open((_, response) => {
    const child = '{"name":"a\u00ff","path":"in/a\u00ff","type":"file","size":1}';
    response.end(Buffer.from(`{"type":"directory","content":[${child}]}`, 'latin1'));
  });
  expect(await fx.stage.listFolder('in/', call)).toMatchObject([{ kind: 'unknown' }]);
});

test('an existing folder is no error, however Stage says it', async () => {
  for (const status of [400, 409]) {
    await using fx = await open((request, response) =>
      request.method === 'PUT'
        ? sendText(response, status, 'something is there')
        : sendJson(response, { type: 'directory', content: null }),
    );
    await fx.stage.makeFolder('in/a/', call);
    expect(fx.server.seen).toHaveLength(2);
  }
});

test('a refused folder that is not there is refused', async () => {
  await using fx = await open((request, response) =>
    request.method === 'PUT' ? sendText(response, 400, 'no parent') : sendText(response, 404, 'not found'),
  );
  await expect(fx.stage.makeFolder('in/a/', call)).rejects.toMatchObject({ code: 'stage_rejected' });
});

test.each([
  [409, 'stage_exists'],
  [413, 'stage_too_large'],
  [507, 'stage_quota'],
  [429, 'stage_throttled'],
])('a put that is answered %i rejects with %s', async (status, code) => {
  await using fx = await open((_, response) => sendText(response, status, 'no', { 'retry-after': '3' }));
  const put = fx.stage.put('in/a', { size: 1, bytes: Buffer.from('x') }, call);
  await expect(put).rejects.toMatchObject({ code, retryAfterMs: 3000, details: { status } });
});

test('a move names its target in full and leaves the slashes of a folder on both sides', async () => {
  await using fx = await open((request, response) => sendNamed(request, response));
  await fx.stage.move('in/a b/', 'in/c?d/', call);
  expect(fx.server.seen[0]).toMatchObject({ method: 'PATCH', url: '/v1/stage/d/fs/in/a%20b/' });
  expect(JSON.parse(fx.server.seen[0]?.body.toString() ?? '')).toEqual({ newPath: 'in/c?d/' });
});
