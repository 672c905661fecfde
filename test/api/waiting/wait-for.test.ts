import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { workspaces } from '../../../src/api/resources/workspaces.ts';
import { inState } from '../../../src/api/waiting/awaited.ts';
import { type WaitLook, waitUntil } from '../../../src/api/waiting/wait-for.ts';
import { SyncError } from '../../../src/model/errors.ts';
import { createHurriedClock } from '../../support/api/hurried-clock.ts';

const LOOK = { operation: workspaces.get, input: { workspaceID: 'w' } };
const never = new AbortController().signal;

/** Waits while looks show these states, the last one for ever; 'gone' is nothing, 'lost' no answer. */
async function waitThrough(
  states: readonly string[],
  { state = 'ACTIVE', timeoutMs = 60_000 }: { state?: string; timeoutMs?: number } = {},
) {
  const clock = createHurriedClock();
  const looks: WaitLook[] = [];
  let at = 0;
  const look = (): Promise<unknown> => {
    const shown = states[Math.min(at++, states.length - 1)];
    if (shown === 'lost')
      return Promise.reject(new SyncError('api_unavailable', 'no', { verdict: 'retry', inDoubt: true }));
    return Promise.resolve(shown === 'gone' ? undefined : { state: shown, name: 'etl' });
  };
  const awaited = inState({ what: 'workspace etl', look: LOOK, state });
  const options = { timeoutMs, onLook: (each: WaitLook) => looks.push(each) };
  const end = await waitUntil(awaited, { clock, signal: never, look }, options).catch(
    (error: unknown) => error,
  );
  return { end, looks, clock };
}

describe('a wait for a state', () => {
  test.each<[string, string[], number]>([
    ['is there already', ['ACTIVE'], 2],
    ['comes', ['PENDING', 'PENDING', 'ACTIVE'], 4],
    ['is written in small letters', ['Resuming', 'active'], 3],
    ['flaps', ['PENDING', 'ACTIVE', 'PENDING', 'ACTIVE', 'ACTIVE'], 5],
    ['comes by way of words that nobody knows', ['Transitioning', 'HYDRATING', 'ACTIVE'], 4],
    ['of something that is not found at first', ['gone', 'gone', 'PENDING', 'ACTIVE'], 5],
    ['comes after an outage', ['PENDING', 'lost', 'lost', 'ACTIVE'], 5],
  ])('that %s ends with what the last look showed', async (_, states, looks) => {
    const waited = await waitThrough(states);
    expect(waited.end).toMatchObject({ name: 'etl' });
    expect(waited.looks).toHaveLength(looks);
  });

  test.each<[string, string[], RegExp]>([
    ['FAILED', ['PENDING', 'FAILED'], /^Waited for ACTIVE, but workspace etl is FAILED\.$/],
    ['TERMINATED', ['PENDING', 'terminated'], /is TERMINATED, which is final/],
    ['gone', ['PENDING', 'gone'], /is not there any more/],
  ])('ends when it is %s', async (_, states, message) => {
    const { end } = await waitThrough(states);
    expect(end).toMatchObject({ code: 'api_wait_failed', message: expect.stringMatching(message) });
  });

  test.each(['TERMINATED', 'gone'])('of the end succeeds with %s', async (last) => {
    const { end } = await waitThrough(['ACTIVE', last], { state: 'terminated' });
    expect(end).not.toBeInstanceOf(Error);
  });

  test('for FAILED itself succeeds', async () => {
    expect((await waitThrough(['FAILED'], { state: 'FAILED' })).end).toMatchObject({ state: 'FAILED' });
  });

  test('gives up in time, and says what the state is and that the service goes on', async () => {
    const { end, clock } = await waitThrough(['PENDING'], { timeoutMs: 90_000 });
    expect(end).toMatchObject({
      code: 'api_wait_timeout',
      message: 'Workspace etl is still PENDING after 1m 30s; waited for ACTIVE. The service goes on.',
      details: { state: 'PENDING', elapsedMs: 90_000 },
    });
    expect(clock.elapsed()).toBe(90_000);
  });

  test('without any time looks once', async () => {
    const { looks, end } = await waitThrough(['PENDING'], { timeoutMs: 0 });
    expect(looks).toHaveLength(1);
    expect(end).toMatchObject({ code: 'api_wait_timeout' });
  });

  test('a thing without a state is ready when it is there', async () => {
    const { judge } = inState({ what: 'starter s', look: LOOK, state: 'active' });
    expect(judge({ name: 's' })).toMatchObject({ is: 'reached' });
    expect(judge(undefined)).toMatchObject({ is: 'failed' });
  });

  test('words of the service cannot steer a terminal', async () => {
    const { end } = await waitThrough(['\u{1b}[2J'], { timeoutMs: 0 });
    expect(String(end)).toContain('\\u{1b}[2J');
  });

  test('an abort ends it with the reason', async () => {
    const stopping = new AbortController();
    const look = (): Promise<unknown> => {
      stopping.abort('enough');
      return Promise.resolve({ state: 'PENDING' });
    };
    const awaited = inState({ what: 'workspace etl', look: LOOK, state: 'ACTIVE' });
    const around = { clock: createHurriedClock(), signal: stopping.signal, look };
    await expect(waitUntil(awaited, around, {})).rejects.toBe('enough');
  });
});

test('whatever states come before, a wait ends only after two looks in a row at its target', async () => {
  const words = fc.constantFrom('PENDING', 'ACTIVE', 'Resuming', 'SUSPENDED', 'lost', 'gone');
  await fc.assert(
    fc.asyncProperty(fc.array(words, { maxLength: 12 }), async (states) => {
      const { end, looks } = await waitThrough([...states, 'ACTIVE']);
      const shown = looks.map(({ state }) => state);
      if (end instanceof SyncError) {
        expect(shown.slice(-1)).toEqual(['missing']);
        return;
      }
      expect(shown.slice(-2)).toEqual(['ACTIVE', 'ACTIVE']);
      const pairs = shown.slice(1, -1).filter((word, at) => word === 'ACTIVE' && shown[at] === 'ACTIVE');
      expect(pairs).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
