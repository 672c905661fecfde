import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SupervisedPlans } from '../../../src/daemon/plans/job-plans.ts';
import { fileOf, named, supervised } from '../../support/daemon/supervised.ts';
import { realDaemon } from '../../support/page/real-daemon.ts';
import { writeTree } from '../../support/trees/trees.ts';

const settled = (plans: SupervisedPlans, id: string) =>
  expect.poll(() => plans.view(id)?.state, { timeout: 20_000 }).not.toBe('comparing');

describe.each([{ watch: false }, { watch: true }])('a plan of a job with %j', ({ watch }) => {
  test('shows what would be done, changes nothing, and is carried out as it was shown', async () => {
    const { supervisor, folderOf, emulator, jobOf } = await realDaemon({ a: { watch } });
    await writeTree(folderOf('a'), { 'old.csv': 'old', 'kept.csv': 'kept' });
    await supervisor.flush('a');
    // a watch would bring it over by itself
    if (watch) await expect.poll(() => jobOf('a').state).toBe('idle');
    const before = emulator.counters.read().changing;
    const plans = new SupervisedPlans(supervisor);
    rmSync(join(folderOf('a'), 'old.csv'));
    writeFileSync(join(folderOf('a'), 'new.csv'), 'new');
    const { id } = await plans.begin('a');
    await settled(plans, id);
    if (!watch) {
      const view = plans.view(id);
      expect(view).toMatchObject({ state: 'ready', actions: 2, filesRemoved: 1, problems: 0 });
      expect(view?.cost).toMatchObject({ uploads: 1, removals: 1 });
      const { lines } = plans.lines(id, { from: 0, limit: 10 });
      expect(lines.map(({ kind, path }) => `${kind} ${path}`)).toEqual(['upload new.csv', 'remove old.csv']);
      expect(emulator.counters.read().changing).toBe(before);
    }
    // not in the plan: it waits for the next run
    writeFileSync(join(folderOf('a'), 'later.csv'), 'later');
    const applied = await plans.apply(id);
    expect(applied.state).toBe('applied');
    await expect.poll(() => jobOf('a').lastRun?.id, { timeout: 20_000 }).toBe(applied.run);
    if (!watch) expect(jobOf('a').lastRun?.report).toMatchObject({ uploaded: 1, removed: 1 });
    const again = await supervisor.flush('a');
    expect(again.outcome).toBe('clean');
  });
});

describe('while a plan is made', () => {
  test('a run of the job waits for it, and is made then', async () => {
    const { clock, supervisor, passes, last, jobOf } = supervised(fileOf(named('a')));
    const plans = new SupervisedPlans(supervisor);
    const { id } = await plans.begin('a');
    await clock.pass(0);
    expect(passes.map(({ pass }) => pass.dryRun)).toEqual([true]);
    const run = supervisor.run('a');
    await clock.pass(0);
    expect(passes).toHaveLength(1);
    last('a').end();
    await run;
    expect(plans.view(id)?.state).toBe('ready');
    expect(passes.map(({ pass }) => pass.dryRun)).toEqual([true, undefined]);
    last('a').end();
    await clock.pass(0);
    expect(jobOf('a').lastRun?.cause).toBe('command');
  });

  test('a watch of the job makes no pass, and makes it then', async () => {
    const { clock, supervisor, passes, last, hint } = supervised(fileOf(named('a', { watch: true })));
    await clock.pass(0);
    last('a').end();
    await clock.pass(0);
    const plans = new SupervisedPlans(supervisor);
    await plans.begin('a');
    await clock.pass(0);
    hint('a', 'x/');
    await clock.pass(1000);
    expect(passes.map(({ pass }) => pass.dryRun)).toEqual([undefined, true]);
    last('a').end();
    await clock.pass(0);
    expect(passes.map(({ scope }) => scope)).toEqual(['everything', 'everything', ['x/']]);
  });

  test('a run that goes on is not disturbed: there is no plan, and that is told', async () => {
    const { clock, supervisor, last } = supervised(fileOf(named('a')));
    void supervisor.run('a');
    await clock.pass(0);
    const plans = new SupervisedPlans(supervisor);
    const { id } = await plans.begin('a');
    await clock.pass(0);
    expect(plans.view(id)).toMatchObject({ state: 'failed', error: { code: 'locked' } });
    last('a').end();
  });

  test('the daemon stops: the comparison ends, and with it the daemon', async () => {
    const { clock, supervisor, open } = supervised(fileOf(named('a')));
    const plans = new SupervisedPlans(supervisor);
    const { id } = await plans.begin('a');
    await clock.pass(0);
    expect(open.has('a')).toBe(true);
    await supervisor.stop();
    expect(open.size).toBe(0);
    expect(plans.view(id)?.state).toBe('failed');
  });

  test('throwing it away ends the comparison', async () => {
    const { clock, supervisor, open } = supervised(fileOf(named('a')));
    const plans = new SupervisedPlans(supervisor);
    const { id } = await plans.begin('a');
    await clock.pass(0);
    await plans.discard(id);
    expect(plans.view(id)).toBeUndefined();
    expect(open.size).toBe(0);
  });
});

describe('a plan is not applied', () => {
  async function ready(job = named('a')) {
    const daemon = supervised(fileOf(job));
    const plans = new SupervisedPlans(daemon.supervisor);
    await daemon.clock.pass(0);
    if (job.watch) daemon.last('a').end();
    await daemon.clock.pass(0);
    const { id } = await plans.begin('a');
    await daemon.clock.pass(0);
    daemon.last('a').pass.onEvent({ type: 'planned', kind: 'upload', path: 'x', reason: 'new', stamp: '1' });
    daemon.last('a').end();
    await daemon.clock.pass(0);
    return { ...daemon, plans, id };
  }

  test('twice', async () => {
    const { clock, plans, id, last } = await ready();
    const applied = plans.apply(id);
    await clock.pass(0);
    expect([...last('a').pass.approved!]).toEqual([
      { type: 'planned', kind: 'upload', path: 'x', reason: 'new', stamp: '1' },
    ]);
    expect((await applied).state).toBe('applied');
    await expect(plans.apply(id)).rejects.toThrow(/applied before/);
    last('a').end();
  });

  test.each([false, true])('twice at the same time (watch: %s)', async (watch) => {
    const { clock, plans, id, last, passes } = await ready(named('a', { watch }));
    const both = Promise.allSettled([plans.apply(id), plans.apply(id)]);
    await clock.pass(0);
    last('a').end();
    expect((await both).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(passes.filter(({ pass }) => pass.approved !== undefined)).toHaveLength(1);
  });

  test('to a job that is another one now', async () => {
    const { supervisor, plans, id } = await ready();
    const other = named('a');
    supervisor.follow(fileOf({ ...other, job: { ...other.job, to: 'stage://group/elsewhere/' } }));
    await expect(plans.apply(id)).rejects.toThrow(/another one since/);
  });

  test('after another one of the same job was begun', async () => {
    const { plans, id } = await ready();
    await plans.begin('a');
    await expect(plans.apply(id)).rejects.toThrow(/not there any more/);
  });
});

test('a plan of no job is refused', async () => {
  const { supervisor } = supervised(fileOf(named('a')));
  await expect(new SupervisedPlans(supervisor).begin('b')).rejects.toThrow(/no job "b"/);
});
