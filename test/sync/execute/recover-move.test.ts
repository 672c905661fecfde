import { describe, expect, test } from 'vitest';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { createEngine } from '../../support/engine.ts';
import { PUT_AT } from '../../support/executing.ts';
import { createMemoryDestination } from '../../support/memory-destination.ts';
import type { MemoryCall } from '../../support/memory-destination.ts';
import { recovering } from '../../support/recovering.ts';
import { SyncError } from '../../../src/model/errors.ts';

describe('a file on its way to another name', () => {
  const moving = () => {
    const it = recovering({ a: 'one' });
    it.begun({ op: 'move', path: 'a', to: 'b', reason: 'renamed' });
    return it;
  };

  test('that did not leave is left where it is', async () => {
    const { recover, there, rows, ledger } = moving();
    expect(await recover()).toEqual(['stat b']);
    expect([there(), rows(), ledger.intents()]).toEqual([{ a: 'one' }, ['a'], []]);
  });

  test('that arrived is known there', async () => {
    const { recover, moved, rows, ledger } = moving();
    moved('a', 'b');
    expect(await recover()).toEqual(['stat b', 'stat a']);
    expect([rows(), ledger.intents()]).toEqual([['b'], []]);
  });

  test('that did not leave, while others took its new name, is left', async () => {
    const { recover, stage, there, rows } = moving();
    stage.place('in/b', 'theirs');
    await recover();
    expect([there(), rows()]).toEqual([{ a: 'one', b: 'theirs' }, ['a']]);
  });
});

describe('a folder on its way to another name', () => {
  const TREE = { 'a/': '', 'a/1': 'one', 'a/e/': '', 'a/e/2': 'two' };
  const MOVED = { 'b/': '', 'b/1': 'one', 'b/e/': '', 'b/e/2': 'two' };
  const moving = () => {
    const it = recovering(TREE);
    it.begun({ op: 'move', path: 'a/', to: 'b/', reason: 'folder_renamed' });
    return it;
  };

  test('that did not leave is left where it is', async () => {
    const { recover, there, rows, ledger } = moving();
    await recover();
    expect([there(), rows(), ledger.intents()]).toEqual([TREE, Object.keys(TREE), []]);
  });

  test('that arrived is known there, all of it', async () => {
    const { recover, moved, there, rows, ledger } = moving();
    moved('a/', 'b/');
    await recover();
    expect([there(), rows(), ledger.intents()]).toEqual([MOVED, Object.keys(MOVED), []]);
  });

  test('that arrived with what others had put into it: theirs goes back', async () => {
    const { recover, moved, there, rows, stage } = moving();
    stage.place('in/a/e/theirs', 'x');
    moved('a/', 'b/');
    await recover();
    expect(there()).toEqual({ ...MOVED, 'a/': '', 'a/e/': '', 'a/e/theirs': 'x' });
    expect(rows()).toEqual(Object.keys(MOVED));
  });

  test('that arrived, and whose strangers were half put back when it died', async () => {
    const { recover, moved, there, stage } = moving();
    stage.place('in/a/theirs 1', 'x');
    stage.place('in/a/theirs 2', 'x');
    moved('a/', 'b/');
    stage.folders.add('in/a/');
    moved('b/theirs 1', 'a/theirs 1');
    await recover();
    expect(there()).toEqual({ ...MOVED, 'a/': '', 'a/theirs 1': 'x', 'a/theirs 2': 'x' });
  });

  test('that did not leave, while others made a folder of its new name, is left, and so is theirs', async () => {
    const { recover, stage, there, rows } = moving();
    stage.place('in/b/theirs', 'x');
    await recover();
    expect(there()).toEqual({ ...TREE, 'b/': '', 'b/theirs': 'x' });
    expect(rows()).toEqual(Object.keys(TREE));
  });

  test('that did not leave, while others made one with a file of the same name, is left, and so is theirs', async () => {
    const { recover, stage, there, rows } = moving();
    stage.place('in/b/1', 'theirs', PUT_AT + 9000);
    stage.place('in/b/other', 'x');
    await recover();
    expect(there()).toEqual({ ...TREE, 'b/': '', 'b/1': 'theirs', 'b/other': 'x' });
    expect(rows()).toEqual(Object.keys(TREE));
  });
});

describe('a file that waits under a hidden name', () => {
  const waiting = (known: boolean) => {
    const it = recovering({ a: 'one', b: 'two' });
    const via = it.hidden.next('moved', 'a');
    it.begun({ op: 'move', path: 'a', to: 'b', via, reason: 'cycle' });
    it.moved('a', via);
    // the run may have died before it wrote down that the first half was made
    if (known) it.ledger.rename('a', via);
    return { ...it, via };
  };

  test.each([true, false])(
    'goes back where its old name is free; its first half was written down: %s',
    async (known) => {
      const { recover, there, rows, ledger } = waiting(known);
      await recover();
      expect([there(), rows(), ledger.intents()]).toEqual([{ a: 'one', b: 'two' }, ['a', 'b'], []]);
    },
  );

  test('goes on where only its new name is free', async () => {
    const { recover, there, rows, moved, ledger } = waiting(true);
    moved('b', 'a');
    ledger.rename('b', 'a');
    await recover();
    expect([there(), rows(), ledger.intents()]).toEqual([{ a: 'two', b: 'one' }, ['a', 'b'], []]);
  });

  test('is dropped, said and uploaded anew where both are taken', async () => {
    const { recover, there, rows, stage, problems, ledger } = waiting(true);
    stage.place('in/a', 'theirs');
    await recover();
    expect(there()).toEqual({ a: 'theirs', b: 'two' });
    expect([rows(), ledger.intents(), problems]).toEqual([['b'], [], ['warning b moved_anew']]);
  });

  test('does not take a name that a folder has', async () => {
    const { recover, there, stage, moved, ledger } = waiting(true);
    moved('b', 'elsewhere');
    ledger.rename('b', 'elsewhere');
    stage.folders.add('in/a/');
    await recover();
    expect(there()).toEqual({ 'a/': '', b: 'one', elsewhere: 'two' });
  });

  test('and arrived, which was not written down, is known at its new name', async () => {
    const { recover, rows, moved, via, ledger } = waiting(true);
    moved('b', 'a');
    ledger.rename('b', 'a');
    moved(via, 'b');
    expect(await recover()).toEqual(['stat ~-1-moved-a', 'stat b']);
    expect([rows(), ledger.intents()]).toEqual([['a', 'b'], []]);
  });

  test('and is lost is forgotten, to be uploaded', async () => {
    const { recover, rows, via, stage, ledger } = waiting(true);
    stage.files.delete(via);
    stage.files.delete('in/b');
    await recover();
    expect([rows(), ledger.intents()]).toEqual([['b'], []]);
  });
});

describe('a folder that waits under a hidden name', () => {
  const TREE = { 'a/': '', 'a/1': 'one', 'b/': '', 'b/1': 'other' };
  const waiting = (known: boolean) => {
    const it = recovering(TREE);
    const via = it.hidden.next('moved', 'a/');
    it.begun({ op: 'move', path: 'a/', to: 'b/', via, reason: 'cycle' });
    it.moved('a/', via);
    if (known) it.ledger.rename('a/', via);
    return { ...it, via };
  };

  test.each([true, false])('goes back; its first half was written down: %s', async (known) => {
    const { recover, there, rows, ledger } = waiting(known);
    await recover();
    expect([there(), rows(), ledger.intents()]).toEqual([TREE, Object.keys(TREE), []]);
  });

  test('goes back with what others had put into it, which is not ours', async () => {
    const { recover, there, rows, stage, via } = waiting(true);
    stage.place(`${via}theirs`, 'x');
    await recover();
    expect([there(), rows()]).toEqual([{ ...TREE, 'a/theirs': 'x' }, Object.keys(TREE)]);
  });

  test('goes back into its name where the other folder has come there meanwhile: nothing is lost of either', async () => {
    const { recover, there, moved, ledger } = waiting(true);
    moved('b/', 'a/');
    ledger.rename('b/', 'a/');
    await recover();
    expect(Object.values(there())).toContain('other');
    expect(Object.keys(there()).filter((path) => path.startsWith('~'))).toEqual([]);
    expect(ledger.intents()).toEqual([]);
  });
});

describe('a run that dies at its nth change', () => {
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
  ])('before or after it was carried out, is made good by the next: %s', async (_, tree, edit) => {
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
        await engine.pass({ removal: 'ours', atomic, signal: stopping.signal });
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
