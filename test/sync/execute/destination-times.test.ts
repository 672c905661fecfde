import { describe, expect, onTestFinished, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import { HiddenNames, isHidden } from '../../../src/sync/execute/hidden-names.ts';
import { Learnt } from '../../../src/sync/execute/learnt.ts';
import { recoverIntents } from '../../../src/sync/execute/recovery/recover.ts';
import { DestinationTimes } from '../../../src/sync/execute/destination-times.ts';
import { everything } from '../../../src/filter/filter.ts';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import { createTestClock } from '../../support/engine/engine.ts';
import { knownStage } from '../../support/engine/executing.ts';
import type { MemoryDestinationOptions } from '../../../src/destinations/memory/memory-destination.ts';
import { openRemote } from '../../support/engine/open-remote.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

/** A Stage whose times are true to a second, as a run sees it. */
function run(options: MemoryDestinationOptions = {}, known?: ReturnType<typeof knownStage>) {
  const clock = createTestClock(1_700_000_000_300);
  const inSeconds = (): number => Math.floor(clock.now() / 1000) * 1000;
  const it = known ?? knownStage({}, { now: inSeconds, ...options });
  const remote = openRemote(it.stage);
  const hidden = new HiddenNames(clock.now());
  const { signal } = new AbortController();
  const next = { remote, ledger: it.ledger, hidden, clock, signal };
  const times = new DestinationTimes(next);
  const learnt = new Learnt();
  const recover = async (): Promise<string[]> => {
    const problems: string[] = [];
    await recoverIntents({
      ...next,
      times,
      learnt,
      filter: everything,
      gate: { lanes: 4, mostLanes: 4 },
      onProblem: (path, { code }) => problems.push(`${path} ${code}`),
    });
    return problems;
  };
  return { ...it, clock, times, learnt, recover };
}

const HOUR_MS = 3_600_000;

const TRIAL = [
  'put ~-1-new-time',
  'stat ~-1-new-time',
  'move ~-1-new-time > ~-2-moved-time',
  'stat ~-2-moved-time',
  'remove ~-2-moved-time',
];

describe('whether a Stage leaves a moved file its time', () => {
  test.each([true, false])('is not tried where the destination declares it: %s', async (keepsTimes) => {
    const { stage, ledger, clock, did } = run();
    const times = new DestinationTimes({
      remote: openRemote(stage),
      ledger,
      hidden: new HiddenNames(clock.now()),
      clock,
      signal: new AbortController().signal,
      keepsTimes,
    });
    expect([times.known, await times.keeps(), did()]).toEqual([keepsTimes, keepsTimes, []]);
  });

  test.each<[string, MemoryDestinationOptions, boolean]>([
    ['a Stage that does', {}, true],
    ['one that gives it the time of the move', { moveSetsTime: true }, false],
  ])('is tried with an empty file under hidden names: %s', async (_, options, keeps) => {
    const { times, did, there, ledger, clock } = run(options);
    const began = clock.at;
    expect(await times.keeps()).toBe(keeps);
    expect(did()).toEqual(TRIAL);
    expect([there(), ledger.intents()]).toEqual([{}, []]);
    // a time that is true to a second differs only after more than one
    expect(clock.at - began).toBeGreaterThan(1000);
  });

  test('is not to be known of one that tells no times, and is not remembered: times count, of which it has none', async () => {
    // no time at all, as a reply without one is read
    const it = run();
    const { stage } = it;
    it.hooks.after = ({ kind, path }) => {
      const file = kind === 'put' ? stage.files.get(path) : undefined;
      if (file !== undefined) stage.files.set(path, { ...file, modifiedMs: undefined });
    };
    expect(await it.times.keeps()).toBe(true);
    expect([it.times.known, it.there()]).toEqual([undefined, {}]);
  });

  test('is tried once, whoever asks, and also when they ask at the same time', async () => {
    const { times, did } = run();
    expect(await Promise.all([times.keeps(), times.keeps()])).toEqual([true, true]);
    expect(await times.keeps()).toBe(true);
    expect(did()).toEqual(TRIAL);
  });

  test('need not be tried where a file was seen that kept its time', async () => {
    const { times, did, clock } = run();
    expect(times.known).toBeUndefined();
    for (let i = 0; i < 2; i++) times.kept(clock.now() - HOUR_MS - 1);
    expect([times.known, await times.keeps(), did()]).toEqual([true, true, []]);
  });

  test.each([0, HOUR_MS, -HOUR_MS])(
    'has to be tried where that file was put only just now, whatever the clocks differ by: %i ms ago',
    async (agoMs) => {
      const { times, did, clock } = run({ moveSetsTime: true });
      times.kept(clock.now() - agoMs);
      expect([times.known, await times.keeps(), did()]).toEqual([undefined, false, TRIAL]);
    },
  );

  test.each([true, false])('is remembered for later runs: %s', async (keeps) => {
    const first = run({ moveSetsTime: !keeps });
    await first.times.keeps();
    first.did();
    const later = run({}, first);
    expect([await later.times.keeps(), later.did()]).toEqual([keeps, []]);
  });

  test('is remembered in the ledger’s file', async () => {
    const folder = await temporaryFolder();
    const opened = () => openLedger({ folder, source: 'a', destination: 'b', command: 'test', pid: 1 });
    const withLedger = (ledger: ReturnType<typeof opened>, options: MemoryDestinationOptions = {}) =>
      run({}, { ...knownStage({}, { now: () => 0, ...options }), ledger });
    const first = opened();
    let now = 0;
    const setting = { moveSetsTime: true, now: () => (now += 60_000) };
    expect(await withLedger(first, setting).times.keeps()).toBe(false);
    first.close();
    const second = opened();
    onTestFinished(() => second.close());
    const it = withLedger(second);
    expect([await it.times.keeps(), it.did()]).toEqual([false, []]);
  });

  test.each([1, 2])(
    'is not taken to be no, for good, where one reply of the trial tells no time: the one to look %i',
    async (nth) => {
      const it = run();
      const stat = it.stage.stat.bind(it.stage);
      let looks = 0;
      it.stage.stat = async (...call) => {
        const shown = await stat(...call);
        return ++looks === nth && shown !== undefined ? { ...shown, modifiedMs: undefined } : shown;
      };
      await it.times.keeps();
      expect(it.ledger.recall('keeps_times')).not.toBe('no');
    },
  );

  test('is known once a file of long ago showed it, whatever was tried before: else others are not seen', async () => {
    const { times, clock } = run({ moveSetsTime: true });
    expect(await times.keeps()).toBe(false);
    times.kept(clock.now() - HOUR_MS - 1);
    expect(await times.keeps()).toBe(true);
  });

  test('is remembered where a file of long ago showed it', () => {
    const first = run();
    first.times.kept(first.clock.now() - HOUR_MS - 1);
    expect(run({}, first).times.known).toBe(true);
  });
});

describe('the trial', () => {
  test('has both of its hidden names written down before anything is sent', async () => {
    const { times, hooks, ledger } = run();
    const written: string[][] = [];
    hooks.before = ({ kind }) => {
      if (kind === 'put') written.push(ledger.intents().map(({ op, via }) => `${op} ${via}`));
    };
    await times.keeps();
    expect(written).toEqual([
      [
        expect.stringMatching(/^staging \.stagesync-[^/]*-1-new-time$/),
        expect.stringMatching(/^staging \.stagesync-[^/]*-2-moved-time$/),
      ],
    ]);
  });

  test('touches nothing but its hidden names, which lie outside the target', async () => {
    const { times, stage } = run();
    await times.keeps();
    for (const { path, to } of stage.calls)
      for (const each of [path, to ?? path]) expect(isHidden(each)).toBe(true);
  });

  const steps = (['before', 'after'] as const).flatMap((phase) =>
    TRIAL.map((_, nth) => [phase, nth + 1] as const),
  );
  test.each(steps)(
    'killed %s its request %i leaves nothing once the next run has begun',
    async (phase, nth) => {
      const { times, hooks, recover, there, ledger, stage } = run();
      let made = 0;
      const kill = (): void => {
        if (++made >= nth) throw new SyncError('interrupted', 'killed', { verdict: 'end_run' });
      };
      hooks[phase] = kill;
      await expect(times.keeps()).rejects.toMatchObject({ code: 'interrupted' });
      // of a run that was killed nothing more is heard
      hooks[phase] = undefined;
      expect(await recover()).toEqual([]);
      expect([there(), ledger.intents()]).toEqual([{}, []]);
      // nothing was learnt by half a trial: it is made anew
      expect(ledger.recall('keeps_times')).toBeUndefined();
      stage.calls.length = 0;
      const next = run({}, { ...run(), stage, ledger });
      expect(await next.times.keeps()).toBe(true);
      expect(ledger.recall('keeps_times')).toBe('yes');
    },
  );

  test('killed while it waits leaves nothing either', async () => {
    const it = run();
    it.clock.sleep = () => Promise.reject(new SyncError('interrupted', 'killed', { verdict: 'end_run' }));
    await expect(it.times.keeps()).rejects.toMatchObject({ code: 'interrupted' });
    expect(Object.keys(it.there())).toEqual(['~-1-new-time']);
    await it.recover();
    expect([it.there(), it.ledger.intents()]).toEqual([{}, []]);
  });

  test('that failed is made again for the next who asks, under other names; until then times count', async () => {
    const { times, hooks, did } = run({ moveSetsTime: true });
    hooks.before = ({ kind }) => {
      if (kind === 'move') throw new SyncError('stage_unavailable', 'not now', { verdict: 'retry' });
    };
    // until it is known another time counts: what has one is left to others
    expect([await times.keeps(), times.known]).toEqual([true, undefined]);
    hooks.before = undefined;
    did();
    expect([await times.keeps(), times.known]).toEqual([false, false]);
    expect(did()[0]).toBe('put ~-3-new-time');
  });

  test('leaves a file that cannot be removed to the next run, which takes it for no folder', async () => {
    const { times, hooks, recover, ledger, learnt, there, stage } = run();
    hooks.before = ({ kind, path }) => {
      if (kind === 'remove' && stage.files.has(path))
        throw new SyncError('stage_rejected', 'not that', { verdict: 'skip_entry', fact: 'refused' });
    };
    await times.keeps().catch(() => undefined);
    expect(await recover()).toEqual([' in_doubt']);
    expect([learnt.refusesFullFolders, ledger.intents().length]).toEqual([false, 1]);
    hooks.before = undefined;
    expect(await recover()).toEqual([]);
    expect([there(), ledger.intents()]).toEqual([{}, []]);
  });
});
