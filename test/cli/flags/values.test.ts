import { describe, expect, test } from 'vitest';
import {
  byteRate,
  duration,
  guards,
  listenAddress,
  positiveNumber,
  removalLimit,
  urlOf,
} from '../../../src/cli/flags/values.ts';

describe('--force', () => {
  test('repeated flags add up, and "all" is every guard', () => {
    const one = guards('max-delete', new Set());
    expect([...guards('empty-source', one)]).toEqual(['max-delete', 'empty-source']);
    expect([...guards('all', one)]).toEqual(['empty-source', 'max-delete']);
  });
});

describe('--max-delete', () => {
  test('is a count or a percentage', () => {
    expect(removalLimit('0')).toEqual({ count: 0 });
    expect(removalLimit('250')).toEqual({ count: 250 });
    expect(removalLimit('50%')).toEqual({ percent: 50 });
    expect(removalLimit('100%')).toEqual({ percent: 100 });
  });

  test.each(['', '-1', '101%', '1.5', '5 %', '%', '0x10', '99999999999999999999'])('refuses %j', (text) => {
    expect(() => removalLimit(text)).toThrow(/a count/);
  });
});

describe('rates', () => {
  test.each([
    ['1', 1],
    ['500K', 512_000],
    ['10m', 10_485_760],
    ['1.5G', 1_610_612_736],
  ])('--bwlimit %s is %i bytes a second', (text, rate) => {
    expect(byteRate(text)).toBe(rate);
  });

  test.each(['0', '0.1', 'K', '10Mi', '-1', '1e9', ''])('--bwlimit refuses %j', (text) => {
    expect(() => byteRate(text)).toThrow(/bytes a second/);
  });

  test('a request rate may be a fraction, but not nothing', () => {
    expect(positiveNumber('0.5')).toBe(0.5);
    expect(() => positiveNumber('0')).toThrow(/greater than 0/);
    expect(() => positiveNumber('Infinity')).toThrow(/greater than 0/);
  });
});

describe('a URL', () => {
  const parse = urlOf('--endpoint-url', 'use the environment');

  test.each(['https://s3.test', 'http://127.0.0.1:9000/a@b', 'https://s3.test?x=@', 's3.test:9000', ''])(
    'is taken as it is: %j',
    (text) => expect(parse(text)).toBe(text),
  );

  test.each([
    'https://me:5ec2e7@s3.test',
    'https://5ec2e7@s3.test',
    'me:5ec2e7@s3.test:9000',
    '//me:5ec2e7@s3',
  ])('with a user or a password is refused, and not shown: %j', (text) => {
    expect(() => parse(text)).toThrow(/^--endpoint-url has a user or a password .* use the environment$/);
    expect(() => parse(text)).not.toThrow(/5ec2e7/);
  });
});

test.each([
  ['500ms', 500],
  ['1s', 1000],
  ['1.5h', 5_400_000],
  ['5m', 300_000],
  ['1d', 86_400_000],
])('the duration %s is %i ms', (text, ms) => {
  expect(duration(text)).toBe(ms);
});

test.each(['', '5', '0s', '-1s', '1 s', '1w', 's'])('%j is no duration', (text) => {
  expect(() => duration(text)).toThrow(/unit/);
});

test.each([
  ['9465', '127.0.0.1', 9465],
  [':9465', '127.0.0.1', 9465],
  ['0.0.0.0:80', '0.0.0.0', 80],
  ['[::1]:0', '::1', 0],
  ['localhost:9', 'localhost', 9],
])('--http %s listens on %s, port %i', (text, host, port) => {
  expect(listenAddress(text)).toEqual({ host, port });
});

test.each(['', 'localhost', '65536', '::1:80', 'a:b:80', '1.5'])('--http %j is refused', (text) => {
  expect(() => listenAddress(text)).toThrow(/HOST:PORT/);
});
