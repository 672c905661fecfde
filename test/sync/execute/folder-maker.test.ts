import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import { FolderMaker } from '../../../src/sync/execute/folder-maker.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { openRemote } from '../../support/engine/open-remote.ts';

function setUp(missing: readonly string[] = [], refused?: string) {
  const stage = createMemoryDestination({
    root: missing.at(-1) ?? 'in/',
    before: ({ kind, path }) => {
      if (kind === 'makeFolder' && path === refused)
        throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact: 'refused' });
    },
  });
  if (missing.length === 0) stage.folders.add('in/');
  const made = (): string[] => stage.calls.map(({ kind, path }) => `${kind} ${path}`);
  return { stage, made, maker: new FolderMaker(openRemote(stage), missing) };
}

describe('a folder', () => {
  test('is made after the one it lies in, whatever the moment each is asked for', async () => {
    const { maker, made } = setUp();
    const asked = [maker.make('a/'), maker.make('a/b/'), maker.make('a/b/c/'), maker.make('d/')];
    await Promise.all(asked);
    const order = made();
    expect(order.toSorted()).toEqual([
      'makeFolder in/a/',
      'makeFolder in/a/b/',
      'makeFolder in/a/b/c/',
      'makeFolder in/d/',
    ]);
    expect(order.indexOf('makeFolder in/a/')).toBeLessThan(order.indexOf('makeFolder in/a/b/'));
    expect(order.indexOf('makeFolder in/a/b/')).toBeLessThan(order.indexOf('makeFolder in/a/b/c/'));
  });

  test('need not be waited for when nobody is making it', async () => {
    const { maker } = setUp();
    expect(maker.ready('a/')).toBeUndefined();
    const making = maker.make('a/');
    expect(maker.ready('a/')).toBe(making);
    await making;
    expect(maker.ready('a/')).toBeUndefined();
  });

  test('that could not be made fails those who wait for it, then and later, and none is tried in it', async () => {
    const { maker, made } = setUp([], 'in/a/');
    const [parent, child] = [maker.make('a/'), maker.make('a/b/')];
    await expect(child).rejects.toMatchObject({ code: 'stage_rejected' });
    await expect(parent).rejects.toMatchObject({ code: 'stage_rejected' });
    await expect(maker.ready('a/')).rejects.toMatchObject({ code: 'stage_rejected' });
    expect(made()).toEqual(['makeFolder in/a/']);
  });
});

describe('the target folder', () => {
  test('and those above it are made once, outermost first, before the first that needs it', async () => {
    const { maker, made } = setUp(['top/', 'top/in/']);
    await Promise.all([maker.ready(''), maker.make('a/'), maker.ready('')]);
    expect(made()).toEqual(['makeFolder top/', 'makeFolder top/in/', 'makeFolder top/in/a/']);
  });

  test('is not made before something needs it', () => {
    const { made } = setUp(['in/']);
    expect(made()).toEqual([]);
  });

  test('that could not be made fails everything', async () => {
    const { maker, made } = setUp(['in/'], 'in/');
    await expect(maker.make('a/')).rejects.toMatchObject({ code: 'stage_rejected' });
    await expect(maker.ready('b/')).rejects.toMatchObject({ code: 'stage_rejected' });
    expect(made()).toEqual(['makeFolder in/']);
  });
});

test('what somebody removed meanwhile is made again, from the top, and the files of it can be put', async () => {
  const { maker, stage, made } = setUp();
  await maker.restore('a/b/file');
  expect(made()).toEqual(['makeFolder in/', 'makeFolder in/a/', 'makeFolder in/a/b/']);
  expect(stage.folders).toEqual(new Set(['in/', 'in/a/', 'in/a/b/']));
});

test('of a folder that is to be made, those above it are made again', async () => {
  const { maker, made } = setUp();
  await maker.restore('a/b/');
  expect(made()).toEqual(['makeFolder in/', 'makeFolder in/a/']);
});
