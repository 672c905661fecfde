import { expect, test } from 'vitest';
import { failure, ok, type Check } from '../../src/doctor/check.ts';
import { examine, type Examined } from '../../src/doctor/examine.ts';
import { SyncError } from '../../src/model/errors.ts';
import { subjectOf } from '../support/doctor.ts';

const never = new AbortController().signal;
const check = (name: string, look: Check['examine']): Check => ({ name, examine: look });
const lasting: Check['examine'] = (_, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

async function all(
  checks: readonly Check[],
  { withinMs = 60_000, signal = never } = {},
): Promise<Examined[]> {
  const found: Examined[] = [];
  for await (const each of examine(checks, subjectOf(), { withinMs, signal })) found.push(each);
  return found;
}

test('checks run at the same time, and are told in their order', async () => {
  const second = Promise.withResolvers<undefined>();
  const first = check('first', async () => {
    await second.promise;
    return ok('after the second');
  });
  const other = check('second', async () => {
    second.resolve(undefined);
    return [ok('a'), ok('b')];
  });
  expect((await all([first, other])).map(({ name, findings }) => [name, findings.length])).toEqual([
    ['first', 1],
    ['second', 2],
  ]);
});

test('a check that fails, or takes too long, is a finding and keeps no other from its answer', async () => {
  const broken = check('broken', () =>
    Promise.reject(new SyncError('config', 'this is wrong', { verdict: 'end_run' })),
  );
  const found = await all([broken, check('slow', lasting), check('right', async () => ok('yes'))], {
    withinMs: 30,
  });
  expect(found.map(({ findings }) => findings[0])).toMatchObject([
    { level: 'failed', code: 'config', message: 'this is wrong' },
    { level: 'failed', message: 'no answer within 30ms' },
    { level: 'ok' },
  ]);
});

test('what does not concern the subject is left out', async () => {
  const other: Check = { ...check('other', async () => ok('')), concerns: () => false };
  expect(await all([other])).toEqual([]);
});

test('an interruption ends it, and is no finding', async () => {
  const stop = new AbortController();
  const going = all([check('slow', lasting)], { signal: stop.signal });
  stop.abort(new SyncError('interrupted', 'stopped', { verdict: 'end_run' }));
  await expect(going).rejects.toMatchObject({ code: 'interrupted' });
});

test('a fault of our own is no finding', async () => {
  expect(() => failure(new TypeError('a mistake'))).toThrow(TypeError);
  await expect(all([check('faulty', () => Promise.reject(new TypeError('a mistake')))])).rejects.toThrow(
    'a mistake',
  );
});
