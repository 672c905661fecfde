import { expect, test } from 'vitest';
import type { TokenSource } from '../../src/api/connection.ts';
import { createStageClient } from '../../src/stage/stage-client.ts';
import { sendNamed, sendText, startLoopbackServer } from '../support/network/loopback-server.ts';

const call = { signal: new AbortController().signal };

/** A source that gives another token once one was refused. */
function sourceOf(tokens: readonly string[]): TokenSource & { readonly renewals: () => number } {
  let at = 0;
  let renewals = 0;
  return {
    account: 'account',
    current: () => Promise.resolve(tokens[at]!),
    renew: (refused) => {
      renewals++;
      if (tokens[at] === refused && at < tokens.length - 1) at++;
      return Promise.resolve(tokens[at] !== refused);
    },
    renewals: () => renewals,
  };
}

async function serverFor(valid: () => string) {
  return startLoopbackServer((request, response) => {
    if (request.headers.authorization === `Bearer ${valid()}`) sendNamed(request, response);
    else sendText(response, 401, `who is ${request.headers.authorization}?`);
  });
}

const content = { size: 3, chunks: [new Uint8Array(3)] };

async function* chunks(): AsyncGenerator<Uint8Array> {
  yield* content.chunks;
}

test.each<[string, (client: Awaited<ReturnType<typeof createStageClient>>) => Promise<unknown>]>([
  ['an upload', (client) => client.upload('f', { size: 3, chunks: chunks() }, call)],
  ['an upload from memory', (client) => client.createEmptyFile('f', call)],
  ['a change', (client) => client.move('f', 'g', call)],
])('%s whose token has run out is worth another attempt, which has the new one', async (_, request) => {
  await using server = await serverFor(() => 'token-2');
  const tokenSource = sourceOf(['token-1', 'token-2']);
  const client = await createStageClient({
    baseUrl: server.url,
    token: 'token-1',
    tokenSource,
    deployment: 'd',
  });
  const refused = await request(client).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  expect(refused).toMatchObject({ code: 'stage_unauthorised', verdict: 'retry' });
  expect(refused!.message).not.toContain('token-1');
  await request(client);
  expect(tokenSource.renewals()).toBe(1);
  await client.close();
});

test('a token that stays refused ends the run', async () => {
  await using server = await serverFor(() => 'token-3');
  const tokenSource = sourceOf(['token-1']);
  const client = await createStageClient({
    baseUrl: server.url,
    token: 'token-1',
    tokenSource,
    deployment: 'd',
  });
  await expect(client.createFolder('f/', call)).rejects.toMatchObject({
    code: 'stage_unauthorised',
    verdict: 'end_run',
  });
  await client.close();
});

test('a download begins again with the new token, and the store never sees one', async () => {
  const seen: (string | undefined)[] = [];
  await using store = await startLoopbackServer((request, response) => {
    seen.push(request.headers.authorization);
    sendText(response, 200, 'content');
  });
  await using server = await startLoopbackServer((request, response) => {
    if (request.headers.authorization !== 'Bearer token-2') return sendText(response, 401, 'no');
    response.writeHead(307, { location: `${store.url}/object` }).end();
  });
  const tokenSource = sourceOf(['token-1', 'token-2']);
  const client = await createStageClient({
    baseUrl: server.url,
    token: 'token-1',
    tokenSource,
    deployment: 'd',
  });
  await expect(client.download('f', call)).rejects.toMatchObject({ verdict: 'retry' });
  const parts: Uint8Array[] = [];
  for await (const part of await client.download('f', call)) parts.push(part);
  expect(Buffer.concat(parts).toString()).toBe('content');
  expect(seen).toEqual([undefined]);
  await client.close();
});
