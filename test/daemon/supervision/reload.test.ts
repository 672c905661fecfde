import { expect, test } from 'vitest';
import { isInWay, planReload } from '../../../src/daemon/supervision/reload.ts';
import { fileOf, named, supervised } from '../../support/daemon/supervised.ts';

test('jobs that are the same are kept; others end, and begin anew', () => {
  const before = fileOf(named('a'), named('b'), named('c'));
  const after = fileOf(
    named('c'),
    named('b', { timeoutMs: 1 }),
    named('d', { job: { ...named('a').job, name: 'd' } }),
    named('e'),
  );
  const { kept, ended, begun } = planReload(before, after);
  expect(kept).toEqual(['c']);
  expect(ended).toEqual(['a', 'b']);
  expect(begun.map(({ name }) => name)).toEqual(['b', 'd', 'e']);
});

test('a job that ends is in the way of one with its name or its destination', () => {
  const a = named('a');
  expect(isInWay(a, named('a', { job: named('b').job }))).toBe(true);
  expect(isInWay(a, named('b', { job: a.job }))).toBe(true);
  expect(isInWay(a, named('b'))).toBe(false);
});

test('a job has changed when its profile has', () => {
  const job = named('a', { job: { ...named('a').job, profile: 'dev' } });
  const of = (organization: string) => ({
    ...fileOf(job, named('b')),
    profiles: { dev: { authority: { stage: { organization }, s3: {} } } },
  });
  expect(planReload(of('x'), of('x')).kept).toEqual(['a', 'b']);
  expect(planReload(of('x'), of('y'))).toMatchObject({ kept: ['b'], ended: ['a'] });
});

test('a job that did not change goes on in the same run; one that changed is drained first', async () => {
  const { clock, supervisor, passes, told, stateOf, open } = supervised(
    fileOf(named('a', { watch: true }), named('b', { watch: true }), named('c', { watch: true })),
  );
  await clock.pass(0);
  const [ofA] = passes;
  told();
  supervisor.follow(fileOf(named('b', { watch: true, timeoutMs: 9e6 }), named('a', { watch: true })));
  expect(supervisor.view().jobs.map(({ name }) => name)).toEqual(['b', 'a']);
  await clock.pass(0);
  expect(ofA!.pass.draining!.aborted).toBe(false);
  expect(told().filter((line) => line.startsWith('a'))).toEqual([]);
  expect(passes.map(({ job }) => job)).toEqual(['a', 'b', 'c', 'b']);
  expect([...open]).toEqual(['a', 'b']);
  expect(stateOf('b')).toBe('listing');
});

test('what is asked of a job that was read anew waits for the end of the job before it', async () => {
  const watch = supervised(fileOf(named('a', { watch: true })));
  const scheduled = supervised(fileOf(named('a', { schedule: {} })));
  await watch.clock.pass(0);
  await scheduled.clock.pass(30 * 60_000);
  for (const { supervisor, clock, last, passes, stateOf } of [watch, scheduled]) {
    supervisor.follow(fileOf({ ...supervisor.file.jobs[0]!, timeoutMs: 1e6 }));
    const flushed = supervisor.flush('a');
    await clock.pass(0);
    expect(passes).toHaveLength(2);
    last('a').end();
    await expect(flushed).resolves.toMatchObject({ outcome: 'clean', error: undefined });
    await clock.pass(10_000);
    expect(stateOf('a')).toBe('idle');
  }
});

test('a job that goes from its file before it could begin opens nothing, and says so to who asked', async () => {
  const { supervisor, clock, passes } = supervised(fileOf(named('a', { watch: true })));
  await clock.pass(0);
  supervisor.follow(fileOf(named('a', { watch: true, timeoutMs: 1e6 })));
  const flushed = supervisor.flush('a');
  supervisor.follow(fileOf());
  await expect(flushed).rejects.toMatchObject({ code: 'interrupted' });
  await clock.pass(1000);
  expect(passes).toHaveLength(1);
});

test('a job that was paused stays so, also where it is asked for before it could begin', async () => {
  const { supervisor, clock, stateOf } = supervised(fileOf(named('a', { watch: true })));
  await clock.pass(0);
  await supervisor.pause('a');
  supervisor.follow(fileOf(named('a', { watch: true, timeoutMs: 1e6 })));
  await expect(supervisor.flush('a')).rejects.toMatchObject({ code: 'usage' });
  await clock.pass(1000);
  expect(stateOf('a')).toBe('paused');
});

test('a reload while another is under way ends where the last one says', async () => {
  const { clock, supervisor, open } = supervised(fileOf(named('a', { watch: true })));
  await clock.pass(0);
  supervisor.follow(fileOf(named('a', { watch: true, timeoutMs: 1e6 })));
  supervisor.follow(fileOf(named('a', { watch: true, timeoutMs: 2e6 })));
  supervisor.follow(fileOf());
  supervisor.follow(fileOf(named('a', { watch: true, timeoutMs: 3e6 }), named('b', { watch: true })));
  await clock.pass(0);
  expect([...open].toSorted()).toEqual(['a', 'b']);
  expect(supervisor.view().jobs.map(({ state }) => state)).toEqual(['listing', 'listing']);
});

test('stopping drains every job, and nothing begins any more', async () => {
  const { clock, supervisor, open, passes } = supervised(
    fileOf(named('a', { watch: true }), named('b', { schedule: {} })),
  );
  await clock.pass(30 * 60_000);
  expect(open.size).toBe(2);
  await supervisor.stop();
  expect(open.size).toBe(0);
  const count = passes.length;
  await clock.pass(3_600_000);
  expect(passes).toHaveLength(count);
});

test('a file that is read anew while the daemon stops begins nothing', async () => {
  const { clock, supervisor, open, passes } = supervised(fileOf(named('a', { watch: true })));
  await clock.pass(0);
  const stopped = supervisor.stop();
  const file = fileOf(named('a', { watch: true }), named('b', { watch: true }));
  expect(() => supervisor.follow(file)).toThrow(/the daemon stops/);
  expect(() => supervisor.view()).not.toThrow();
  await expect(supervisor.flush('a')).rejects.toMatchObject({ code: 'interrupted' });
  await stopped;
  expect(open.size).toBe(0);
  await clock.pass(3_600_000);
  expect(passes).toHaveLength(1);
});

test('a job that ends is in the way of one that goes into its destination, or that it lies in', () => {
  const to = (path: string) => named(path, { job: { ...named('a').job, to: path } });
  expect(isInWay(to('stage://group/a'), to('stage://group/a/b'))).toBe(true);
  expect(isInWay(to('stage://group/a/b'), to('stage://group/a'))).toBe(true);
  expect(isInWay(to('stage://group/a'), to('stage://GROUP/a/'))).toBe(true);
  expect(isInWay(to('stage://group/a'), to('stage://group/ab'))).toBe(false);
});
