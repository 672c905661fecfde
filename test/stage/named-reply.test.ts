import { describe, expect, test } from 'vitest';
import { createStageClient, type StageClient } from '../../src/stage/stage-client.ts';
import { startLoopbackServer } from '../support/network/loopback-server.ts';

const call = { signal: new AbortController().signal };
const PAGE = '<!doctype html><html><head><title>Log in to the network</title></head></html>';
const bytes = Buffer.from('bytes');

async function* chunks(): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Every request that changes something, its path and, of a move, the path it moves to. */
const CHANGES: readonly (readonly [string, string, string, (client: StageClient) => Promise<void>])[] = [
  ['an upload', 'in/a b.csv', '', (client) => client.upload('in/a b.csv', { size: 5, bytes }, call)],
  [
    'a streamed upload',
    'in/a b.csv',
    '',
    (client) => client.upload('in/a b.csv', { size: 5, chunks: chunks() }, call),
  ],
  ['an empty file', 'in/a b.csv', '', (client) => client.createEmptyFile('in/a b.csv', call)],
  ['a new folder', 'in/a b/', '', (client) => client.createFolder('in/a b/', call)],
  ['a moved file', 'in/a b.csv', 'in/c.csv', (client) => client.move('in/a b.csv', 'in/c.csv', call)],
  ['a moved folder', 'in/a b/', 'in/c/', (client) => client.move('in/a b/', 'in/c/', call)],
  ['a removed file', 'in/a b.csv', '', (client) => client.delete('in/a b.csv', call)],
  ['a removed folder', 'in/a b/', '', (client) => client.delete('in/a b/', call)],
];

async function answered(body: string, make: (client: StageClient) => Promise<void>, status = 200) {
  await using server = await startLoopbackServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  const client = await createStageClient({ baseUrl: server.url, token: 'secret-token', deployment: 'd' });
  try {
    await make(client);
  } finally {
    await client.close();
  }
}

describe.each(CHANGES)('%s', (_, path, to, make) => {
  const plain = path.replace(/\/$/, '');
  const name = plain.slice('in/'.length);

  test.each([
    ['a page', PAGE],
    ['nothing', ''],
    ['white space', ' \n'],
    ['null', 'null'],
    ['a text', JSON.stringify(plain)],
    ['a list', JSON.stringify([{ name, path: plain }])],
    ['an empty object', '{}'],
    ['an object of something else', '{"status":"ok"}'],
    ['another path', JSON.stringify({ name, path: `other/${name}` })],
    ['a path that only begins so', JSON.stringify({ name, path: `${plain}2` })],
    ['the folder it lies in', JSON.stringify({ name: 'in', path: 'in/' })],
    ['another name', '{"name":"another"}'],
    ['empty names', '{"name":"","path":""}'],
    ['a path that is a number', JSON.stringify({ name, path: 7 })],
    ['half of its JSON', JSON.stringify({ name, path: plain }).slice(0, -3)],
    ['a page longer than any reply', PAGE + ' '.repeat(200_000)],
    ['JSON behind a page', `${PAGE}${JSON.stringify({ name, path: plain })}`],
  ])('that is answered 200 with %s is in doubt', async (__, body) => {
    await expect(answered(body, make)).rejects.toMatchObject({
      code: 'stage_bad_reply',
      verdict: 'retry',
      inDoubt: true,
    });
  });

  test.each([
    ['the path', { name, path: plain }],
    ['the path of a folder', { name, path: `${plain}/` }],
    ['a slash in front', { name, path: `/${path}` }],
    ['slashes twice', { name, path: `//${plain.replace('/', '//')}` }],
    ['percent-encoding', { name, path: encodeURIComponent(plain) }],
    ['no name', { path: plain }],
    ['another name beside its path', { name: '', path: plain }],
    ['no path', { name }],
    ['an empty path', { name, path: '' }],
    ['a path of null', { name, path: null }],
    ['a name with a slash', { name: `${name}/` }],
    ['more than was asked for', { type: 'x', name, path: plain, size: 5, content: null }],
  ])('is done when its reply has %s', async (__, body) => {
    await answered(JSON.stringify(body), make);
    await answered(JSON.stringify(body), make, 201);
  });

  test.runIf(to !== '')('is done when its reply has the path it moved to', async () => {
    await answered(JSON.stringify({ name: 'c', path: `/${to}` }), make);
    await answered(JSON.stringify({ name: to.slice('in/'.length) }), make);
  });
});

test('a reply that is none shows its beginning, and never the token', async () => {
  const body = `<h1>Log in</h1> secret-token`;
  const made = answered(body, (client) => client.delete('a', call));
  const error: unknown = await made.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ details: { path: 'a', text: '<h1>Log in</h1> [token]' } });
});

test('names of any script are the same however they are composed', async () => {
  const path = 'in/ма\u0301сло-e\u0301.csv';
  await answered(JSON.stringify({ path: path.normalize('NFC') }), (client) => client.delete(path, call));
});
