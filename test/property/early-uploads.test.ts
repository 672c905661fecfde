import { expect, test } from 'vitest';
import type { Source } from '../../src/model/ports.ts';
import type { SyncEvent } from '../../src/model/events.ts';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import { createDice } from '../support/trees/dice.ts';
import { createEditedSource } from '../support/trees/edited-source.ts';
import { createEngine } from '../support/engine/engine.ts';
import { patientClock } from '../support/engine/patient-clock.ts';

const SEEDS = 14;

/** The same source, of a kind whose files wait for the plan. */
const waiting = (source: Source): Source => ({ ...source, traits: { ...source.traits, isRemote: true } });

const actionsOf = (events: readonly SyncEvent[]): string[] =>
  events
    .flatMap((event) => {
      if (event.type === 'problem') return [`problem ${event.path} ${event.code}`];
      if (event.type !== 'action') return [];
      const { kind, path, to, reason, within, outcome } = event;
      return [`${outcome} ${kind} ${path} > ${to ?? ''} (${reason}) ${within ?? ''}`];
    })
    .toSorted();

test('sending changed files early changes when they are sent, and nothing else that is done', async () => {
  let early = 0;
  let moves = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const dice = createDice(seed);
    const edited = createEditedSource(dice, `memory:${seed}`);
    const removal = dice.pick(['none', 'ours', 'everything'] as const);
    const run = (source: Source) => {
      const counted = { early: 0 };
      const stage = createMemoryDestination({
        now: () => 1_700_000_000_000,
        async before({ kind }) {
          if (kind === 'put' && !engine.events.some((event) => event.type === 'listing' && event.done))
            counted.early++;
          for (let turns = kind === 'listFolder' ? 20 : 1; turns > 0; turns--)
            await new Promise((resolve) => setImmediate(resolve));
        },
      });
      const engine = createEngine(source, stage, patientClock());
      return { stage, engine, counted };
    };
    const [first, second] = [run(edited.source), run(waiting(edited.source))];
    const pass = async ({ engine, counted }: typeof first): Promise<string[]> => {
      engine.events.length = 0;
      counted.early = 0;
      await engine.pass({ removal, force: new Set(['empty-source', 'max-delete'] as const) });
      return actionsOf(engine.events);
    };
    edited.edit(20);
    for (let round = 0; round < 4; round++) {
      const sentEarly = await pass(first);
      expect(sentEarly, `seed ${seed}, round ${round}`).toEqual(await pass(second));
      if (round > 0) expect(second.counted.early).toBe(0);
      if (round > 0) early += first.counted.early;
      moves += sentEarly.filter((line) => line.includes('done move')).length;
      expect(new Map([...first.stage.files].map(([path, { bytes }]) => [path, String(bytes)]))).toEqual(
        new Map([...second.stage.files].map(([path, { bytes }]) => [path, String(bytes)])),
      );
      edited.edit(1 + dice.below(6));
    }
    first.engine[Symbol.dispose]();
    second.engine[Symbol.dispose]();
  }
  expect([early > 0, moves > 10]).toEqual([true, true]);
}, 60_000);
