import { describe, expect, test } from 'vitest';
import { SyncError } from '../../src/model/errors.ts';
import type { Problem } from '../../src/model/entry.ts';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import type { Source } from '../../src/model/ports.ts';
import { createEngine } from '../support/engine/engine.ts';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';

const unreadable: Problem = { code: 'unreadable', severity: 'failure', message: 'cannot be read' };
const FILES = ['a', 'dark/a', 'dark/deep/b', 'dark-1', 'dark', 'gone', 'x/y'];
const options = { removal: 'everything', maxDelete: { percent: 100 } } as const;

async function synced() {
  let now = 1_700_000_000_000;
  const source = createMemorySource();
  const stage = createMemoryDestination({ now: () => (now += 5000) });
  for (const path of FILES.filter((each) => each !== 'dark')) source.write(path, path, { modifiedMs: 1 });
  const engine = createEngine(source, stage);
  await engine.pass();
  source.remove('gone');
  return { source, stage, engine };
}

describe('nothing is removed, nor sent, where the source could not say what it has', () => {
  test('a folder that cannot be read', async () => {
    const { source, stage, engine } = await synced();
    using _ = engine;
    source.remove('dark/');
    source.obscure('dark/', 'subtree', unreadable);
    const { report } = await engine.pass(options);
    expect(report).toMatchObject({ outcome: 'failures', removed: 1 });
    expect([...stage.files.keys()].sort()).toEqual(['a', 'dark-1', 'dark/a', 'dark/deep/b', 'x/y']);
  });

  test('a file that cannot be looked at', async () => {
    const { source, stage, engine } = await synced();
    using _ = engine;
    source.remove('a');
    source.obscure('a', 'path', unreadable);
    const { report } = await engine.pass(options);
    expect(report).toMatchObject({ outcome: 'failures', removed: 1 });
    expect(stage.text('a')).toBe('a');
    expect(stage.text('gone')).toBeUndefined();
  });

  const withNothingToRead = async () => {
    const it = await synced();
    for (const path of ['a', 'dark/', 'dark-1', 'x/']) it.source.remove(path);
    for (const path of ['a', 'dark-1', 'gone']) it.source.obscure(path, 'path', unreadable);
    for (const path of ['dark/', 'x/']) it.source.obscure(path, 'subtree', unreadable);
    return { ...it, before: [...it.stage.files.keys()] };
  };

  test('a whole source of which nothing can be read is refused as an empty one is, and loses nothing', async () => {
    const { stage, engine, before } = await withNothingToRead();
    using _ = engine;
    const calls = stage.calls.length;
    const { report, error } = await engine.pass(options);
    expect([report.outcome, error?.code]).toEqual(['refused', 'guard_empty_source']);
    expect([...stage.files.keys()]).toEqual(before);
    expect([...new Set(stage.calls.slice(calls).map(({ kind }) => kind))]).toEqual(['listFolder']);
  });

  test('nor does it lose anything where that guard is told to let it through', async () => {
    const { stage, engine, before } = await withNothingToRead();
    using _ = engine;
    const { report, error } = await engine.pass({ ...options, force: new Set(['empty-source'] as const) });
    expect([report.outcome, report.removed, error]).toEqual(['failures', 0, undefined]);
    expect([...stage.files.keys()]).toEqual(before);
  });
});

describe('a listing of the source that breaks off', () => {
  const breakingOff = (source: Source, after: number): Source => ({
    ...source,
    async *list(given) {
      for await (const batch of source.list(given)) {
        yield batch.slice(0, after);
        throw new SyncError('source_unreachable', 'the bucket went away', { verdict: 'end_run' });
      }
    },
  });

  test.each([0, 1, 3])('after %i entries: nothing is removed and the run failed', async (after) => {
    const { source, stage, engine } = await synced();
    engine[Symbol.dispose]();
    using broken = createEngine(breakingOff(source, after), stage);
    const { error, report } = await broken.pass(options);
    expect(error).toMatchObject({ code: 'source_unreachable' });
    expect(report).toMatchObject({ outcome: 'failures', removed: 0 });
    expect(stage.count('remove')).toBe(0);
  });
});
