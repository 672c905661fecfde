import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import type { SyncEvent } from '../../../src/model/events.ts';
import type { CallOptions } from '../../../src/model/ports.ts';
import { inspectLedger, knownPairs } from '../../../src/sync/ledger/known-pairs.ts';
import { createTestClock } from '../../support/engine/engine.ts';
import { createLoadWorld, type LoadWorld } from '../../support/load/load-world.ts';
import type { MemoryPipelineOptions } from '../../support/load/memory-pipelines.ts';

const TEN_MINUTES = 600_000;

/** A world whose pipeline reads what is there with the `reads`-th question after files were sent. */
function worldThatReads(reads: number, pipeline: Partial<MemoryPipelineOptions> = {}): LoadWorld {
  let asked = 0;
  const world = createLoadWorld({
    pipeline: {
      before: (call) => {
        if (call === 'states' && ++asked === reads) world.pipelines.batch();
      },
      ...pipeline,
    },
  });
  return world;
}

/** How long the passes of the world took, by its clock. */
const waitedMs = ({ clock }: LoadWorld): number => clock.at - createTestClock().at;

const outcomes = ({ engine }: LoadWorld): string[] =>
  engine.events
    .filter((event): event is Extract<SyncEvent, { type: 'load' }> => event.type === 'load')
    .map(({ path, outcome }) => `${outcome} ${path}`);

describe('a pass that waits', () => {
  test('ends when everything that it sent is loaded, and tells each file once', async () => {
    using world = worldThatReads(4);
    world.source.write('a.csv', 'one');
    world.source.write('b.csv', 'two');
    const { report, error } = await world.pass({ waitMs: TEN_MINUTES });
    expect(error).toBeUndefined();
    expect(report).toMatchObject({ outcome: 'clean', load: { waited: { files: 2, loaded: 2 } } });
    expect(outcomes(world)).toEqual(['loaded a.csv', 'loaded b.csv']);
    expect(waitedMs(world)).toBeLessThan(TEN_MINUTES);
  });

  test('asks at most one query a second: a look of three queries every three seconds', async () => {
    using world = worldThatReads(30);
    world.source.write('a.csv', 'one');
    const before = world.clock.elapsed();
    await world.pass({ waitMs: TEN_MINUTES });
    const looks = world.pipelines.calls.filter((call) => call === 'states').length;
    expect(looks).toBeGreaterThanOrEqual(30);
    expect(world.clock.elapsed() - before).toBeGreaterThanOrEqual((looks - 3) * 3000);
  });

  test('a file that is skipped ends it with not_loaded and what the pipeline said', async () => {
    using world = worldThatReads(3, { skips: (content) => content === 'bad' });
    world.source.write('a.csv', 'good');
    world.source.write('b.csv', 'bad');
    const { report, error } = await world.pass({ waitMs: TEN_MINUTES });
    expect(error).toMatchObject({ code: 'not_loaded', details: { files: 2, skipped: 1, waiting: 0 } });
    expect(error?.message).toContain('b.csv');
    expect(report).toMatchObject({ outcome: 'failures', load: { waited: { files: 2, loaded: 1 } } });
    expect(outcomes(world)).toEqual(['loaded a.csv', 'skipped b.csv']);
    expect(world.engine.events.findLast(({ type }) => type === 'load')).toMatchObject({
      pipeline: 'orders',
      error: { message: 'bad line', line: 1 },
    });
    // nothing is waited for that cannot come
    expect(waitedMs(world)).toBeLessThan(TEN_MINUTES);
  });

  test('the time is up: the files that are not loaded are named, and the next run does not send them again', async () => {
    using world = createLoadWorld();
    world.source.write('a.csv', 'one');
    const { report, error } = await world.pass({ waitMs: TEN_MINUTES });
    expect(error).toMatchObject({ code: 'not_loaded', details: { files: 1, skipped: 0, waiting: 1 } });
    expect(outcomes(world)).toEqual(['not_loaded a.csv']);
    expect(report).toMatchObject({ uploaded: 1, failed: 0 });
    expect(waitedMs(world)).toBeGreaterThanOrEqual(TEN_MINUTES);
    // it sends nothing, and does not tell of success either
    const next = await world.pass({ waitMs: TEN_MINUTES });
    expect(next).toMatchObject({ error: { code: 'not_loaded' }, report: { uploaded: 0 } });
    world.pipelines.batch();
    const last = await world.pass({ waitMs: TEN_MINUTES });
    expect(last).toMatchObject({ error: undefined, report: { uploaded: 0, outcome: 'clean' } });
    expect(outcomes(world)).toEqual(['not_loaded a.csv', 'not_loaded a.csv']);
  });

  test('a pipeline that is dropped while it is waited for loads nothing', async () => {
    using world = createLoadWorld();
    let asked = 0;
    const pipelines = {
      ...world.pipelines,
      pipelines: async (call: CallOptions) => (++asked > 1 ? [] : world.pipelines.pipelines(call)),
    };
    world.source.write('a.csv', 'one');
    const { error } = await world.pass({ waitMs: TEN_MINUTES, pipelines });
    expect(error).toMatchObject({ code: 'not_loaded', details: { files: 1, waiting: 1 } });
    expect(outcomes(world)).toEqual(['not_loaded a.csv']);
  });

  test('none of what was sent is read by a pipeline: the pattern is wrong, and nothing is in the table', async () => {
    using world = createLoadWorld();
    const pipelines = {
      ...world.pipelines,
      pipelines: async (call: CallOptions) =>
        (await world.pipelines.pipelines(call)).map((info) => ({ ...info, files: 'elsewhere/*.csv' })),
    };
    world.source.write('a.csv', 'one');
    world.source.write('b.csv', 'two');
    const { error } = await world.pass({ waitMs: TEN_MINUTES, pipelines });
    expect(error).toMatchObject({ code: 'not_loaded', details: { files: 2 } });
    expect(error?.message).toContain('no pipeline reads any of the 2 files');
  });

  test('what passes sent that did not wait, as those of a watch, is waited for as well', async () => {
    using world = createLoadWorld();
    world.source.write('a.csv', 'one');
    await world.pass();
    const { error } = await world.pass({ waitMs: TEN_MINUTES });
    expect(error).toMatchObject({ code: 'not_loaded', details: { files: 1, waiting: 1 } });
  });

  test('a run that sends nothing waits for what one before it sent that was stopped, or whose database went away', async () => {
    let asked = 0;
    using world = createLoadWorld({
      pipeline: {
        skips: (content) => content === 'bad',
        before: (call) => {
          if (call === 'states' && ++asked < 4)
            throw new SyncError('database_unreachable', 'it is away', { verdict: 'retry' });
        },
      },
    });
    world.source.write('a.csv', 'bad');
    const away = await world.pass({ waitMs: TEN_MINUTES });
    expect(away).toMatchObject({ error: { code: 'database_unreachable' }, report: { uploaded: 1 } });
    world.pipelines.batch();
    const next = await world.pass({ waitMs: TEN_MINUTES });
    expect(next).toMatchObject({ error: { code: 'not_loaded', details: { skipped: 1 } } });
    // that was told
    const last = await world.pass({ waitMs: TEN_MINUTES });
    expect(last).toMatchObject({ error: undefined, report: { uploaded: 0 } });
  });

  test('a changed file is waited for until its new content was read', async () => {
    using world = worldThatReads(1000);
    world.source.write('a.csv', 'one');
    await world.pass();
    world.pipelines.batch();
    world.source.write('a.csv', 'ONE');
    const { error } = await world.pass({ waitMs: TEN_MINUTES });
    // dropped, and not read again yet: the old reading does not count
    expect(error).toMatchObject({ code: 'not_loaded' });
    expect(world.pipelines.dropped).toEqual(['in/a.csv']);
    expect(outcomes(world)).toEqual(['not_loaded a.csv']);
  });

  test('with warn, a file that will not be read again is not waited for', async () => {
    using world = createLoadWorld();
    world.source.write('a.csv', 'one');
    await world.pass({ reload: 'warn' });
    world.pipelines.batch();
    world.source.write('a.csv', 'one and more');
    const { error } = await world.pass({ reload: 'warn', waitMs: TEN_MINUTES });
    expect(error).toMatchObject({ code: 'not_loaded' });
    expect(waitedMs(world)).toBeLessThan(TEN_MINUTES);
  });

  test('a database that is away, or does not let one in, ends it before anything is sent', async () => {
    using world = createLoadWorld({
      pipeline: {
        before: () => {
          throw new SyncError('database_unauthorised', 'wrong password', {
            verdict: 'end_run',
            fact: 'unauthorised',
          });
        },
      },
    });
    world.source.write('a.csv', 'one');
    const { error, report } = await world.pass({ waitMs: TEN_MINUTES });
    expect(error).toMatchObject({ code: 'database_unauthorised' });
    expect(report.uploaded).toBe(0);
    // a pass that does not wait sends all the same
    expect((await world.pass()).report.uploaded).toBe(1);
  });

  test('a database that goes away while it waits ends it with its error', async () => {
    let asked = 0;
    using world = createLoadWorld({
      pipeline: {
        before: (call) => {
          if (call === 'states' && ++asked > 3)
            throw new SyncError('database_suspended', 'asleep', { verdict: 'end_run', fact: 'out_of_reach' });
        },
      },
    });
    world.source.write('a.csv', 'one');
    const { error, report } = await world.pass({ waitMs: TEN_MINUTES });
    expect(error).toMatchObject({ code: 'database_suspended' });
    expect(report.uploaded).toBe(1);
  });

  test('nothing was sent: nothing is waited for', async () => {
    using world = createLoadWorld();
    const { report, error } = await world.pass({ waitMs: TEN_MINUTES });
    expect(error).toBeUndefined();
    expect(report.load).toMatchObject({ waited: { files: 0, loaded: 0 } });
    expect(world.pipelines.calls.filter((call) => call === 'states')).toEqual([]);
  });

  test('a signal ends the wait', async () => {
    const stopping = new AbortController();
    let asked = 0;
    using world = createLoadWorld({
      pipeline: {
        before: (call) => {
          if (call === 'states' && ++asked === 4) stopping.abort(new Error('stop'));
        },
      },
    });
    world.source.write('a.csv', 'one');
    const { error } = await world.pass({ waitMs: TEN_MINUTES }, { draining: stopping.signal });
    expect(error).toMatchObject({ code: 'interrupted' });
    expect(waitedMs(world)).toBeLessThan(TEN_MINUTES);
  });
});

test('what is asked of the ledger later: a file is not loaded yet, or left as loaded', async () => {
  using world = createLoadWorld();
  world.source.write('a.csv', 'one');
  await world.pass({ afterLoad: 'remove' });
  const explained = (): unknown => {
    const [pair] = knownPairs(world.engine.folder).pairs;
    const ledger = inspectLedger(pair!);
    try {
      return ledger.explain('a.csv')?.table;
    } finally {
      ledger.close();
    }
  };
  expect(explained()).toBe('not_loaded');
  world.pipelines.batch();
  await world.pass({ afterLoad: 'remove' });
  expect(world.destination.text('in/a.csv')).toBeUndefined();
  expect(explained()).toBe('loaded');
});
