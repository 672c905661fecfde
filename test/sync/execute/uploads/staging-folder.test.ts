import { describe, expect, test } from 'vitest';
import { SyncError } from '../../../../src/model/errors.ts';
import type { SyncEvent } from '../../../../src/model/events.ts';
import { HiddenNames } from '../../../../src/sync/execute/hidden-names.ts';
import { Journal } from '../../../../src/sync/execute/journal.ts';
import { Learnt } from '../../../../src/sync/execute/learnt.ts';
import { StagingFolder } from '../../../../src/sync/execute/uploads/staging-folder.ts';
import { Tally } from '../../../../src/sync/tally.ts';
import { createTestClock } from '../../../support/engine/engine.ts';
import { knownStage } from '../../../support/engine/executing.ts';
import { openRemote } from '../../../support/engine/open-remote.ts';

function staging() {
  const it = knownStage({});
  const clock = createTestClock();
  const journal = new Journal(it.ledger, clock);
  const events: SyncEvent[] = [];
  const folder = new StagingFolder({
    remote: openRemote(it.stage),
    journal,
    tally: new Tally((event) => events.push(event)),
    learnt: new Learnt(),
    hidden: new HiddenNames(clock.now()),
  });
  const told = (): string[] =>
    events.flatMap((event) => (event.type === 'problem' ? [`${event.severity} ${event.code}`] : []));
  const intents = (): string[] => {
    journal.flush();
    return it.ledger.intents().map(({ op, via }) => `${op} ${via === folder.path ? 'of it' : via}`);
  };
  return { ...it, folder, told, intents };
}

describe('the hidden folder that --atomic uploads into', () => {
  test('is made once, whoever asks, and lies outside the target', async () => {
    const { folder, did, stage, intents } = staging();
    await Promise.all([folder.make(), folder.make()]);
    await folder.make();
    expect(did()).toEqual(['makeFolder ~/']);
    expect(stage.folders.has(folder.path)).toBe(true);
    expect(intents()).toEqual(['staging of it']);
  });

  test('goes with what is left in it', async () => {
    const { folder, stage, there, told, intents } = staging();
    await folder.make();
    stage.place(`${folder.path}1-new-a`, 'half');
    await folder.remove();
    expect([there(), told(), intents()]).toEqual([{}, [], []]);
  });

  test('that was not made costs nothing', async () => {
    const { folder, did } = staging();
    await folder.remove();
    expect(did()).toEqual([]);
  });

  test('stays, with its intent, while it is in doubt what is in it', async () => {
    const { folder, stage, there, told, intents } = staging();
    await folder.make();
    stage.place(`${folder.path}1-old-a`, 'old');
    folder.isInDoubt = true;
    await folder.remove();
    expect(there()).toEqual({ '~/': '', '~/1-old-a': 'old' });
    expect([told(), intents()]).toEqual([['warning left_aside'], ['staging of it']]);
  });

  test.each(['skip_entry', 'end_run'] as const)(
    'that cannot be removed is told, and left to the next run with its intent (%s)',
    async (verdict) => {
      const { folder, hooks, told, intents } = staging();
      await folder.make();
      hooks.before = ({ kind }) => {
        if (kind === 'remove') throw new SyncError('stage_rejected', 'no', { verdict, fact: 'refused' });
      };
      const removed = folder.remove();
      if (verdict === 'end_run') await expect(removed).rejects.toMatchObject({ verdict });
      else await removed;
      expect([told(), intents()]).toEqual([['warning left_aside'], ['staging of it']]);
    },
  );
});
