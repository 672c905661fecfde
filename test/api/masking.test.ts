import { expect, test } from 'vitest';
import { masked, secretsIn } from '../../src/api/masking.ts';
import { operations } from '../../src/api/operations.ts';
import { openManagement } from '../support/api/open-management.ts';
import { sendJson, sendText, startLoopbackServer } from '../support/network/loopback-server.ts';

const PASSWORD = 'Secret-Password-1';
const GROUP = '00000000-0000-4000-8000-000000000001';
const everythingOf = (error: unknown): string =>
  JSON.stringify(error) + String(error) + String((error as Error).stack) + String((error as Error).cause);

test.each<[string, readonly string[], string]>([
  ['the password abc is weak, abc', ['abc'], 'the password [secret] is weak, [secret]'],
  ['{"id":1,"adminPassword":"a\\"b","x":2}', [], '{"id":1,"adminPassword":"[secret]","x":2}'],
  ['{"password" : "cut off', [], '{"password" : "[secret]"'],
  ['{"values":"kept"}', [], '{"values":"kept"}'],
])('%j without %j is %j', (text, secrets, left) => {
  expect(masked(text, secrets)).toBe(left);
});

test('the secrets of a body are found wherever they stand, as they are and as JSON writes them', () => {
  const body = {
    name: 'n',
    users: [{ password: 'a"b' }, { name: 'c' }],
    target: { apiToken: 'tok' },
    value: '',
  };
  expect(secretsIn(body)).toEqual(['a"b', 'a\\"b', 'tok', 'tok']);
  expect(masked('no a"b, and no tok', secretsIn(body))).toBe('no [secret], and no [secret]');
});

test('a server that sends the password back does not make an error show it', async () => {
  await using server = await startLoopbackServer(({ body }, response) =>
    sendText(response, 400, `cannot take ${body.toString()}: ${PASSWORD} is weak`),
  );
  await using opened = await openManagement(server.url);
  const error = await opened.api
    .call(operations.workspaceGroups.update, { workspaceGroupID: GROUP, body: { adminPassword: PASSWORD } })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'api_rejected', message: expect.stringContaining('[secret] is weak') });
  expect(everythingOf(error)).not.toContain(PASSWORD);
});

test('a reply without its ID does not make an error show the password in it', async () => {
  await using server = await startLoopbackServer(({ method }, response) =>
    sendJson(response, method === 'GET' ? [] : { adminPassword: PASSWORD }),
  );
  await using opened = await openManagement(server.url);
  const body = { name: 'g', regionID: GROUP, firewallRanges: [] };
  const error = await opened.api
    .call(operations.workspaceGroups.create, { body })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'api_bad_reply',
    message: expect.stringContaining('(workspaceGroupID: '),
  });
  expect(everythingOf(error)).not.toContain(PASSWORD);
});
