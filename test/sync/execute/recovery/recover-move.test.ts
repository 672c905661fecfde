import { describe, expect, test } from 'vitest';
import { PUT_AT } from '../../../support/engine/executing.ts';
import type {
  MemoryCall,
  MemoryDestinationOptions,
} from '../../../../src/destinations/memory/memory-destination.ts';
import { recovering } from '../../../support/engine/recovering.ts';

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

  test('that arrived with what others had put into it at about that time: theirs goes back', async () => {
    const { recover, moved, there, rows, stage, problems } = moving();
    stage.place('in/a/e/theirs', 'x', PUT_AT + 59_000);
    moved('a/', 'b/');
    await recover();
    expect(there()).toEqual({ ...MOVED, 'a/': '', 'a/e/': '', 'a/e/theirs': 'x' });
    // folders that were made again for it are as much ours as before
    expect(rows()).toEqual(['a/', 'a/e/', ...Object.keys(MOVED)]);
    expect(problems).toEqual(['warning b/e/theirs moved_back']);
  });

  test('that arrived with what others had put into it, and a file of others has its old name: ours are known', async () => {
    const { recover, moved, there, rows, stage, problems, ledger } = moving();
    stage.place('in/a/e/theirs', 'x', PUT_AT + 1000);
    moved('a/', 'b/');
    stage.place('in/a', 'file');
    await recover();
    expect(there()).toEqual({ ...MOVED, 'b/e/theirs': 'x', a: 'file' });
    expect(rows().filter((path) => path.startsWith('b/'))).toEqual(Object.keys(MOVED));
    expect(ledger.intents()).toEqual([]);
    expect(problems).toEqual(['warning b/e/theirs found_there']);
  });

  test.each([
    ['long before', PUT_AT - 61_000],
    ['later', PUT_AT + 61_000],
  ])('that arrived, and holds what others put there %s: theirs stays, and is told', async (_, at) => {
    const { recover, moved, there, rows, stage, problems, ledger } = moving();
    moved('a/', 'b/');
    stage.place('in/b/e/theirs', 'x', at);
    await recover();
    expect(there()).toEqual({ ...MOVED, 'b/e/theirs': 'x' });
    expect(problems).toEqual(['warning b/e/theirs found_there']);
    expect(ledger.intents()).toEqual([]);
    expect(rows().filter((path) => path.startsWith('b/'))).toEqual(Object.keys(MOVED));
  });

  test('that arrived with a file that others replaced: theirs stays where it came, and is known by what we put', async () => {
    const { recover, moved, there, stage, rows, ledger } = moving();
    moved('a/', 'b/');
    stage.place('in/b/1', 'theirs', PUT_AT + 9000);
    await recover();
    expect(there()).toEqual({ ...MOVED, 'b/1': 'theirs' });
    expect([undefined, 'one'.length]).toContain(ledger.get('b/1')?.size);
    expect(rows().filter((path) => path.startsWith('b/'))).not.toContain('b/theirs');
  });

  test('that arrived, and whose strangers were half put back when it died', async () => {
    const { recover, moved, there, stage } = moving();
    stage.place('in/a/theirs 1', 'x', PUT_AT);
    stage.place('in/a/theirs 2', 'x', PUT_AT);
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
  const waiting = (known: boolean, stage: MemoryDestinationOptions = {}) => {
    const it = recovering({ a: 'one', b: 'two' }, { stage });
    const via = it.hidden.next('moved', 'a');
    it.begun({ op: 'move', path: 'a', to: 'b', via, reason: 'cycle' });
    it.moved('a', via);
    // the run may have died before it wrote down that the first half was made
    if (known) it.ledger.rename('a', via, { keepsTimes: false });
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
    ledger.rename('b', 'a', { keepsTimes: false });
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

  test.each([
    ['its old name, the new one taken', 'b' as const],
    ['its old name, the new one free', undefined],
  ])('and came back to %s, which was not written down, is known there', async (_, other) => {
    const { recover, there, rows, moved, via, ledger } = waiting(true);
    const shown = ledger.get('b');
    if (other === undefined) {
      moved('b', 'c');
      ledger.rename('b', 'c', { keepsTimes: false });
    }
    moved(via, 'a');
    await recover();
    expect(there()).toEqual({ a: 'one', [other ?? 'c']: 'two' });
    expect([rows(), ledger.intents()]).toEqual([['a', other ?? 'c'], []]);
    if (other !== undefined) expect(ledger.get('b')).toEqual(shown);
  });

  test.each(['before', 'after'] as const)(
    'and is given up, is so by the next recovery as well where this one is cut off %s it removes that',
    async (when) => {
      let cut = true;
      const { recover, there, rows, stage, ledger } = waiting(true, {
        [when]: ({ kind }: MemoryCall) => {
          if (cut && kind === 'remove') throw new Error('cut off');
        },
      });
      stage.place('in/a', 'theirs');
      const shown = ledger.get('b');
      await expect(recover()).rejects.toThrow('cut off');
      cut = false;
      await recover();
      expect(there()).toEqual({ a: 'theirs', b: 'two' });
      expect([rows(), ledger.intents()]).toEqual([['b'], []]);
      // what is there is not taken for what waited
      expect(ledger.get('b')).toEqual(shown);
    },
  );

  test.each([false, true])(
    'does not take a name that a folder has; both may have it: %s',
    async (kindsCoexist) => {
      const { recover, there, stage, moved, ledger } = waiting(true, { kindsCoexist });
      moved('b', 'elsewhere');
      ledger.rename('b', 'elsewhere', { keepsTimes: false });
      stage.folders.add('in/a/');
      await recover();
      expect(there()).toEqual({ 'a/': '', b: 'one', elsewhere: 'two' });
    },
  );

  test('and arrived, which was not written down, is known at its new name', async () => {
    const { recover, rows, moved, via, ledger } = waiting(true);
    moved('b', 'a');
    ledger.rename('b', 'a', { keepsTimes: false });
    moved(via, 'b');
    expect(await recover()).toEqual(['stat ~-1-moved-a', 'stat b', 'stat a']);
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
    if (known) it.ledger.rename('a/', via, { keepsTimes: false });
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
    ledger.rename('b/', 'a/', { keepsTimes: false });
    await recover();
    expect(Object.values(there())).toContain('other');
    // the row is of what is there, or there is none: a row of the other's content would move that under a wrong name
    expect([undefined, 'other'.length]).toContain(ledger.get('a/1')?.size);
    expect(Object.keys(there()).filter((path) => path.startsWith('~'))).toEqual([]);
    expect(ledger.intents()).toEqual([]);
  });
});
