import { describe, expect, test } from 'vitest';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import { SyncError } from '../../../../src/model/errors.ts';
import type { MemoryCall } from '../../../../src/destinations/memory/memory-destination.ts';
import { Trash } from '../../../../src/sync/execute/trash/trash.ts';
import { TrashSizes } from '../../../../src/sync/execute/trash/trash-sizes.ts';
import { finishDetour, publishKeeping } from '../../../../src/sync/execute/uploads/replace.ts';
import { createTestClock } from '../../../support/engine/engine.ts';
import { memoryLedger } from '../../../support/engine/memory-ledger.ts';
import { openRemote } from '../../../support/engine/open-remote.ts';

const FINAL = 'd/a.csv';
const VIA = '.stagesync-run-1-new-a.csv';

/** A Stage whose moves replace files, with these of the three. */
function stageWith(
  files: Partial<Record<'final' | 'via' | 'kept', string>>,
  before?: (call: MemoryCall) => void,
) {
  const stage = createMemoryDestination({ moveOverwrites: true, ...(before && { before }) });
  const remote = openRemote(stage);
  const trash = new Trash({
    remote,
    clock: createTestClock(Date.UTC(2026, 0, 1)),
    keepMs: 86_400_000,
    sizes: new TrashSizes(memoryLedger()),
  });
  const place = trash.placeFor(FINAL);
  stage.folders.add('d/');
  if (files.final !== undefined) stage.place(FINAL, files.final);
  if (files.via !== undefined) stage.place(VIA, files.via);
  if (files.kept !== undefined) stage.place(place.path, files.kept);
  const shown = () => [stage.text(FINAL), stage.text(VIA), stage.text(place.path)];
  return { stage, remote, trash, place, shown };
}

describe('a new file takes its name', () => {
  test.each<[string, string | undefined, boolean, number | undefined]>([
    ['that somebody has, as was known', 'old', true, 3],
    ['that somebody has by now', 'old', false, 3],
    ['that nobody has by now', undefined, true, undefined],
    ['that nobody has', undefined, false, undefined],
  ])('%s', async (_, final, occupied, bytes) => {
    const { remote, trash, place, shown } = stageWith({ via: 'new', ...(final !== undefined && { final }) });
    expect(await publishKeeping(remote, FINAL, { via: VIA, place }, { trash, occupied })).toBe(bytes);
    expect(shown()).toEqual(['new', undefined, final]);
  });

  test('or, where it does not get it, the old one has it back', async () => {
    const before = ({ kind, path }: MemoryCall): void => {
      if (kind === 'move' && path === VIA)
        throw new SyncError('stage_rejected', 'no', { verdict: 'skip_entry' });
    };
    const { remote, trash, place, shown } = stageWith({ via: 'new', final: 'old' }, before);
    const publishing = publishKeeping(remote, FINAL, { via: VIA, place }, { trash, occupied: true });
    await expect(publishing).rejects.toMatchObject({ code: 'stage_rejected' });
    expect(shown()).toEqual(['old', 'new', undefined]);
  });
});

test.each<[string, Parameters<typeof stageWith>[0], (string | undefined)[]]>([
  ['before the old file went', { via: 'new', final: 'old' }, ['old', undefined, undefined]],
  ['between the two moves', { via: 'new', kept: 'old' }, ['new', undefined, 'old']],
  ['after both', { final: 'new', kept: 'old' }, ['new', undefined, 'old']],
  [
    'between them, and others took the name',
    { via: 'new', final: 'theirs', kept: 'old' },
    ['theirs', undefined, 'old'],
  ],
])('a run that died %s: nothing that came into the trash is deleted', async (_, files, end) => {
  const { remote, place, shown } = stageWith(files);
  await finishDetour(remote, FINAL, { via: VIA, aside: place.path });
  expect(shown()).toEqual(end);
});
