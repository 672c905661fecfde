import { expect, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { createEngine } from '../../support/engine.ts';
import { createMemoryDestination } from '../../support/memory-destination.ts';

test('nothing is removed when a change before it failed, and the run says so', async () => {
  let now = 1_700_000_000_000;
  let broken = false;
  const source = createMemorySource();
  const stage = createMemoryDestination({
    now: () => (now += 5000),
    before: ({ kind }) => {
      if (broken && kind === 'put') throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry' });
    },
  });
  using engine = createEngine(source, stage);
  source.write('old-name', 'the only copy', { modifiedMs: 1 });
  source.write('stays', 'stays', { modifiedMs: 1 });
  await engine.pass();
  source.remove('old-name');
  source.write('new-name', 'the only copy, and more', { modifiedMs: 2 });
  broken = true;
  const { report } = await engine.pass({ removal: 'ours' });
  expect(report).toMatchObject({ outcome: 'failures', removed: 0 });
  expect(stage.text('old-name')).toBe('the only copy');
  expect(engine.events).toContainEqual(
    expect.objectContaining({ type: 'problem', code: 'removals_skipped' }),
  );
  broken = false;
  expect((await engine.pass({ removal: 'ours' })).report).toMatchObject({ outcome: 'clean', removed: 1 });
});
