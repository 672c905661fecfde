import { expect, test } from 'vitest';
import { Access } from '../../../src/daemon/http/access.ts';

function access(token?: string) {
  let ms = 0;
  const made = new Access({ token, now: () => ms });
  return { made, pass: (more: number) => (ms += more) };
}

test('a code signs in once', () => {
  const { made } = access();
  const code = made.newCode();
  const session = made.signInByCode(code);
  expect(session).toMatch(/^[\w-]{32}$/);
  expect(made.isSession(session!)).toBe(true);
  expect(made.signInByCode(code)).toBeUndefined();
  expect(made.isSession(code)).toBe(false);
});

test('a code that is older than an hour signs nobody in', () => {
  const { made, pass } = access();
  const code = made.newCode();
  pass(60 * 60_000 + 1);
  expect(made.signInByCode(code)).toBeUndefined();
});

test('a session ends a week after it was last used, and when one signs out', () => {
  const { made, pass } = access();
  const session = made.signInByCode(made.newCode())!;
  const DAY = 24 * 60 * 60_000;
  for (let day = 0; day < 20; day++) {
    pass(DAY);
    expect(made.isSession(session)).toBe(true);
  }
  pass(7 * DAY + 1);
  expect(made.isSession(session)).toBe(false);
  const another = made.signInByCode(made.newCode())!;
  made.signOut(another);
  expect(made.isSession(another)).toBe(false);
});

test('the token signs in as often as one likes; without one nothing is it', () => {
  const { made } = access('a-secret-of-the-file');
  for (let time = 0; time < 2; time++)
    expect(made.isSession(made.signInByToken('a-secret-of-the-file')!)).toBe(true);
  expect(made.signInByToken('another')).toBeUndefined();
  expect(access().made.signInByToken('')).toBeUndefined();
});

test('codes and sessions that nobody uses do not pile up', () => {
  const { made } = access();
  const first = made.newCode();
  for (let more = 0; more < 64; more++) made.newCode();
  expect(made.signInByCode(first)).toBeUndefined();
  expect(made.signInByCode(made.newCode())).toBeDefined();
});
