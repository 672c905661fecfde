import { describe, expect, test } from 'vitest';
import { emptyReport } from '../../../src/model/events.ts';
import { failure, fileOf, named, supervised } from '../../support/daemon/supervised.ts';

const MINUTE = 60_000;

/** A daemon with one watch whose first comparison is over. */
async function watched(given: Parameters<typeof named>[1] = {}) {
  const daemon = supervised(fileOf(named('a', { watch: true, ...given })));
  await daemon.clock.pass(0);
  daemon.last('a').end();
  await daemon.clock.pass(0);
  daemon.told();
  return daemon;
}

test('a watch compares everything first, and looks at what it hears of', async () => {
  const { clock, passes, last, jobOf, hint } = await watched();
  expect(jobOf('a')).toMatchObject({ state: 'idle', lastRun: { cause: 'full' } });
  hint('a', 'x/');
  await clock.pass(1000);
  expect(jobOf('a')).toMatchObject({ state: 'listing', current: { cause: 'watch' }, waiting: 1 });
  expect(passes.map(({ scope }) => scope)).toEqual(['everything', ['x/']]);
  last('a').end();
  await clock.pass(0);
  expect(jobOf('a')).toMatchObject({ state: 'idle', waiting: 0, lastRun: { cause: 'watch' } });
});

test('a schedule beside a watch adds looks at everything', async () => {
  const { clock, last, jobOf } = await watched({ schedule: {} });
  await clock.pass(30 * MINUTE);
  expect(jobOf('a').current).toMatchObject({ cause: 'schedule' });
  last('a').end();
  await clock.pass(0);
  expect(jobOf('a').state).toBe('idle');
});

describe('flush', () => {
  test('looks at everything, although a pass goes on that began before', async () => {
    const { clock, supervisor, last, passes, hint } = await watched();
    hint('a', 'x/');
    await clock.pass(1000);
    let answer: unknown;
    void supervisor.flush('a').then((run) => (answer = run));
    last('a').end();
    await clock.pass(0);
    expect(passes.at(-1)!.scope).toBe('everything');
    expect(answer).toBeUndefined();
    last('a').end();
    await clock.pass(0);
    expect(answer).toMatchObject({ cause: 'flush', outcome: 'clean' });
  });

  test('waits for files that still change, and counts what was done for them', async () => {
    const { clock, supervisor, last, passes } = await watched();
    let answer: unknown;
    void supervisor.flush('a').then((run) => (answer = run));
    await clock.pass(0);
    last('a').end({ unsettled: { changing: ['y/file'], failed: [] } });
    await clock.pass(0);
    expect(answer).toBeUndefined();
    await clock.pass(1000);
    expect(passes.at(-1)!.scope).toEqual(['y/']);
    last('a').end({ report: { ...emptyReport('clean'), uploaded: 1 } });
    await clock.pass(0);
    expect(answer).toMatchObject({ cause: 'flush', outcome: 'clean', report: { uploaded: 1 } });
  });

  test('does not wait for ever for a file that never stands still', async () => {
    const { clock, supervisor, last } = await watched();
    let answer: unknown;
    void supervisor.flush('a').then((run) => (answer = run));
    await clock.pass(0);
    // some tens of seconds
    for (let second = 0; second < 60; second++) {
      last('a').end({ unsettled: { changing: ['y/file'], failed: [] } });
      await clock.pass(1000);
    }
    expect(answer).toMatchObject({ outcome: 'failures', error: { code: 'entry_changed' } });
  });

  test('answers at once when a file fails, or the pass does', async () => {
    const { clock, supervisor, last } = await watched();
    const first = supervisor.flush('a');
    await clock.pass(0);
    last('a').end({ unsettled: { changing: [], failed: ['y/file'] } });
    await expect(first).resolves.toMatchObject({ cause: 'flush' });
    const second = supervisor.flush('a');
    await clock.pass(0);
    last('a').end({ error: failure('stage_unreachable', 'nobody answers') });
    await expect(second).resolves.toMatchObject({ error: { message: 'nobody answers' } });
  });

  test.each(['stage_unreachable', 'guard_max_delete', 'source_missing'] as const)(
    'does not wait for the pause after %s',
    async (code) => {
      const { clock, supervisor, last, hint, stateOf } = await watched();
      hint('a', 'x/');
      await clock.pass(1000);
      last('a').end({ error: failure(code) });
      await clock.pass(0);
      expect(['backing_off', 'halted']).toContain(stateOf('a'));
      let answer: unknown;
      void supervisor.flush('a').then((run) => (answer = run));
      await clock.pass(0);
      expect(stateOf('a')).toBe('listing');
      last('a').end();
      await clock.pass(0);
      expect(answer).toMatchObject({ outcome: 'clean' });
    },
  );

  test('that is asked while the watch is being opened waits for its first comparison', async () => {
    const { clock, supervisor, last } = supervised(fileOf(named('a', { watch: true })));
    let answer: unknown;
    void supervisor.flush('a').then((run) => (answer = run));
    await clock.pass(0);
    last('a').end();
    await clock.pass(0);
    expect(answer).toMatchObject({ cause: 'flush', outcome: 'clean' });
  });

  test('says that it was interrupted when the daemon stops meanwhile', async () => {
    const { clock, supervisor } = await watched();
    const asked = supervisor.flush('a');
    asked.catch(() => undefined);
    await clock.pass(0);
    await supervisor.stop();
    await expect(asked).resolves.toMatchObject({ error: { code: 'interrupted' } });
    await expect(supervisor.flush('a')).rejects.toMatchObject({ code: 'interrupted' });
  });
});

test('a paused watch holds nothing, and compares everything once it goes on', async () => {
  const { clock, supervisor, open, told, last, stateOf } = await watched();
  await supervisor.pause('a');
  await clock.pass(0);
  expect(open.size).toBe(0);
  expect(told()).toEqual(['a stopping', 'a paused']);
  await supervisor.resume('a');
  await clock.pass(0);
  expect(stateOf('a')).toBe('listing');
  expect(last('a').scope).toBe('everything');
});

test('a pass that is cancelled, or takes too long, is made again later', async () => {
  const { clock, supervisor, last, hint, jobOf, passes } = await watched({ timeoutMs: 5 * MINUTE });
  hint('a', 'x/');
  await clock.pass(1000);
  await supervisor.cancel('a');
  await clock.pass(0);
  expect(jobOf('a')).toMatchObject({
    state: 'backing_off',
    reason: expect.stringContaining('cancelled') as string,
  });
  await clock.pass(MINUTE);
  expect(passes.at(-1)!.scope).toBe('everything');
  await clock.pass(5 * MINUTE);
  expect(jobOf('a')).toMatchObject({
    state: 'backing_off',
    reason: expect.stringContaining('timeout') as string,
  });
  await clock.pass(MINUTE);
  last('a').end();
  await clock.pass(0);
  expect(jobOf('a').state).toBe('idle');
});

test('a watch whose ends cannot be opened is tried again, also after a mistake in a program', async () => {
  const cannotOpen = new Map([['a', new RangeError('out of range')]]);
  const file = fileOf(named('a', { watch: true }), named('b', { watch: true }));
  const { clock, jobOf, last } = supervised(file, { cannotOpen });
  await clock.pass(0);
  expect(jobOf('a')).toMatchObject({ state: 'halted', reason: 'unexpected: out of range' });
  last('b').end();
  cannotOpen.clear();
  await clock.pass(30_000);
  expect(jobOf('a').state).toBe('listing');
});

test('the daemon is ready once each job was opened or could not be', async () => {
  const { clock, supervisor } = supervised(
    fileOf(named('a', { watch: true }), named('b', { watch: true }), named('c', { schedule: {} })),
    { cannotOpen: new Map([['b', failure('source_missing')]]) },
  );
  let isReady = false;
  void supervisor.tried().then(() => (isReady = true));
  expect(isReady).toBe(false);
  await clock.pass(0);
  expect(isReady).toBe(true);
});

test('some comparisons of everything at a time; looks at some folders do not wait', async () => {
  const names = Array.from({ length: 18 }, (_, n) => `job${n}`);
  const { clock, stateOf, last, passes, hint } = supervised(
    fileOf(...names.map((name) => named(name, { watch: true }))),
  );
  await clock.pass(0);
  expect(passes).toHaveLength(16);
  expect(stateOf('job17')).toBe('queued');
  // everything is compared, and the uploads take hours
  last('job0').pass.onEvent({ type: 'listing', listed: 9, toUpload: 9, toUploadBytes: 9, done: true });
  await clock.pass(0);
  expect(stateOf('job16')).toBe('listing');
  last('job1').end();
  await clock.pass(0);
  expect(stateOf('job17')).toBe('listing');
  hint('job1', 'x/');
  await clock.pass(1000);
  expect(last('job1').scope).toEqual(['x/']);
});
