import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../../src/model/errors.ts';
import { PUT_AT } from '../../../support/engine/executing.ts';
import { recovering } from '../../../support/engine/recovering.ts';
import type { RecoveringOptions } from '../../../support/engine/recovering.ts';

describe('a folder that was to go', () => {
  const TREE = { 'd/': '', 'd/1': 'one', 'd/e/': '', 'd/e/2': 'two' };
  const going = (tree: Record<string, string> = TREE, options: RecoveringOptions = {}) => {
    const it = recovering(tree, options);
    const via = it.hidden.next('gone', 'd/');
    it.begun({ op: 'remove', path: 'd/', via, reason: 'gone_from_source' });
    return { ...it, via };
  };

  test('and was not moved yet is left as it is', async () => {
    const { recover, there, rows, ledger } = going();
    expect(await recover()).toEqual(['listFolder ~-1-gone-d/', 'listFolder d/']);
    expect([there(), rows(), ledger.intents()]).toEqual([TREE, Object.keys(TREE), []]);
  });

  test('and waits under its hidden name gets its name back, whatever it holds by now', async () => {
    const { recover, there, rows, ledger, moved, via, stage } = going();
    moved('d/', via);
    stage.place(`${via}e/theirs`, 'x');
    await recover();
    expect(there()).toEqual({ ...TREE, 'd/e/theirs': 'x' });
    expect([rows(), ledger.intents()]).toEqual([Object.keys(TREE), []]);
  });

  test('and waits, with a file that others changed in it, keeps what it knows of that file', async () => {
    const { recover, ledger, moved, via, stage } = going();
    moved('d/', via);
    stage.place(`${via}e/2`, 'theirs', PUT_AT + 9000);
    await recover();
    expect(ledger.get('d/e/2')).toMatchObject({ size: 3, shownModifiedMs: PUT_AT });
  });

  test('and waits while others made its name anew is joined with that: what is newer keeps its name', async () => {
    const { recover, there, moved, via, stage } = going();
    moved('d/', via);
    stage.place('in/d/new', 'x');
    stage.place('in/d/e/2', 'newer than ours');
    await recover();
    expect(there()).toEqual({ ...TREE, 'd/new': 'x', 'd/e/2': 'newer than ours' });
  });

  test('and waits while others took the name of a file in it, by one of its size: it is not taken for ours', async () => {
    const { recover, ledger, moved, via, stage, there } = going();
    moved('d/', via);
    stage.place('in/d/e/2', 'TWO', PUT_AT + 9000);
    await recover();
    expect(there()).toMatchObject({ 'd/e/2': 'TWO' });
    const row = ledger.get('d/e/2');
    // forgotten, or known by the time that ours had
    expect(row === undefined || row.shownModifiedMs === PUT_AT).toBe(true);
  });

  test('and was half put back is put back wholly', async () => {
    const { recover, there, moved, via, stage } = going();
    moved('d/', via);
    stage.folders.add('in/d/');
    moved(`${via}1`, 'd/1');
    await recover();
    expect(there()).toEqual(TREE);
  });

  test('and was half emptied, where only empty folders go, comes back with what is left, and the rest is forgotten', async () => {
    const { recover, there, moved, via, stage, rows } = going(TREE, { stage: { removesOnlyEmpty: true } });
    moved('d/', via);
    stage.files.delete(`${via}1`);
    await recover();
    expect(there()).toEqual({ 'd/': '', 'd/e/': '', 'd/e/2': 'two' });
    expect(rows()).toEqual(['d/', 'd/e/', 'd/e/2']);
  });

  test('and went is forgotten with all that was in it', async () => {
    const { recover, there, rows, ledger, stage } = going();
    for (const path of ['in/d/', 'in/d/e/']) stage.folders.delete(path);
    stage.files.clear();
    await recover();
    expect([there(), rows(), ledger.intents()]).toEqual([{}, [], []]);
  });

  test('and cannot be looked at stays in doubt, and the rest is recovered', async () => {
    const it = going({ ...TREE, x: 'x' });
    it.moved('d/', it.via);
    it.stage.files.delete('in/x');
    it.begun({ op: 'remove', path: 'x', reason: 'gone_from_source' });
    it.hooks.before = ({ kind, path }) => {
      if (kind === 'listFolder' && path === it.via)
        throw new SyncError('stage_bad_reply', 'garbled', { verdict: 'skip_entry' });
    };
    await it.recover();
    expect(it.problems).toEqual(['warning d/ in_doubt']);
    expect(it.ledger.intents()).toMatchObject([{ path: 'd/' }]);
    expect(it.ledger.get('x')).toBeUndefined();
    it.hooks.before = undefined;
    await it.recover();
    expect([it.there(), it.ledger.intents()]).toEqual([TREE, []]);
  });

  test('and waits with a part that cannot be listed, its name taken: nothing of that part is removed', async () => {
    const it = going();
    it.moved('d/', it.via);
    it.stage.place('in/d/new', 'x');
    it.hooks.before = ({ kind, path }) => {
      if (kind === 'listFolder' && path === `${it.via}e/`)
        throw new SyncError('stage_bad_reply', 'garbled', { verdict: 'skip_entry' });
    };
    await it.recover();
    expect(Object.values(it.there())).toContain('two');
  });

  const nameTaken = () => {
    const it = going();
    it.moved('d/', it.via);
    it.stage.place('in/d', 'a file');
    return it;
  };

  test('and waits while a file took its name goes, where it holds only ours', async () => {
    const { recover, there, rows, ledger } = nameTaken();
    await recover();
    expect([there(), rows(), ledger.intents()]).toEqual([{ d: 'a file' }, [], []]);
  });

  test.each(['e/theirs', 'e/2'])(
    'and waits while a file took its name stays in doubt, where it holds what others put: %s',
    async (path) => {
      const { recover, there, stage, via, problems, ledger } = nameTaken();
      stage.place(`${via}${path}`, 'theirs', PUT_AT + 9000);
      await recover();
      expect(Object.values(there())).toEqual(expect.arrayContaining(['a file', 'one', 'theirs']));
      expect(problems).toEqual(['warning d/ in_doubt']);
      expect(ledger.intents()).toHaveLength(1);
    },
  );

  test('and waits while a file took its name stays, where a listing shows not all of it: what others put may be there', async () => {
    const { recover, there, stage, via } = nameTaken();
    stage.place(`${via}e/theirs`, 'x');
    const list = stage.listFolder.bind(stage);
    stage.listFolder = async (...call) => (call[0] === `${via}e/` ? [] : list(...call));
    await recover();
    expect(Object.values(there())).toContain('x');
  });

  test('and waits on a Stage that takes no new file, so that nobody can try what it does to times, gets its name back', async () => {
    let now = PUT_AT;
    const it = going(TREE, { stage: { moveSetsTime: true, now: () => (now += 60_000) } });
    it.moved('d/', it.via);
    for (const [path, { bytes }] of it.stage.files)
      it.stage.files.set(path, { bytes, modifiedMs: now + 5000 });
    it.hooks.before = ({ kind }) => {
      if (kind === 'put')
        throw new SyncError('stage_rejected', 'the quota is used up', {
          verdict: 'skip_entry',
          fact: 'refused',
        });
    };
    await it.recover();
    expect(it.there()).toEqual(TREE);
    expect(it.ledger.intents().filter(({ op }) => op === 'remove')).toEqual([]);
  });
});
