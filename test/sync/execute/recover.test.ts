import { expect, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { openLedger } from '../../../src/sync/ledger/open-ledger.ts';
import type { Ledger } from '../../../src/sync/ledger/ledger.ts';
import { createEngine } from '../../support/engine.ts';
import type { Engine } from '../../support/engine.ts';
import { createMemoryDestination } from '../../support/memory-destination.ts';
import type { MemoryCall } from '../../support/memory-destination.ts';

const CHANGING = new Set(['put', 'makeFolder', 'move', 'remove']);

function setUp() {
  let now = 1_700_000_000_000;
  const hooks: { before?: ((call: MemoryCall) => void) | undefined } = {};
  const source = createMemorySource();
  const stage = createMemoryDestination({
    now: () => (now += 5000),
    before: (call) => hooks.before?.(call),
  });
  const changes = (): number => stage.calls.filter(({ kind }) => CHANGING.has(kind)).length;
  const inLedger = (engine: Engine, work: (ledger: Ledger) => void): void => {
    const ledger = openLedger({
      folder: engine.folder,
      source: source.label,
      destination: stage.label,
      command: 'test',
      pid: 1,
    });
    work(ledger);
    ledger.close();
  };
  return { source, stage, hooks, changes, inLedger };
}

test('a cycle that died after its last step is finished without a request that changes', async () => {
  const { source, stage, changes, inLedger } = setUp();
  using engine = createEngine(source, stage);
  source.write('a', 'first', { modifiedMs: 1 });
  source.write('b', 'second', { modifiedMs: 1 });
  await engine.pass();
  await engine.pass();
  source.move('a', 'aside');
  source.move('b', 'a');
  source.move('aside', 'b');
  // as the other run left it: all three moves made, the last one not written down
  const files = [...stage.files];
  for (const [path, file] of files) stage.files.set(path === 'a' ? 'b' : 'a', file);
  inLedger(engine, (ledger) => {
    ledger.addIntents([{ op: 'move', path: 'a', to: 'b', via: '.stagesync-swap-0-a', reason: 'cycle' }], 1);
    ledger.rename('a', '.stagesync-swap-0-a');
    ledger.rename('b', 'a');
  });
  const before = changes();
  expect((await engine.pass({ removal: 'ours' })).report).toMatchObject({ outcome: 'clean', unchanged: 2 });
  expect(changes()).toBe(before);
  inLedger(engine, (ledger) => {
    expect(ledger.intents()).toEqual([]);
    expect([...ledger.rows()].flat().map(({ path }) => path)).toEqual(['a', 'b']);
  });
});

test('one path that Stage cannot speak of does not keep the others from being synced', async () => {
  const { source, stage, hooks, inLedger } = setUp();
  using engine = createEngine(source, stage);
  source.write('good', 'content', { modifiedMs: 1 });
  inLedger(engine, (ledger) => {
    ledger.addIntents([{ op: 'put', path: 'odd', size: 3, version: '1', reason: 'new' }], 1);
  });
  hooks.before = ({ kind, path }) => {
    if (kind === 'stat' && path === 'odd')
      throw new SyncError('stage_bad_reply', 'has no usable size', { verdict: 'skip_entry' });
  };
  expect((await engine.pass()).report).toMatchObject({ outcome: 'warnings', uploaded: 1 });
  expect(engine.events).toContainEqual(
    expect.objectContaining({ type: 'problem', path: 'odd', code: 'in_doubt' }),
  );
  hooks.before = undefined;
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean' });
  inLedger(engine, (ledger) => expect(ledger.intents()).toEqual([]));
});

test('only what was in doubt is looked at', async () => {
  const { source, stage, inLedger } = setUp();
  using engine = createEngine(source, stage);
  for (let i = 0; i < 50; i++) source.write(`file-${i}`, `${i}`, { modifiedMs: 1 });
  await engine.pass();
  inLedger(engine, (ledger) => {
    ledger.addIntents(
      [3, 4, 5].map((i) => ({ op: 'put' as const, path: `file-${i}`, size: 1, version: '1', reason: 'new' })),
      1,
    );
  });
  const looks = stage.count('stat');
  await engine.pass();
  expect(stage.count('stat') - looks).toBe(3);
});
