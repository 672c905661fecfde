import { expect, test } from 'vitest';
import type { SyncEvent } from '../../src/model/events.ts';
import type { Destination } from '../../src/model/ports.ts';
import { createDice } from '../support/trees/dice.ts';
import { createEditedSource } from '../support/trees/edited-source.ts';
import { createEngine } from '../support/engine/engine.ts';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';

const SEEDS = 30;

test('the same inputs give the same plan, in whatever order and at whatever time Stage lists its children', async () => {
  let planned = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const dice = createDice(seed);
    let now = 1_700_000_000_000;
    const stage = createMemoryDestination({ now: () => (now += 2000) });
    const restless: Destination = {
      ...stage,
      async listFolder(folder, call) {
        const children = await stage.listFolder(folder, call);
        for (let turns = dice.below(4); turns > 0; turns--)
          await new Promise((resolve) => setImmediate(resolve));
        return children && [...children].toSorted(() => dice.next() - 0.5);
      },
    };
    const edited = createEditedSource(dice, `memory:${seed}`);
    using engine = createEngine(edited.source, restless);
    edited.edit(15);
    await engine.pass();
    edited.edit(10);
    const planOf = async (): Promise<SyncEvent[]> => {
      const events: SyncEvent[] = [];
      const force = new Set(['empty-source'] as const);
      await engine.pass({ dryRun: true, removal: 'ours', force, onEvent: (event) => events.push(event) });
      return events.filter(({ type }) => type === 'plan' || type === 'planned');
    };
    const first = await planOf();
    planned += first.length;
    expect(await planOf()).toEqual(first);
    expect(await planOf()).toEqual(first);
  }
  expect(planned).toBeGreaterThan(SEEDS * 3);
});
