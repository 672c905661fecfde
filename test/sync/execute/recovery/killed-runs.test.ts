import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../../src/model/errors.ts';
import { createMemorySource } from '../../../../src/sources/memory/memory-source.ts';
import { createEngine, createTestClock } from '../../../support/engine/engine.ts';
import { PUT_AT } from '../../../support/engine/executing.ts';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import type { MemoryCall } from '../../../../src/destinations/memory/memory-destination.ts';

describe.each<[string, (signal: AbortSignal) => { readonly draining?: AbortSignal }]>([
  ['that dies at its nth change', () => ({})],
  // as of a program that gives sync() one signal
  [
    'stopped at once, at its nth change, by the signal that also ends its beginnings,',
    (signal) => ({ draining: AbortSignal.any([signal]) }),
  ],
])('a run %s', (_, stoppedBy) => {
  const CHANGING = new Set(['put', 'makeFolder', 'move', 'remove']);

  function setUp(tree: Readonly<Record<string, string>>) {
    let now = PUT_AT;
    const hooks: {
      before?: ((call: MemoryCall) => void) | undefined;
      after?: ((call: MemoryCall) => void) | undefined;
    } = {};
    const source = createMemorySource();
    const stage = createMemoryDestination({
      now: () => (now += 5000),
      before: (call) => hooks.before?.(call),
      after: (call) => hooks.after?.(call),
    });
    for (const [path, content] of Object.entries(tree)) source.write(path, content, { modifiedMs: 1 });
    const contents = (): Record<string, string | undefined> =>
      Object.fromEntries([...stage.files.keys()].sort().map((path) => [path, stage.text(path)]));
    return { source, stage, hooks, contents };
  }

  const rotate =
    (names: readonly string[], end = '') =>
    (source: ReturnType<typeof createMemorySource>): void => {
      source.move(`${names[0]}${end}`, `aside${end}`);
      for (const [i, name] of names.slice(1).entries()) source.move(`${name}${end}`, `${names[i]}${end}`);
      source.move(`aside${end}`, `${names.at(-1)}${end}`);
    };
  const THREE = { a: 'first', b: 'second one', c: 'the third' };
  const FOLDERS = Object.fromEntries(
    ['a', 'b', 'c'].flatMap((name) => [
      [`${name}/1`, `1 of ${name}`],
      [`${name}/2`, `2 of ${name}, longer`],
    ]),
  );

  test.each<[string, Record<string, string>, (source: ReturnType<typeof createMemorySource>) => void]>([
    ['a rotation of three files', THREE, rotate(['a', 'b', 'c'])],
    ['a rotation of three folders', FOLDERS, rotate(['a', 'b', 'c'], '/')],
    ['a folder removed', { 'd/1': 'one', 'd/e/2': 'two', x: 'x' }, (source) => source.remove('d/')],
    [
      'a file that becomes a folder and moves into it',
      { a: 'content', x: 'x' },
      (source) => {
        source.move('a', 'aside');
        source.makeFolder('a/');
        source.move('aside', 'a/a');
      },
    ],
    [
      'a file and a folder that swap names',
      { f: 'the file', 'd/1': 'one', 'd/2': 'two' },
      (source) => {
        source.move('d/', 'aside/');
        source.move('f', 'd');
        source.move('aside/', 'f/');
      },
    ],
    ['a new tree', { x: 'x' }, (source) => source.write('n/e/w/1', 'one', { modifiedMs: 1 })],
    [
      '--atomic, one file new and one changed',
      { atomic: 'old' },
      (source) => {
        source.write('atomic', 'changed', { modifiedMs: 2 });
        source.write('new', 'new', { modifiedMs: 2 });
      },
    ],
  ])('before or after it was carried out, is made good by the next: %s', async (__, tree, edit) => {
    const atomic = 'atomic' in tree;
    for (const phase of ['before', 'after'] as const)
      for (let nth = 1; ; nth++) {
        const { source, stage, hooks, contents } = setUp(tree);
        using engine = createEngine(source, stage);
        await engine.pass({ removal: 'ours', atomic });
        edit(source);
        let changes = 0;
        const stopping = new AbortController();
        hooks[phase] = ({ kind }) => {
          if (!CHANGING.has(kind)) return;
          // whatever was under way at the same time goes nowhere any more
          if (stopping.signal.aborted || ++changes === nth) {
            stopping.abort(new SyncError('interrupted', 'killed', { verdict: 'end_run' }));
            stopping.signal.throwIfAborted();
          }
        };
        await engine.pass({
          removal: 'ours',
          atomic,
          signal: stopping.signal,
          ...stoppedBy(stopping.signal),
        });
        const wasKilled = stopping.signal.aborted;
        hooks[phase] = undefined;
        const wanted: Record<string, string> = {};
        const { signal } = new AbortController();
        for await (const batch of source.list({
          filter: { excludes: () => false, prunes: () => false },
          signal,
        }))
          for (const entry of batch)
            if (entry.kind === 'file') {
              const content = await source.read(entry, { signal });
              wanted[entry.path] = 'bytes' in content ? Buffer.from(content.bytes).toString() : '';
            }
        const { report } = await engine.pass({ removal: 'ours', atomic });
        const where = `${phase} change ${nth}`;
        expect(report.outcome, where).toMatch(/clean|warnings/);
        expect(contents(), where).toEqual(wanted);
        expect(
          [...stage.folders].filter((path) => path.includes('.stagesync-')),
          where,
        ).toEqual([]);
        const again = await engine.pass({ removal: 'ours', atomic });
        expect(again.report, where).toMatchObject({ outcome: 'clean', uploaded: 0, moved: 0, removed: 0 });
        if (!wasKilled) break;
      }
  });
});

test('a run that is told to finish in any wait of a move whose reply was lost leaves that move to the next run', async () => {
  for (let nth = 1; ; nth++) {
    const draining = new AbortController();
    const clock = createTestClock();
    const sleep = clock.sleep.bind(clock);
    let isLost = false;
    let waits = 0;
    clock.sleep = (ms, signal) => {
      if (isLost && ++waits === nth)
        draining.abort(new SyncError('interrupted', 'stopped', { verdict: 'end_run' }));
      return sleep(ms, signal);
    };
    const source = createMemorySource();
    const stage = createMemoryDestination({
      now: () => PUT_AT,
      after: ({ kind }) => {
        if (kind !== 'move' || isLost) return;
        isLost = true;
        throw new SyncError('stage_unavailable', 'not now', { verdict: 'retry', inDoubt: true });
      },
    });
    using engine = createEngine(source, stage, clock);
    source.write('a', 'content', { modifiedMs: 1 });
    await engine.pass();
    source.move('a', 'd/a');
    await engine.pass({ removal: 'ours', draining: draining.signal, maxRequestsPerSecond: 1 });
    expect(isLost).toBe(true);
    const { report } = await engine.pass({ removal: 'ours' });
    expect(report, `wait ${nth}`).toMatchObject({ outcome: 'clean', uploaded: 0, adopted: 0 });
    expect([...stage.files.keys()]).toEqual(['d/a']);
    if (draining.signal.aborted) continue;
    // the wait for the repetition, and the one for its turn
    expect(nth).toBeGreaterThan(2);
    break;
  }
});
