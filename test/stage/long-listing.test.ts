import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createStageDestination } from '../../src/destinations/stage/stage-destination.ts';
import { isPacked } from '../../src/model/children.ts';
import type { Children } from '../../src/model/children.ts';
import { createStageClient } from '../../src/stage/stage-client.ts';
import { startRawServer } from '../support/network/loopback-server.ts';

const call = { signal: new AbortController().signal };
const TOKEN = 'secret-token';
const PER_PIECE = 1000;

const name = (index: number): string =>
  `file-${String(index).padStart(7, '0')}-and-a-name-of-some-length.csv`;
const child = (index: number): string =>
  JSON.stringify({
    name: name(index),
    path: `f/${name(index)}`,
    size: index,
    type: 'file',
    format: null,
    mimetype: '',
    writable: true,
    last_modified: '2024-01-01T00:00:00Z',
    content: null,
  });
/** The children from `from` on, PER_PIECE of them. */
const piece = (from: number): string =>
  Array.from({ length: PER_PIECE }, (_, i) => child(from + i)).join(',');

/** A listing of `pieces` times PER_PIECE children; `then` goes on, and ends the reply. */
async function list(
  pieces: number,
  then: (response: ServerResponse) => void | Promise<void>,
  headers = {},
): Promise<Children | undefined> {
  await using server = await startRawServer(async (_, response) => {
    response.writeHead(200, headers);
    response.write(`{"type":"directory","path":"f/","content":[`);
    for (let at = 0; at < pieces; at++)
      await new Promise((resolve) => response.write((at === 0 ? '' : ',') + piece(at * PER_PIECE), resolve));
    await then(response);
  });
  const client = await createStageClient({ baseUrl: server.url, token: TOKEN, deployment: 'd' });
  const destination = createStageDestination({ client, root: '' });
  try {
    return await destination.listFolder('f/', call);
  } finally {
    await destination.close();
  }
}

/** More than a megabyte. */
const LONG = 8;
const SHORT = 2;
const whole = (response: ServerResponse): void => void response.end('],"name":"f"}');
const resolveWhen = (response: ServerResponse, event: string): Promise<void> =>
  new Promise((resolve) => response.once(event, resolve));

test.each([
  ['held', SHORT, false],
  ['read as it comes', LONG, true],
])('every child of a listing that is %s is there, as it was sent', async (_, pieces, packed) => {
  const children = (await list(pieces, whole))!;
  expect(isPacked(children)).toBe(packed);
  expect(children.length).toBe(pieces * PER_PIECE);
  let index = 0;
  for (const each of children)
    expect(each).toEqual({
      kind: 'file',
      name: name(index),
      size: index++,
      modifiedMs: Date.UTC(2024, 0, 1),
    });
});

test('children are found by their names, and what is not there is not', async () => {
  const children = (await list(LONG, whole))!;
  if (!isPacked(children)) throw new Error('it is packed');
  expect(children.named(name(4321))).toMatchObject([{ kind: 'file', size: 4321 }]);
  expect(children.named('file-0004321')).toEqual([]);
  expect(children.named(name(LONG * PER_PIECE))).toEqual([]);
});

describe.each([
  ['held', SHORT],
  ['read as it comes', LONG],
])('a listing that is %s and not whole is an error, never a short listing', (_, pieces) => {
  const bad = { code: 'stage_bad_reply', message: expect.stringContaining('is not JSON') as string };

  test('when the connection breaks', async () => {
    const broken = list(pieces, (response) => void response.destroy());
    await expect(broken).rejects.toMatchObject({ code: 'stage_unreachable', verdict: 'retry' });
  });

  test('when fewer bytes come than were announced', async () => {
    const broken = list(pieces, (response) => void response.socket?.end(), {
      'content-length': 10_000_000,
    });
    await expect(broken).rejects.toMatchObject({ code: 'stage_unreachable', verdict: 'retry' });
  });

  test.each([
    ['after a child', ''],
    ['after a comma', ','],
    ['within a child', `,${child(0).slice(0, 20)}`],
    ['before the end of the object', ']'],
    ['within what follows', '],"name":"f'],
  ])('when it ends %s', async (_where, end) => {
    await expect(list(pieces, (response) => void response.end(end))).rejects.toMatchObject(bad);
  });

  test('when something else stands between its children', async () => {
    const end = (response: ServerResponse): void => void response.end(`}<html>${piece(0)}],"name":"f"}`);
    await expect(list(pieces, end)).rejects.toMatchObject(bad);
  });

  test('when it is of another folder', async () => {
    const end = (response: ServerResponse): void => void response.end('],"path":"g/"}');
    await expect(list(pieces, end)).rejects.toMatchObject({ code: 'stage_bad_reply' });
  });
});

test('a reply is broken off as soon as it cannot be a listing any more', async () => {
  const broken = list(LONG, async (response) => {
    response.write(',nonsense,');
    // and would never end
    await resolveWhen(response, 'close');
  });
  await expect(broken).rejects.toMatchObject({ code: 'stage_bad_reply', verdict: 'retry' });
});

test('a child without an end is not read for ever', async () => {
  const broken = list(LONG, async (response) => {
    response.write(',{"name":"');
    const closed = resolveWhen(response, 'close');
    const more = (): void => {
      if (!response.destroyed) response.write('x'.repeat(1024 * 1024), () => setImmediate(more));
    };
    more();
    await closed;
  });
  await expect(broken).rejects.toMatchObject({
    message: expect.stringContaining('without an end') as string,
  });
});

test('an error quotes no token that came back', async () => {
  const body = `<p>Bearer ${TOKEN}</p>${' '.repeat(2_000_000)}`;
  await using server = await startRawServer((_, response) => void response.end(body));
  const client = await createStageClient({ baseUrl: server.url, token: TOKEN, deployment: 'd' });
  const error = await client.list('f/', call).catch((thrown: unknown) => thrown);
  await client.close();
  expect(error).toMatchObject({ code: 'stage_bad_reply' });
  expect(JSON.stringify(error)).toContain('[token]');
  expect(JSON.stringify(error)).not.toContain(TOKEN);
});

test('a refusal is never read as a listing', async () => {
  await using server = await startRawServer((_, response) => {
    response.writeHead(400);
    response.end(`{"type":"directory","path":"f/","content":[${piece(0)}${` `.repeat(2_000_000)}]}`);
  });
  const client = await createStageClient({ baseUrl: server.url, token: TOKEN, deployment: 'd' });
  await expect(client.list('f/', call)).rejects.toMatchObject({ code: 'stage_rejected' });
  await client.close();
});
