import { describe, expect, test } from 'vitest';
import type { RememberedJob } from '../../../src/daemon/schedule/remembered-jobs.ts';
import { failure, fileOf, named, supervised } from '../../support/daemon/supervised.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('a run at each due time; what is shown says what comes next', async () => {
  const { clock, told, last, jobOf, open } = supervised(fileOf(named('a', { schedule: {} })));
  await clock.pass(0);
  expect(jobOf('a')).toMatchObject({ state: 'idle', nextRunMs: Date.parse('2026-01-01T01:00:00Z') });
  await clock.pass(30 * MINUTE);
  expect(jobOf('a')).toMatchObject({ state: 'listing', current: { cause: 'schedule' } });
  last('a').end();
  await clock.pass(0);
  expect(told()).toEqual(['a starting', 'a listing', 'a schedule clean', 'a idle']);
  expect(jobOf('a')).toMatchObject({
    state: 'idle',
    lastRun: { cause: 'schedule', outcome: 'clean' },
    nextRunMs: Date.parse('2026-01-01T02:00:00Z'),
  });
  expect(jobOf('a').lastSuccessMs).toBe(Date.parse('2026-01-01T01:00:00Z'));
  // between its runs others may work on the pair
  expect(open.size).toBe(0);
});

describe('no run overlaps itself', () => {
  test('skip: what was skipped is told', async () => {
    const { clock, told, passes } = supervised(fileOf(named('a', { schedule: {} })));
    await clock.pass(30 * MINUTE);
    told();
    await clock.pass(HOUR);
    expect(told()).toEqual(['a skipped schedule: running']);
    expect(passes).toHaveLength(1);
  });

  test('queue: one more run, however often it became due', async () => {
    const { clock, passes, last } = supervised(fileOf(named('a', { schedule: {}, overlap: 'queue' })));
    await clock.pass(30 * MINUTE + 3 * HOUR);
    expect(passes).toHaveLength(1);
    last('a').end();
    await clock.pass(0);
    expect(passes).toHaveLength(2);
    last('a').end();
    await clock.pass(0);
    expect(passes).toHaveLength(2);
  });

  test('cancel: the run ends as a signal ends it, and the new one begins', async () => {
    const { clock, told, passes } = supervised(fileOf(named('a', { schedule: {}, overlap: 'cancel' })));
    await clock.pass(30 * MINUTE);
    told();
    await clock.pass(HOUR);
    expect(passes).toHaveLength(2);
    expect(told()).toEqual(['a schedule interrupted', 'a starting', 'a listing']);
  });
});

test('a run that takes longer than its timeout is stopped, and waits for its next time', async () => {
  const { clock, stateOf, jobOf } = supervised(fileOf(named('a', { schedule: {}, timeoutMs: 10 * MINUTE })));
  await clock.pass(39 * MINUTE);
  expect(stateOf('a')).toBe('listing');
  await clock.pass(MINUTE);
  expect(jobOf('a')).toMatchObject({
    state: 'idle',
    lastRun: { error: { code: 'interrupted', message: expect.stringContaining('timeout') as string } },
  });
});

test('trouble that passes is tried again after growing pauses, until it works', async () => {
  const { clock, told, last, jobOf } = supervised(fileOf(named('a', { schedule: {} })));
  await clock.pass(30 * MINUTE);
  told();
  for (const pause of [1000, 2000, 4000]) {
    last('a').end({ error: failure('stage_unreachable', 'nobody answers') });
    await clock.pass(0);
    expect(jobOf('a')).toMatchObject({ state: 'backing_off', reason: 'nobody answers' });
    // half of it is left to chance
    await clock.pass(pause);
    expect(jobOf('a').state).toBe('listing');
  }
  last('a').end();
  await clock.pass(0);
  expect(jobOf('a').state).toBe('idle');
});

test('a pair that another process holds is waited for, and the state says so', async () => {
  const { clock, stateOf, jobOf, cannotOpen, told } = supervised(fileOf(named('a', { schedule: {} })));
  cannotOpen.set('a', failure('locked', 'another run works on it: process 5'));
  await clock.pass(30 * MINUTE);
  expect(jobOf('a')).toMatchObject({ state: 'halted', reason: 'another run works on it: process 5' });
  cannotOpen.clear();
  await clock.pass(5000);
  expect(stateOf('a')).toBe('listing');
  expect(told()).toContain('a schedule locked');
});

test('a mistake in a program halts its job, and no other', async () => {
  const { clock, stateOf, jobOf, cannotOpen, last, passes } = supervised(
    fileOf(named('a', { schedule: {} }), named('b', { schedule: {} })),
  );
  cannotOpen.set('a', new TypeError('x is not a function'));
  await clock.pass(30 * MINUTE);
  expect(jobOf('a')).toMatchObject({ state: 'halted', reason: 'unexpected: x is not a function' });
  expect(stateOf('b')).toBe('listing');
  last('b').end();
  cannotOpen.clear();
  await clock.pass(30_000);
  expect(stateOf('a')).toBe('listing');
  expect(passes.map(({ job }) => job)).toEqual(['b', 'a']);
});

describe('schedules outlive the daemon', () => {
  test('a run that was under way when the daemon was killed is made after the next start', async () => {
    const remembered = new Map<string, RememberedJob>();
    const file = fileOf(named('a', { schedule: {} }));
    const killed = supervised(file, { remembered });
    await killed.clock.pass(30 * MINUTE);
    expect(killed.stateOf('a')).toBe('listing');
    const next = supervised(file, { remembered: new Map(remembered), start: '2026-01-01T01:10:00Z' });
    await next.clock.pass(0);
    expect(next.jobOf('a').current).toMatchObject({ cause: 'missed' });
    next.last('a').end();
    await next.clock.pass(0);
    const third = supervised(file, { remembered: next.remembered, start: '2026-01-01T01:20:00Z' });
    await third.clock.pass(0);
    expect(third.stateOf('a')).toBe('idle');
  });

  test('another line begins anew', async () => {
    const remembered = new Map<string, RememberedJob>([['a', { schedule: '5 * * * * UTC', followedMs: 0 }]]);
    const { clock, stateOf } = supervised(fileOf(named('a', { schedule: {} })), { remembered });
    await clock.pass(0);
    expect(stateOf('a')).toBe('idle');
  });

  test('a machine asleep over three due times makes one run', async () => {
    const { clock, asleep, last, passes, told } = supervised(fileOf(named('a', { schedule: {} })));
    await clock.pass(0);
    asleep(3 * HOUR);
    await clock.pass(MINUTE);
    last('a').end();
    await clock.pass(0);
    expect(passes).toHaveLength(1);
    expect(told()).toContain('a missed clean');
  });
});

describe('what may be asked', () => {
  test('run gives the ID of the run that it began', async () => {
    const { clock, supervisor, last, jobOf } = supervised(fileOf(named('a')));
    const asked = supervisor.run('a');
    await clock.pass(0);
    const id = await asked;
    expect(jobOf('a').current).toMatchObject({ id, cause: 'command' });
    last('a').end();
    await clock.pass(0);
    expect(jobOf('a').lastRun).toMatchObject({ id });
  });

  test('flush waits for a run that begins after it was asked', async () => {
    const { clock, supervisor, last, passes } = supervised(fileOf(named('a', { schedule: {} })));
    await clock.pass(30 * MINUTE);
    let answer: unknown;
    void supervisor.flush('a').then((run) => (answer = run));
    last('a').end();
    await clock.pass(0);
    expect(answer).toBeUndefined();
    expect(passes).toHaveLength(2);
    last('a').end();
    await clock.pass(0);
    expect(answer).toMatchObject({ cause: 'flush', outcome: 'clean' });
  });

  test('flush of a job that cannot be opened answers with the error', async () => {
    const { clock, supervisor, cannotOpen } = supervised(fileOf(named('a')));
    cannotOpen.set('a', failure('stage_unauthorised', 'the token is refused'));
    const asked = supervisor.flush('a');
    await clock.pass(0);
    await expect(asked).resolves.toMatchObject({
      outcome: 'failures',
      error: { code: 'stage_unauthorised', message: 'the token is refused' },
    });
  });

  test('a paused job runs nothing, says what it left out, and stays paused over a restart', async () => {
    const file = fileOf(named('a', { schedule: {} }));
    const { clock, supervisor, told, passes, remembered, stateOf } = supervised(file);
    await supervisor.pause('a');
    await clock.pass(HOUR);
    expect(told()).toEqual(['a paused', 'a skipped schedule: paused']);
    expect(passes).toHaveLength(0);
    await expect(supervisor.flush('a')).rejects.toMatchObject({ code: 'usage' });
    const next = supervised(file, { remembered, start: '2026-01-01T01:40:00Z' });
    expect(next.stateOf('a')).toBe('paused');
    await supervisor.resume('a');
    expect(stateOf('a')).toBe('idle');
    await clock.pass(HOUR);
    expect(stateOf('a')).toBe('listing');
  });

  test('cancel ends the run, and the schedule goes on', async () => {
    const { clock, supervisor, stateOf, told } = supervised(fileOf(named('a', { schedule: {} })));
    await clock.pass(30 * MINUTE);
    await supervisor.cancel('a');
    await clock.pass(0);
    expect(stateOf('a')).toBe('idle');
    expect(told()).toContain('a schedule interrupted');
    await clock.pass(HOUR);
    expect(stateOf('a')).toBe('listing');
  });

  test('a name that is none of its jobs is refused with those that are', async () => {
    const { supervisor } = supervised(fileOf(named('a'), named('b')));
    await expect(supervisor.run('c')).rejects.toMatchObject({
      code: 'usage',
      message: 'the daemon runs no job "c"; it runs a, b',
    });
  });
});
