import { expect, test, vi } from 'vitest';
import type { WatchedPair } from '../../support/engine/watched-pair.ts';
import { done, watchedPair } from '../../support/engine/watched-pair.ts';
import { createMemoryPipelines } from '../../support/load/memory-pipelines.ts';

test('in a watch, what is loaded leaves by itself: looks at no folder follow, ever rarer while nothing is loaded', async () => {
  let pair: WatchedPair | undefined;
  const pipelines = createMemoryPipelines({
    read: (path) => pair!.stage.text(path),
    paths: () => pair!.stage.files.keys(),
    now: () => pair?.clock.now() ?? 0,
  });
  pair = await watchedPair({
    files: { 'a.csv': 'one' },
    pass: {
      load: {
        pipelines,
        reload: 'drop-file',
        afterLoad: 'remove',
        maxUnloaded: undefined,
        patienceMs: undefined,
      },
    },
  });
  const { clock, loop, stage, events } = pair;
  const isIdle = (): Promise<void> =>
    vi.waitFor(() =>
      expect(loop.status).toMatchObject({ state: 'idle', waiting: 0, oldestChangeMs: undefined }),
    );
  await isIdle();
  expect(pair.passes()).toEqual(['everything']);
  await clock.pass(4900);
  expect(pair.passes()).toEqual([]);
  let passes = 0;
  for (let second = 0; second < 300; second++) {
    await clock.pass(1000);
    await isIdle();
    for (const folders of pair.passes()) {
      expect(folders).toEqual([]);
      passes++;
    }
  }
  expect(passes).toBeGreaterThan(5);
  expect(passes).toBeLessThan(10);
  pipelines.batch();
  await clock.pass(60_000);
  await vi.waitFor(() => expect(stage.files.size).toBe(0));
  await isIdle();
  expect(done(events)).toEqual(['upload a.csv', 'remove a.csv']);
  pair.passes();
  await clock.pass(600_000);
  await isIdle();
  expect(pair.passes()).toEqual([]);
});
