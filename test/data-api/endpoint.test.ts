import { expect, test } from 'vitest';
import { parseEndpoint } from '../../src/data-api/endpoint.ts';
import { messageOf } from '../../src/model/errors.ts';

const options = { from: '--sql-endpoint', allowInsecure: false };

test.each([
  ['svc-1.example.com', 'https://svc-1.example.com'],
  ['svc-1.example.com:3306', 'https://svc-1.example.com'],
  ['svc-1.example.com:8443', 'https://svc-1.example.com:8443'],
  ['https://svc-1.example.com/', 'https://svc-1.example.com'],
  ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['localhost:8080', 'http://localhost:8080'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['https://localhost:8080', 'https://localhost:8080'],
])('%s is %s', (text, origin) => {
  expect(parseEndpoint(text, options).origin).toBe(origin);
});

test.each([
  '',
  'two words',
  'ftp://svc-1.example.com',
  'https://',
  'ann:secret@svc-1.example.com',
  'https://ann:secret@svc-1.example.com',
  'svc-1.example.com/path',
  'https://svc-1.example.com?x=1',
  'http://svc-1.example.com',
])('%j is refused, and no password is shown', (text) => {
  let error: unknown;
  try {
    parseEndpoint(text, options);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code: 'config' });
  expect(messageOf(error)).toContain('--sql-endpoint');
  expect(messageOf(error)).not.toContain('secret');
});

test('http: to another machine is taken where it is allowed', () => {
  expect(parseEndpoint('http://db.example.com', { ...options, allowInsecure: true }).href).toBe(
    'http://db.example.com/',
  );
});
