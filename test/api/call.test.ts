import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  type ApiConnection,
  type ApiConnectionOptions,
  openApiConnection,
} from '../../src/api/connection.ts';
import { callOnce } from '../../src/api/call.ts';
import { operation } from '../../src/api/operation.ts';
import {
  type Answer,
  type LoopbackServer,
  sendJson,
  sendText,
  startLoopbackServer,
} from '../support/network/loopback-server.ts';

const call = { signal: new AbortController().signal };
const TOKEN = 'secret-token';

const opened: AsyncDisposable[] = [];
async function open(
  answer: Answer,
  more: Partial<ApiConnectionOptions> = {},
): Promise<{ api: ApiConnection; server: LoopbackServer }> {
  const server = await startLoopbackServer(answer);
  const api = await openApiConnection({ baseUrl: `${server.url}/base/`, token: TOKEN, ...more });
  opened.push(server, { [Symbol.asyncDispose]: () => api.close() });
  return { api, server };
}
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each[Symbol.asyncDispose]();
});

const thing = z.looseObject({ id: z.string(), size: z.looseObject({ units: z.number() }).optional() });
const get = operation({
  verb: 'GET',
  path: '/v1/things/{thingID}/parts/{partID}',
  fields: true,
  query: z.strictObject({ later: z.boolean().optional() }),
  reply: thing,
  repeat: 'safe',
  does: 'look up',
  object: 'the thing',
});
const create = operation({
  verb: 'POST',
  path: '/v1/things',
  body: z.strictObject({ name: z.string(), size: z.strictObject({ units: z.number() }).optional() }),
  reply: thing,
  repeat: 'never',
  does: 'create',
  object: 'the thing',
});
const body = { name: 'ä' };
const place = { thingID: 't 1/2', partID: 'p?' };

describe('a request', () => {
  test('goes out as its operation says, with what every request has', async () => {
    const { api, server } = await open((_, response) => sendJson(response, { id: 'a' }), {
      organizationID: 'o 1',
    });
    await callOnce(api, get, { ...place, query: { later: undefined } }, { ...call, fields: ['a', 'b'] });
    await callOnce(api, create, { body }, call);
    const [got, posted] = server.seen;
    expect(got).toMatchObject({
      method: 'GET',
      url: '/base/v1/things/t%201%2F2/parts/p%3F?fields=a%2Cb&organizationID=o%201',
    });
    expect(got?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(got?.headers).not.toHaveProperty('content-type');
    expect(posted).toMatchObject({ method: 'POST', url: '/base/v1/things?organizationID=o%201' });
    expect(posted?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(posted?.body.toString() ?? '')).toEqual({ name: 'ä' });
    expect(api.requests).toMatchObject({ GET: 1, POST: 1 });
  });

  test.each(['', '.', '..'])('to another place, by the parameter %j, is never sent', async (thingID) => {
    const { api, server } = await open((_, response) => sendJson(response, { id: 'a' }));
    await expect(callOnce(api, get, { thingID, partID: 'p' }, call)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('thingID'),
    });
    expect(server.seen).toEqual([]);
  });

  test('rejects with the reason of its signal', async () => {
    const { api } = await open(() => {});
    const signal = AbortSignal.abort('enough');
    await expect(callOnce(api, get, place, { signal })).rejects.toBe('enough');
  });
});

describe('an input', () => {
  const wrong = { size: { units: 'many' } };

  test.each([
    ['without what is required', {}, 'name', /Cannot create the thing: name: /],
    ['of another type, deep inside', { name: 'a', ...wrong }, 'size.units', /size\.units: /],
    ['with a key that the operation does not have', { name: 'a', sice: 1 }, '', /sice/],
  ])('%s is not sent, and names the field', async (_, body, field, message) => {
    const { api, server } = await open((_request, response) => sendJson(response, { id: 'a' }));
    await expect(callOnce(api, create, { body: body as { name: string } }, call)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message),
      details: { field },
    });
    expect(server.seen).toEqual([]);
  });
});

describe('a reply', () => {
  test('with the named fields alone may lack any other, in a list too', async () => {
    const { api } = await open((_, response) => sendJson(response, [{ size: { units: 1 } }]));
    const list = { ...get, reply: z.array(thing) };
    expect(await callOnce(api, list, place, { ...call, fields: ['size'] })).toEqual([{ size: { units: 1 } }]);
    await expect(callOnce(api, list, place, call)).rejects.toMatchObject({ code: 'api_bad_reply' });
  });

  test('keeps what its shape does not name', async () => {
    const { api } = await open((_, response) => sendJson(response, { id: 'a', later: [1] }));
    expect(await callOnce(api, get, place, call)).toEqual({ id: 'a', later: [1] });
  });

  test.each<[string, unknown, string]>([
    ['a missing key', { size: { units: 1 } }, '(id: '],
    ['a deep one of another type', { id: 'a', size: { units: 'x' } }, '(size.units: '],
    ['another thing', [], '(the whole: '],
  ])('with %s is a bad reply that says where', async (_, value, where) => {
    const { api } = await open((_request, response) => sendJson(response, value));
    await expect(callOnce(api, get, place, call)).rejects.toMatchObject({
      code: 'api_bad_reply',
      message: expect.stringContaining(`Look up the thing got a reply that does not fit ${where}`),
      operation: 'look_up',
      path: 'the thing',
    });
  });

  test('that is no JSON is a bad reply, without the token', async () => {
    const { api } = await open((_, response) => sendText(response, 200, `<html>${TOKEN}</html>`));
    const error = await callOnce(api, get, place, call).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'api_bad_reply', details: { text: '<html>[token]</html>' } });
  });

  test('with a status of success that is not expected is a bad reply', async () => {
    const { api } = await open((_, response) => sendJson(response, { id: 'a' }));
    const made = { ...create, expected: [201] };
    await expect(callOnce(api, made, { body }, call)).rejects.toMatchObject({
      code: 'api_bad_reply',
      inDoubt: true,
    });
  });

  test('longer than the operation allows is broken off', async () => {
    const { api } = await open((_, response) => sendJson(response, { id: 'x'.repeat(1000) }));
    await expect(callOnce(api, { ...get, maxBytes: 100 }, place, call)).rejects.toMatchObject({
      code: 'api_bad_reply',
      verdict: 'skip_entry',
    });
  });

  test('of refusal names the thing that its operation names, as it was given', async () => {
    const { api } = await open((_, response) => {
      response.writeHead(400).end('uuid: incorrect UUID length 3 in string "p/q"');
    });
    const named = { ...get, object: 'part {partID}' };
    await expect(callOnce(api, named, { thingID: 't', partID: 'p/q' }, call)).rejects.toMatchObject({
      code: 'api_rejected',
      fact: 'refused',
      path: 'part p/q',
      message:
        'The Management API refused to look up part p/q (status 400: uuid: incorrect UUID length 3 in string "p/q").',
    });
  });

  test('of refusal names the API, what was asked and what it said, and gives no advice for files', async () => {
    const { api } = await open((_, response) => sendText(response, 404, 'no such thing'));
    await expect(callOnce(api, get, place, call)).rejects.toMatchObject({
      fact: 'missing',
      message:
        'The Management API refused to look up the thing (status 404: no such thing). It may be terminated, or of another organization.',
    });
  });
});

describe('a reply that is lost', () => {
  const lost: Answer = (_, response) => sendText(response, 502, 'bad gateway');

  test('is worth another attempt where that does no harm', async () => {
    const { api } = await open(lost);
    await expect(callOnce(api, get, place, call)).rejects.toMatchObject({
      verdict: 'retry',
      inDoubt: true,
    });
  });

  test('is not where the request would be another one the second time', async () => {
    const { api } = await open(lost);
    await expect(callOnce(api, create, { body }, call)).rejects.toMatchObject({
      verdict: 'skip_entry',
      inDoubt: true,
    });
  });

  test('and one that certainly was not carried out is repeated in any case', async () => {
    const { api } = await open((_, response) => sendText(response, 429, 'slower'));
    await expect(callOnce(api, create, { body }, call)).rejects.toMatchObject({
      verdict: 'retry',
      inDoubt: false,
    });
  });
});
