import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../../src/model/errors.ts';
import type { Fact } from '../../../../src/model/errors.ts';
import { finishDetour, publish, refusesName } from '../../../../src/sync/execute/uploads/replace.ts';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import type { MemoryCall } from '../../../../src/destinations/memory/memory-destination.ts';
import { openRemote } from '../../../support/engine/open-remote.ts';

const FINAL = 'd/a.csv';
const DETOUR = { via: '.stagesync-run-1-new-a.csv', aside: '.stagesync-run-2-old-a.csv' };

interface Setting {
  readonly moveOverwrites?: boolean;
  /** Throws to refuse a call before it does anything. */
  readonly before?: (call: MemoryCall) => void;
}

/** A Stage with these of the three files. */
function stageWith(files: Partial<Record<'final' | 'via' | 'aside', string>>, setting: Setting = {}) {
  const stage = createMemoryDestination(setting);
  stage.folders.add('d/');
  if (files.final !== undefined) stage.place(FINAL, files.final);
  if (files.via !== undefined) stage.place(DETOUR.via, files.via);
  if (files.aside !== undefined) stage.place(DETOUR.aside, files.aside);
  const changes = (): string[] =>
    stage.calls
      .filter(({ kind }) => kind === 'move' || kind === 'remove')
      .map(({ kind, path, to }) => `${kind} ${nick(path)}${to === undefined ? '' : ` > ${nick(to)}`}`);
  return { stage, remote: openRemote(stage), changes, content: () => stage.text(FINAL) };
}

const nick = (path: string): string =>
  path === FINAL ? 'final' : path === DETOUR.via ? 'via' : path === DETOUR.aside ? 'aside' : path;

describe('publishing a file that waits under another name', () => {
  test('is one move where its name is free', async () => {
    const { remote, changes, content } = stageWith({ via: 'new' });
    await publish(remote, FINAL, DETOUR, { occupied: false });
    expect([changes(), content()]).toEqual([['move via > final'], 'new']);
  });

  test('is one move where a move may replace a file', async () => {
    const { remote, changes, content } = stageWith({ via: 'new', final: 'old' }, { moveOverwrites: true });
    await publish(remote, FINAL, DETOUR, { occupied: true });
    expect([changes(), content()]).toEqual([['move via > final'], 'new']);
  });

  test.each([true, false])(
    'lets the old file step aside for the length of one move; it was known of: %s',
    async (occupied) => {
      const { stage, remote, changes, content } = stageWith({ via: 'new', final: 'old' });
      await publish(remote, FINAL, DETOUR, { occupied });
      expect(changes().slice(1)).toEqual(['move final > aside', 'move via > final', 'remove aside']);
      expect([content(), stage.files.size]).toEqual(['new', 1]);
      // a look only where it was not known what has the name
      expect(stage.count('stat')).toBe(occupied ? 0 : 1);
    },
  );

  test('gives the old file its name back when the new one does not get it', async () => {
    let refused = 0;
    const before = ({ kind, path }: MemoryCall): void => {
      if (kind === 'move' && path === DETOUR.via && ++refused === 2)
        throw new SyncError('stage_unavailable', 'not now', { verdict: 'retry' });
    };
    const { remote, changes, content } = stageWith({ via: 'new', final: 'old' }, { before });
    await expect(publish(remote, FINAL, DETOUR, { occupied: true })).rejects.toMatchObject({
      code: 'stage_unavailable',
    });
    expect(changes().at(-1)).toBe('move aside > final');
    expect(content()).toBe('old');
  });

  test.each(['refused', 'taken'] as const)(
    'moves nothing aside where the name is refused (%s) although nothing has it',
    async (fact) => {
      const before = ({ kind }: MemoryCall): void => {
        if (kind === 'move') throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact });
      };
      const { remote, changes } = stageWith({ via: 'new' }, { before });
      await expect(publish(remote, FINAL, DETOUR, { occupied: false })).rejects.toMatchObject({ fact });
      expect(changes()).toEqual(['move via > final']);
    },
  );

  test('moves nothing aside when the move failed for another reason', async () => {
    const before = ({ kind }: MemoryCall): void => {
      if (kind === 'move') throw new SyncError('stage_unavailable', 'no', { verdict: 'retry' });
    };
    const { remote, changes, content } = stageWith({ via: 'new', final: 'old' }, { before });
    await expect(publish(remote, FINAL, DETOUR, { occupied: true })).rejects.toMatchObject({
      code: 'stage_unavailable',
    });
    expect([changes(), content()]).toEqual([['move via > final'], 'old']);
  });
});

describe('a replacement that a killed run left behind', () => {
  test.each<[string, Parameters<typeof stageWith>[0], string, string | undefined]>([
    ['before the upload was done, is withdrawn', { final: 'old', via: 'ha' }, 'withdrawn', 'old'],
    ['of a file that was new, is withdrawn', { via: 'new' }, 'withdrawn', undefined],
    [
      'with the old file aside and the new one whole, is published',
      { via: 'new', aside: 'old' },
      'published',
      'new',
    ],
    ['with only the old file aside, gets it back', { aside: 'old' }, 'withdrawn', 'old'],
    ['with only the clearing up to do, is published', { final: 'new', aside: 'old' }, 'published', 'new'],
    ['with nothing left to do, is published', { final: 'new' }, 'published', 'new'],
    ['and then lost to somebody else, is withdrawn', {}, 'withdrawn', undefined],
    [
      'with all three files there, keeps the one that has the name',
      { final: 'f', via: 'v', aside: 'a' },
      'withdrawn',
      'f',
    ],
  ])('%s', async (_, files, end, content) => {
    const { stage, remote, changes } = stageWith(files);
    expect(await finishDetour(remote, FINAL, DETOUR)).toBe(end);
    expect(stage.text(FINAL)).toBe(content);
    expect([...stage.files.keys()].filter((path) => path !== FINAL)).toEqual([]);
    expect(stage.count('stat')).toBe(3);
    expect(changes().length).toBeLessThanOrEqual(2);
  });
});

test('only a taken or a rejected name counts as a refusal of the name', () => {
  const failed = (fact: Fact | undefined): boolean =>
    refusesName(new SyncError('stage_rejected', 'no', { verdict: 'skip_entry', fact }));
  expect([failed('taken'), failed('refused')]).toEqual([true, true]);
  expect([failed(undefined), failed('missing'), failed('out_of_reach')]).toEqual([false, false, false]);
  expect(refusesName(new Error('no'))).toBe(false);
});
