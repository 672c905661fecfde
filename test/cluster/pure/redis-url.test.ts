import { expect, test } from 'vitest';
import { parseRedisUrl } from '../../../src/cluster/redis/redis-url.ts';
import { readServerInfo, serverProblem } from '../../../src/cluster/redis/server-info.ts';

const FORM = {
  from: '--budget',
  variable: 'STAGESYNC_BUDGET_URL',
  mayHavePassword: true,
  parameters: ['rate', 'name'],
};
const parse = (text: string, form = FORM) => parseRedisUrl(text, form);

test.each([
  ['redis://h', { host: 'h', port: 6379, database: 0, tls: false, user: undefined, password: undefined }],
  ['redis://h:7000/3', { port: 7000, database: 3 }],
  ['rediss://u:p%40ss@h/', { tls: true, user: 'u', password: 'p@ss', database: 0 }],
  ['redis://:only@[::1]:1', { host: '::1', port: 1, user: undefined, password: 'only' }],
  ['redis://h?password-file=a/b&rate=195', { passwordFile: 'a/b', parameters: new Map([['rate', '195']]) }],
])('%s', (text, parts) => {
  expect(parse(text)).toMatchObject(parts);
});

test.each([
  ['http://h', /redis:\/\/HOST/],
  ['h:6379', /redis:\/\/HOST/],
  ['redis://', /redis:\/\/HOST/],
  ['redis://h/name', /no number/],
  ['redis://user:123/456@h', /^(?!.*(user|123|456)).*no number/],
  ['redis://h?rat=1', /rate, name, password-file/],
  ['redis://h?rate=1&rate=2', /twice/],
  ['redis://h?rate=', /without a value/],
  ['redis://:secret@h?password-file=f', /leave one/],
  ['redis://:sec%ret@h', /%25/],
])('%s is refused', (text, message) => {
  expect(() => parse(text)).toThrow(
    expect.objectContaining({ code: 'config', message: expect.stringMatching(message) }),
  );
});

test('a password is never shown, and is refused where others can read it', () => {
  expect(parse('redis://u:secret@h/1').shown).toBe('redis://u@h/1');
  for (const text of [
    'redis://u:secret@h/1',
    'redis://:secret@h/x',
    'redis://:secret@h?secret=1',
    'secret@h',
  ])
    expect(messageOf(() => parse(text, { ...FORM, mayHavePassword: false }))).not.toContain('secret');
  expect(messageOf(() => parse('redis://u:secret@h', { ...FORM, mayHavePassword: false }))).toContain(
    'STAGESYNC_BUDGET_URL',
  );
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

test.each([
  ['redis_version:6.2.0', undefined],
  ['redis_version:10.0.1', undefined],
  ['redis_version:7.2.4\r\nserver_name:valkey\r\nmaxmemory_policy:noeviction', undefined],
  ['redis_version:6.0.16', /6\.2/],
  ['', /unknown version/],
  ['redis_version:7.0.0\r\nrole:slave', /replica/],
  ['redis_version:7.0.0\r\nredis_mode:cluster', /Cluster/],
  ['redis_version:7.0.0\r\nmaxmemory_policy:allkeys-lru', /noeviction/],
])('a server that says %j', (text, message) => {
  const problem = serverProblem(readServerInfo(`# Server\r\n${text}\r\n`), 'redis://h', { keepsKeys: true });
  if (message === undefined) expect(problem).toBe(undefined);
  else
    expect(problem).toMatchObject({ code: 'queue_misconfigured', message: expect.stringMatching(message) });
});
