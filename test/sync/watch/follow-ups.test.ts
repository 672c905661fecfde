import { describe, expect, test } from 'vitest';
import type { Acknowledgement } from '../../../src/sync/watch/acknowledgements.ts';
import { followUps } from '../../../src/sync/watch/follow-ups.ts';
import type { EndedPass } from '../../../src/sync/watch/follow-ups.ts';

/** What follows a pass at 10 s that settles files for 2 s and tries again after 5. */
function after(
  folders: readonly string[] | undefined,
  left: Partial<EndedPass['unsettled']>,
  leftOut: Record<string, number> = {},
  acknowledgements: readonly Acknowledgement[] = [],
) {
  const asked: string[][] = [];
  const looks = followUps({
    work: { folders: folders && new Set(folders), reason: 'changes', acknowledgements, sinceMs: 0 },
    unsettled: { changing: [], failed: [], ...left },
    leftOut: new Map(Object.entries(leftOut)),
    settleMs: 2000,
    nowMs: 10_000,
    retryInMs: (failed) => {
      asked.push([...failed]);
      return 5000;
    },
  });
  const told = looks.map((look) => [look.folders && [...look.folders], look.dueMs]);
  return { told, asked, looks };
}

describe('after a pass', () => {
  test('that left nothing undone nothing is looked at again, and the tries begin anew', () => {
    expect(after(['a/'], {})).toMatchObject({ told: [], asked: [[]] });
  });

  test('folders of files that were changing are looked at once these may have settled', () => {
    expect(after(['a/'], { changing: ['a/1', 'a/2'] }).told).toEqual([[['a/'], 12_000]]);
    expect(after(['a/'], {}, { 'a/1': 11_000, 'b/1': 11_500 }).told).toEqual([[['a/', 'b/'], 11_000]]);
  });

  test('but never at once, however long ago they settled', () => {
    expect(after(['a/'], {}, { 'a/1': 9000 }).told).toEqual([[['a/'], 10_100]]);
  });

  test('folders of files that failed are looked at when they may be tried again', () => {
    const { told, asked } = after(['a/', 'b/'], { failed: ['a/1', 'c'] });
    expect(told).toEqual([[['a/', ''], 15_000]]);
    expect(asked).toEqual([['a/', '']]);
  });

  test('what was left undone as a whole is looked at as a whole: all that the pass was over', () => {
    expect(after(['a/', 'b/'], { failed: ['', 'c'] }).told).toEqual([[['a/', 'b/'], 15_000]]);
    expect(after(undefined, { failed: [''] }).told).toEqual([[undefined, 15_000]]);
    expect(after(undefined, { failed: ['top'] }).told).toEqual([[[''], 15_000]]);
  });

  test('each look has the acknowledgements that wait for it; the others are settled', () => {
    const settled: string[] = [];
    const owed = (name: string): Acknowledgement => ({
      folders: new Set([`${name}/`]),
      settled: () => settled.push(name),
    });
    const names = ['moving', 'failed', 'done'];
    const { looks } = after(
      names.map((name) => `${name}/`),
      { changing: ['moving/1'], failed: ['failed/1'] },
      {},
      names.map(owed),
    );
    expect(settled).toEqual(['done']);
    expect(looks).toHaveLength(2);
    for (const look of looks) for (const each of look.acknowledgements) each.settled();
    expect(settled).toEqual(['done', 'moving', 'failed']);
  });
});
