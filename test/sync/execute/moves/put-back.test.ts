import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../../src/model/errors.ts';
import { Learnt } from '../../../../src/sync/execute/learnt.ts';
import { putBack, putBackFolder, removeFolder } from '../../../../src/sync/execute/moves/put-back.ts';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import type { MemoryDestinationOptions } from '../../../../src/destinations/memory/memory-destination.ts';
import { openRemote } from '../../../support/engine/open-remote.ts';

/** A name that only a stagesync gives. */
const HIDDEN = '.stagesync-0-000000000000-1-gone-d/';

function stageWith(tree: Readonly<Record<string, string>>, options: MemoryDestinationOptions = {}) {
  const stage = createMemoryDestination(options);
  for (const [path, content] of Object.entries(tree))
    if (path.endsWith('/')) stage.folders.add(path);
    else stage.place(path, content);
  const there = (): Record<string, string | undefined> =>
    Object.fromEntries(
      [...stage.folders, ...stage.files.keys()].sort().map((path) => [path, stage.text(path) ?? '']),
    );
  const changes = (): string[] =>
    stage.calls
      .filter(({ kind }) => !['listFolder', 'stat'].includes(kind))
      .map(({ kind, path, to }) => `${kind} ${path}${to === undefined ? '' : ` > ${to}`}`);
  return { stage, remote: openRemote(stage), there, changes };
}

describe('what went along with a folder is put back', () => {
  test('file by file, into folders that are made again once', async () => {
    const { remote, there, changes } = stageWith({
      '~/e/1': 'one',
      '~/e/2': 'two',
      '~/3': 'three',
      '~/ours': 'x',
    });
    await putBack(remote, '~/', 'd/', ['3', 'e/1', 'e/2']);
    expect(there()).toEqual({
      'd/': '',
      'd/3': 'three',
      'd/e/': '',
      'd/e/1': 'one',
      'd/e/2': 'two',
      '~/': '',
      '~/e/': '',
      '~/ours': 'x',
    });
    expect(changes().filter((each) => each.startsWith('makeFolder'))).toEqual([
      'makeFolder d/',
      'makeFolder d/e/',
    ]);
  });

  test('a folder that is theirs as a whole, with one request for all in it', async () => {
    const { remote, there, changes } = stageWith({ '~/e/f/1': 'one', '~/e/2': 'two' });
    await putBack(remote, '~/', 'd/', ['e/', 'e/2', 'e/f/', 'e/f/1']);
    expect(there()).toMatchObject({ 'd/e/2': 'two', 'd/e/f/1': 'one' });
    expect(changes()).toEqual(['makeFolder d/', 'move ~/e/ > d/e/']);
  });

  test('into a folder that is there again, file by file', async () => {
    const { remote, there } = stageWith({ '~/e/1': 'one', 'd/e/new': 'new' });
    await putBack(remote, '~/', 'd/', ['e/', 'e/1']);
    expect(there()).toMatchObject({ 'd/e/1': 'one', 'd/e/new': 'new' });
  });

  test.each([false, true])(
    'from a hidden folder, and stays there where somebody has put something newer under its name; moves replace files: %s',
    async (moveOverwrites) => {
      const { remote, there } = stageWith({ [`${HIDDEN}1`]: 'older', 'd/1': 'newer' }, { moveOverwrites });
      expect(await putBack(remote, HIDDEN, 'd/', ['1'])).toEqual(['1']);
      expect(there()).toEqual({ 'd/': '', 'd/1': 'newer', [HIDDEN]: '', [`${HIDDEN}1`]: 'older' });
    },
  );

  test.each([false, true])(
    'from any other folder, and is left there where its name is taken; moves replace files: %s',
    async (moveOverwrites) => {
      const { remote, there, changes } = stageWith({ 'b/1': 'older', 'd/1': 'newer' }, { moveOverwrites });
      expect(await putBack(remote, 'b/', 'd/', ['1'])).toEqual(['1']);
      expect(there()).toEqual({ 'b/': '', 'b/1': 'older', 'd/': '', 'd/1': 'newer' });
      expect(changes().filter((each) => !each.startsWith('makeFolder'))).toEqual([]);
    },
  );

  test('as far as it goes: one that is refused stays, the others go back, and it rejects at the end', async () => {
    const before = ({ kind, path }: { kind: string; path: string }): void => {
      if (kind === 'move' && path === '~/1')
        throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });
    };
    const { remote, there } = stageWith({ '~/1': 'one', '~/2': 'two' }, { before });
    await expect(putBack(remote, '~/', 'd/', ['1', '2'])).rejects.toMatchObject({ code: 'stage_rejected' });
    expect(there()).toEqual({ 'd/': '', 'd/2': 'two', '~/': '', '~/1': 'one' });
  });

  test('makes no folder above the one it went along with', async () => {
    const { remote, changes } = stageWith({ '~/1': 'one', 'in/top/': '' });
    await putBack(remote, '~/', 'in/top/d/', ['1']);
    expect(changes()).toEqual(['makeFolder in/top/d/', 'move ~/1 > in/top/d/1']);
  });
});

describe('a whole folder gets its name back', () => {
  test('by one move', async () => {
    const { remote, there, changes } = stageWith({ '~/e/1': 'one' });
    await putBackFolder(remote, '~/', 'd/');
    expect(there()).toEqual({ 'd/': '', 'd/e/': '', 'd/e/1': 'one' });
    expect(changes()).toEqual(['move ~/ > d/']);
  });

  test.each<[string, Record<string, string>, MemoryDestinationOptions]>([
    ['its name is there again', { 'd/new': 'new' }, {}],
    ['folders cannot be moved', {}, { refusesFolderMove: true }],
  ])('piece by piece where %s, and the hidden one is gone', async (_, more, options) => {
    const { remote, there } = stageWith({ '~/e/1': 'one', '~/2': 'two', ...more }, options);
    const moving = putBackFolder(remote, '~/', 'd/');
    await moving;
    expect(there()).toEqual({ 'd/': '', 'd/2': 'two', 'd/e/': '', 'd/e/1': 'one', ...more });
  });

  test('or, of files whose names are taken, only what may go goes; what others put stays in the hidden one', async () => {
    const tree = {
      [`${HIDDEN}ours`]: 'older',
      [`${HIDDEN}theirs`]: 'other',
      'd/ours': 'new',
      'd/theirs': 'new',
    };
    const { remote, there } = stageWith(tree);
    const taken = await putBackFolder(remote, HIDDEN, 'd/', (path) => path === 'ours');
    expect([taken?.names, taken?.left]).toEqual([new Set(['ours', 'theirs']), ['theirs']]);
    const { [`${HIDDEN}ours`]: _, ...left } = tree;
    expect(there()).toEqual({ ...left, 'd/': '', [HIDDEN]: '' });
  });

  test('and in the trash nothing goes, whatever may', async () => {
    const kept = '.stagesync-trash/until-20261203T100000Z/mi7k2x9c-1a2b3c4d5e6f-1p-d/';
    const { remote, stage } = stageWith({ [`${kept}ours`]: 'older', 'd/ours': 'new' });
    await putBackFolder(remote, kept, 'd/', () => true);
    expect(stage.text(`${kept}ours`)).toBe('older');
  });

  test('not when that ends the run', async () => {
    const before = ({ kind }: { kind: string }): void => {
      if (kind === 'move')
        throw new SyncError('stage_unauthorised', 'no', { verdict: 'end_run', fact: 'unauthorised' });
    };
    const { remote, there } = stageWith({ '~/1': 'one' }, { before });
    await expect(putBackFolder(remote, '~/', 'd/')).rejects.toMatchObject({ verdict: 'end_run' });
    expect(there()).toEqual({ '~/': '', '~/1': 'one' });
  });

  test('and what could not be moved out of it is not removed', async () => {
    const before = ({ kind, path }: { kind: string; path: string }): void => {
      if (kind === 'move' && path === '~/2')
        throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });
    };
    const { remote, there } = stageWith({ '~/1': 'one', '~/2': 'two', 'd/new': '' }, { before });
    await expect(putBackFolder(remote, '~/', 'd/')).rejects.toMatchObject({ code: 'stage_rejected' });
    expect(there()).toMatchObject({ 'd/1': 'one', '~/2': 'two' });
  });

  test('and what cannot be listed in it is not removed', async () => {
    const before = ({ kind, path }: { kind: string; path: string }): void => {
      if (kind === 'listFolder' && path === '~/e/')
        throw new SyncError('stage_bad_reply', 'garbled', { verdict: 'skip_entry' });
    };
    const { remote, stage } = stageWith({ '~/e/1': 'one', '~/2': 'two', 'd/new': '' }, { before });
    await putBackFolder(remote, '~/', 'd/').catch(() => undefined);
    expect([...stage.files].map(([, { bytes }]) => Buffer.from(bytes).toString())).toContain('one');
  });
});

describe('a hidden folder is removed', () => {
  test('by one request', async () => {
    const { remote, there, changes } = stageWith({ '~/e/1': 'one', x: 'x' });
    await removeFolder(remote, '~/', new Learnt());
    expect([there(), changes()]).toEqual([{ x: 'x' }, ['remove ~/']]);
  });

  test('from the inside out where it has to be empty, which is learnt', async () => {
    const { remote, there, changes, stage } = stageWith(
      { '~/e/1': 'one', '~/e/f/2': 'two', '~/3': 'three', '~2/1': 'x' },
      { removesOnlyEmpty: true },
    );
    const learnt = new Learnt();
    await removeFolder(remote, '~/', learnt);
    expect(there()).toEqual({ '~2/': '', '~2/1': 'x' });
    expect(learnt.refusesFullFolders).toBe(true);
    expect(changes().filter((each) => each === 'remove ~/')).toHaveLength(2);
    stage.calls.length = 0;
    await removeFolder(remote, '~2/', learnt);
    expect(there()).toEqual({});
    expect(changes()).toEqual(['remove ~2/1', 'remove ~2/']);
  });

  test('and what fails for another reason is no lesson', async () => {
    const before = ({ kind }: { kind: string }): void => {
      if (kind === 'remove') throw new SyncError('stage_unavailable', 'not now', { verdict: 'retry' });
    };
    const { remote } = stageWith({ '~/1': 'one' }, { before });
    const learnt = new Learnt();
    await expect(removeFolder(remote, '~/', learnt)).rejects.toMatchObject({ code: 'stage_unavailable' });
    expect(learnt.refusesFullFolders).toBe(false);
  });
});
