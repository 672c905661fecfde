import { describe, expect, onTestFinished, test } from 'vitest';
import { STAGE_WORDS } from '../../../src/destinations/stage/stage-words.ts';
import { SyncError } from '../../../src/model/errors.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import type { PathView } from '../../../src/sync/compare/merge.ts';
import { everything } from '../../../src/filter/filter.ts';
import type { LedgerRow } from '../../../src/sync/ledger/ledger-row.ts';
import type { PassOptions } from '../../../src/sync/pass-options.ts';
import { Planning } from '../../../src/sync/planning.ts';
import { PlanStore } from '../../../src/sync/plan/store/plan-store.ts';
import { destinationAsRecorded } from '../../../src/sync/scope/destination-as-recorded.ts';
import { createEngine } from '../../support/engine/engine.ts';
import { fileRow, PUT_AT } from '../../support/engine/executing.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { memoryLedger } from '../../support/engine/memory-ledger.ts';

/** A file that both ends have, as a planner sees it that believes the ledger, or that sees what Stage shows. */
async function plan(row: LedgerRow, believes: boolean, version = row.version): Promise<LedgerRow> {
  const store = new PlanStore();
  onTestFinished(() => store[Symbol.dispose]());
  const ledger = memoryLedger();
  ledger.put(row, 'new');
  const planning = new Planning({
    planner: {
      removal: 'ours',
      compare: 'size',
      verify: false,
      moves: true,
      maxFileBytes: 1000,
      words: STAGE_WORDS,
      filter: everything,
      stays: () => false,
      believes,
    },
    store,
    ledger,
    learns: true,
    digestOf: () => Promise.resolve('d'),
    onProblem: () => undefined,
    onHidden: () => undefined,
  });
  const { path, size } = row;
  const view: PathView = {
    path,
    source: {
      kind: 'file',
      path,
      size,
      modifiedMs: 1,
      version,
      ...(row.identity && { identity: row.identity }),
    },
    destination: believes
      ? destinationAsRecorded(path, row, everything)
      : { kind: 'file', path, size, modifiedMs: PUT_AT + 60_000 },
    row,
    sourceUnknown: false,
    destinationUnknown: false,
  };
  await planning.visit(view);
  await planning.finish();
  expect(planning.counts).toMatchObject({ unchanged: 1, inSource: 1, atDestination: 1 });
  expect([...store.arrivals.all(), ...store.removals.requests()]).toEqual([]);
  return ledger.get(path)!;
}

describe('of a file that was put and not seen in a listing since', () => {
  const waiting = fileRow('a', 3, { pending: true, shownModifiedMs: undefined, digest: 'd' });

  test('a pass that believes the ledger confirms nothing: it has seen nothing', async () => {
    expect(await plan(waiting, true)).toEqual(waiting);
  });

  test('one that lists Stage learns its time', async () => {
    expect(await plan(waiting, false)).toEqual({
      ...waiting,
      pending: false,
      shownModifiedMs: PUT_AT + 60_000,
    });
  });

  test('what the source now calls by another version is known by that, and still waits', async () => {
    expect(await plan(waiting, true, 'v2')).toEqual({ ...waiting, version: 'v2' });
    expect(await plan(waiting, false, 'v2')).toMatchObject({ version: 'v2', pending: false });
    expect(await plan(waiting, true, 'v@2')).toEqual({ ...waiting, version: 'v@2' });
  });
});

test('what is known is left as it is by a pass that believes, also its time', async () => {
  const row = fileRow('a', 3, { digest: 'd' });
  expect(await plan(row, true)).toEqual(row);
  expect(await plan(row, true, 'v2')).toEqual({ ...row, version: 'v2' });
});

describe('an upload that no listing confirmed', () => {
  const passes = async () => {
    let now = PUT_AT;
    const source = createMemorySource();
    const hooks = { fails: true };
    const stage = createMemoryDestination({
      root: 'in/',
      now: () => (now += 5000),
      before: ({ kind, path }) => {
        if (hooks.fails && kind === 'listFolder' && path === 'in/d/')
          throw new SyncError('stage_bad_reply', 'garbled', { verdict: 'skip_entry' });
      },
    });
    stage.folders.add('in/');
    source.write('d/1', 'one', { modifiedMs: 1 });
    source.write('x', 'x', { modifiedMs: 1 });
    const engine = createEngine(source, stage);
    expect((await engine.pass()).report.outcome).toBe('warnings');
    return { source, stage, hooks, engine };
  };

  test.each<[string, Partial<PassOptions>]>([
    ['--trust-ledger', { trustLedger: true }],
    ['a pass over its folder', { scope: ['d/'] }],
    ['a pass over another folder', { scope: [''] }],
  ])(
    'is not taken for confirmed by %s: what Stage does not list is found out, and sent again',
    async (_, options) => {
      const { stage, hooks, engine } = await passes();
      using __ = engine;
      // it never really was there
      stage.files.delete('in/d/1');
      expect((await engine.pass(options)).report).toMatchObject({ outcome: 'warnings', uploaded: 0 });
      hooks.fails = false;
      const { report } = await engine.pass(options);
      expect([report.outcome, report.uploaded]).toEqual(['failures', 0]);
      await engine.pass(options.scope === undefined ? options : { scope: ['d/'] });
      expect(stage.text('in/d/1')).toBe('one');
    },
  );
});
