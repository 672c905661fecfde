import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../../src/model/errors.ts';
import { createMemorySource } from '../../../../src/sources/memory/memory-source.ts';
import type { Intent } from '../../../../src/sync/ledger/intent.ts';
import { openLedger } from '../../../../src/sync/ledger/open-ledger.ts';
import type { Ledger } from '../../../../src/sync/ledger/ledger.ts';
import { createEngine } from '../../../support/engine/engine.ts';
import type { Engine } from '../../../support/engine/engine.ts';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import { PUT_AT } from '../../../support/engine/executing.ts';
import type { MemoryCall } from '../../../../src/destinations/memory/memory-destination.ts';
import { recovering } from '../../../support/engine/recovering.ts';

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
    ledger.rename('a', '.stagesync-swap-0-a', { keepsTimes: false });
    ledger.rename('b', 'a', { keepsTimes: false });
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

describe('an upload', () => {
  const put = (some: Partial<Intent> = {}): Intent => ({
    op: 'put',
    path: 'a',
    size: 3,
    version: 'v2',
    identity: 'i2',
    reason: 'changed',
    ...some,
  });

  test('that arrived is recorded as if its run had lived', async () => {
    const { begun, recover, ledger, stage } = recovering({});
    stage.place('in/a', 'new', PUT_AT);
    begun(put());
    expect(await recover()).toEqual(['stat a']);
    expect(ledger.get('a')).toMatchObject({
      version: 'v2',
      identity: 'i2',
      shownModifiedMs: PUT_AT,
      adopted: false,
    });
    expect(ledger.intents()).toEqual([]);
  });

  test.each<[string, Record<string, string>, Partial<Intent>]>([
    ['did not arrive', {}, {}],
    ['met a file of another size', { a: 'theirs' }, {}],
    ['was to replace a file that is still there', { a: 'old' }, { beforeSize: 3, beforeModifiedMs: PUT_AT }],
  ])('that %s is left for the pass to plan anew', async (_, ours, some) => {
    const { begun, recover, ledger } = recovering(ours);
    begun(put(some));
    await recover();
    expect([ledger.get('a')?.version, ledger.intents()]).toEqual(['a' in ours ? 'v' : undefined, []]);
  });

  test.each([
    ['of ours, which a moved folder brought along, stays ours', 'ours'],
    ['that was adopted stays adopted', 'adopted'],
    ['that nobody knew of counts as adopted', 'unknown'],
  ] as const)(
    'over a file of its size whose time was not known: one %s, of no version that can be told',
    async (_, kind) => {
      const { begun, recover, ledger, stage } = recovering(kind === 'unknown' ? {} : { a: 'old' });
      if (kind === 'adopted') ledger.put({ ...ledger.get('a')!, adopted: true }, 'same');
      stage.place('in/a', 'old', PUT_AT);
      begun(put({ reason: 'new', beforeSize: 3 }));
      await recover();
      expect(ledger.get('a')).toMatchObject({ version: '', identity: undefined, adopted: kind !== 'ours' });
      expect(ledger.intents()).toEqual([]);
    },
  );

  test('of which two versions were begun is ours, of no version that can be told', async () => {
    const { begun, recover, ledger, stage } = recovering({});
    stage.place('in/a', 'new', PUT_AT);
    begun(put({ version: 'v1' }), put());
    await recover();
    expect(ledger.get('a')).toMatchObject({ version: '', identity: undefined });
  });

  test.each<[string, (it: ReturnType<typeof recovering>, via: string, aside: string) => void, string]>([
    ['before it had its name', ({ stage }, via) => stage.place(via, 'new'), 'old'],
    [
      'while the old file was aside',
      ({ stage, moved }, via, aside) => {
        stage.place(via, 'new');
        moved('a', aside);
      },
      'new',
    ],
    [
      'before the old file was cleared away',
      ({ stage, moved }, _, aside) => {
        moved('a', aside);
        stage.place('in/a', 'new', PUT_AT + 5000);
      },
      'new',
    ],
  ])('through hidden names, killed %s, leaves one whole file and no other', async (_, state, content) => {
    const it = recovering({ a: 'old' });
    const [via, aside] = [it.hidden.next('new', 'a'), it.hidden.next('old', 'a')];
    it.begun(put({ via, aside, beforeSize: 3, beforeModifiedMs: PUT_AT }));
    state(it, via, aside);
    await it.recover();
    expect(it.there()).toEqual({ a: content });
    expect(it.ledger.get('a')?.version).toBe(content === 'new' ? 'v2' : 'v');
  });
});

describe('a file that was to go', () => {
  const gone: Intent = { op: 'remove', path: 'd/1', reason: 'gone_from_source' };

  test('and went is forgotten; one that did not stays known', async () => {
    const it = recovering({ 'd/1': 'one', 'd/2': 'two' });
    it.stage.files.delete('in/d/1');
    it.begun(gone, { ...gone, path: 'd/2' });
    await it.recover();
    expect([it.rows(), it.ledger.intents()]).toEqual([['d/2'], []]);
  });
});

describe('a folder that was to be made', () => {
  const made: Intent = { op: 'folder', path: 'd/', reason: 'new' };

  test('and was is ours from now on', async () => {
    const { begun, recover, ledger, stage, rows } = recovering({});
    stage.folders.add('in/d/');
    begun(made);
    expect(await recover()).toEqual(['listFolder d/']);
    expect([rows(), ledger.get('d/')?.adopted, ledger.intents()]).toEqual([['d/'], false, []]);
  });

  test('and was not is left for the pass', async () => {
    const { begun, recover, ledger, rows } = recovering({});
    begun(made);
    await recover();
    expect([rows(), ledger.intents()]).toEqual([[], []]);
  });
});

describe('the hidden folder of --atomic', () => {
  test('goes last, once what waited in it has come out', async () => {
    const { begun, recover, hidden, stage, there, ledger } = recovering({ a: 'old' });
    const via = `${hidden.folder}1-new-a`;
    const aside = `${hidden.folder}1-old-a`;
    begun(
      { op: 'staging', path: '', via: hidden.folder, reason: 'atomic' },
      {
        op: 'put',
        path: 'a',
        size: 3,
        version: 'v2',
        reason: 'changed',
        via,
        aside,
        beforeSize: 3,
        beforeModifiedMs: 1,
      },
    );
    stage.place(via, 'new');
    const old = stage.files.get('in/a')!;
    stage.files.delete('in/a');
    stage.files.set(aside, old);
    const did = await recover();
    expect(there()).toEqual({ a: 'new' });
    expect(did.at(-1)).toMatch(/^remove ~\//);
    expect(ledger.intents()).toEqual([]);
  });

  test('stays while what was begun points into it', async () => {
    const { begun, recover, hidden, stage, there, ledger, hooks } = recovering({});
    const [via, aside] = [`${hidden.folder}1-new-a`, `${hidden.folder}1-old-a`];
    const put = { op: 'put', path: 'a', size: 3, version: 'v2', reason: 'changed' } as const;
    begun(
      { op: 'staging', path: '', via: hidden.folder, reason: 'atomic' },
      { ...put, via, aside, beforeSize: 3, beforeModifiedMs: 1 },
    );
    stage.place(aside, 'old');
    hooks.before = ({ kind }) => {
      if (kind === 'stat') throw new SyncError('stage_bad_reply', 'garbled', { verdict: 'skip_entry' });
    };
    await recover();
    expect(Object.values(there())).toContain('old');
    expect(ledger.intents().map(({ op }) => op)).toEqual(['staging', 'put']);
    hooks.before = undefined;
    await recover();
    expect([there(), ledger.intents()]).toEqual([{ a: 'old' }, []]);
  });

  test('that was not made costs one look', async () => {
    const { begun, recover, hidden, ledger } = recovering({});
    begun({ op: 'staging', path: '', via: hidden.folder, reason: 'atomic' });
    expect(await recover()).toEqual(['listFolder ~/']);
    expect(ledger.intents()).toEqual([]);
  });

  test('is emptied where only empty folders go', async () => {
    const { begun, recover, hidden, stage, there } = recovering({}, { stage: { removesOnlyEmpty: true } });
    begun({ op: 'staging', path: '', via: hidden.folder, reason: 'atomic' });
    stage.place(`${hidden.folder}1-new-a`, 'half');
    await recover();
    expect(there()).toEqual({});
  });
});
