import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import type { MemoryCall, MemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import { ChangedFolders } from '../../src/sync/overtaking/changed-folders.ts';
import { createEngine } from '../support/engine/engine.ts';
import { createDice } from '../support/trees/dice.ts';
import { createEditedSource } from '../support/trees/edited-source.ts';

const runs = Number(process.env['STAGESYNC_PROPERTY_RUNS'] ?? 80);
const CHANGING = ['put', 'move', 'remove', 'makeFolder'];

const textOf = ({ files }: MemoryDestination): Record<string, string> =>
  Object.fromEntries(
    [...files].map(([path, { bytes }]) => [path, Buffer.from(bytes).toString().slice(0, 40)]),
  );

const inSource = ({ random }: ReturnType<typeof createEditedSource>): Record<string, string> =>
  Object.fromEntries([...random.tree.files].map(([path, { content }]) => [path, content.slice(0, 40)]));

test(
  'whatever changes while a pass works, and goes ahead of it, the look that follows makes both ends equal, also after a kill',
  async () => {
    let ahead = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          edits: fc.integer({ min: 0, max: 6 }),
          scoped: fc.boolean(),
          atomic: fc.boolean(),
          concurrency: fc.constantFrom(1, 4, 16),
          killedAt: fc.option(fc.integer({ min: 1, max: 25 }), { freq: 3 }),
          stage: fc.record({
            refusesOverwrite: fc.boolean(),
            moveOverwrites: fc.boolean(),
            refusesFolderMove: fc.boolean(),
          }),
        }),
        async ({ seed, edits, scoped, atomic, concurrency, killedAt, stage: manners }) => {
          const dice = createDice(seed);
          const edited = createEditedSource(dice, 'memory:');
          const { random } = edited;
          let onCall: ((call: MemoryCall) => void) | undefined;
          const under = new Map<string, number>();
          const count = ({ kind, path }: MemoryCall, by: number): void => {
            if (kind !== 'put' || path.startsWith('.stagesync-')) return;
            under.set(path, (under.get(path) ?? 0) + by);
            expect(under.get(path), `${path} is put twice at a time`).toBeLessThan(2);
          };
          const stage = createMemoryDestination({
            ...manners,
            before: async (call) => {
              count(call, 1);
              onCall?.(call);
              // others get their turn meanwhile, some of them many
              for (let turns = 1 + dice.below(12); turns > 0; turns--) await turn();
            },
            after: (call) => count(call, -1),
          });
          using engine = createEngine(edited.source, stage);
          const options = {
            removal: 'ours',
            moves: true,
            atomic,
            concurrency,
            force: new Set(['empty-source'] as const),
          } as const;
          edited.edit(20);
          expect((await engine.pass(options)).error).toBeUndefined();
          random.dirty.clear();
          edited.edit(edits);
          const scope = scoped ? [...random.dirty] : undefined;
          random.dirty.clear();
          const changed = new ChangedFolders();
          const heard = new Set<string>();
          const signal = new AbortController();
          let calls = 0;
          onCall = () => {
            if (++calls === killedAt) signal.abort(new Error('killed'));
            if (!dice.chance(0.5) || calls > 60) return;
            if (dice.chance(0.7)) random.rewrite();
            else edited.edit(1);
            for (const folder of random.dirty) heard.add(folder);
            changed.add(random.dirty);
            random.dirty.clear();
          };
          const add = changed.take.bind(changed);
          changed.take = async () => {
            const taken = await add();
            if (taken !== undefined) ahead++;
            return taken;
          };
          const { error } = await engine.pass({ ...options, scope, changed, signal: signal.signal });
          onCall = undefined;
          // what was under way at a kill is still carried out, and must not race with what comes next
          for (let turns = 100; turns > 0; turns--) await turn();
          under.clear();
          if (error === undefined) await engine.pass({ ...options, scope: [...heard] });
          // a look at everything is what follows a kill, and what a scoped pass leaves to a whole one where both meet
          const { report, error: trouble } = await engine.pass(options);
          expect(trouble).toBeUndefined();
          fc.pre(report.failed === 0);
          expect(textOf(stage)).toEqual(inSource(edited));
          const from = stage.calls.length;
          expect((await engine.pass(options)).error).toBeUndefined();
          expect(stage.calls.slice(from).filter(({ kind }) => CHANGING.includes(kind))).toEqual([]);
        },
      ),
      { numRuns: runs },
    );
    expect(ahead).toBeGreaterThan(runs / 10);
  },
  60_000 + runs * 1000,
);
