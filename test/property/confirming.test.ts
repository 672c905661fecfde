import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parentOf } from '../../src/model/path.ts';
import { SyncError } from '../../src/model/errors.ts';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import type { MemoryCall } from '../../src/destinations/memory/memory-destination.ts';
import { openLedger } from '../../src/sync/ledger/open-ledger.ts';
import { createDice } from '../support/trees/dice.ts';
import { createEngine } from '../support/engine/engine.ts';

/** A step of a request: its beginning, or its answer. */
interface Step {
  readonly what: 'begins' | 'ends';
  readonly call: MemoryCall;
}

const refused = (): SyncError => new SyncError('stage_rejected', 'no', { verdict: 'skip_entry' });

/** A destination whose answers come in any order, and which refuses some files. */
function destination(seed: number, refusedShare: number) {
  const dice = createDice(seed);
  const steps: Step[] = [];
  const hooks = { onCall: (): void => undefined };
  let now = 1_700_000_000_000;
  const stage = createMemoryDestination({
    now: () => (now += 2000),
    async before(call) {
      hooks.onCall();
      steps.push({ what: 'begins', call });
      for (let turns = dice.below(6); turns > 0; turns--)
        await new Promise((resolve) => setImmediate(resolve));
      if (call.kind === 'put' && dice.next() < refusedShare) throw refused();
    },
    async after(call) {
      for (let turns = dice.below(3); turns > 0; turns--)
        await new Promise((resolve) => setImmediate(resolve));
      steps.push({ what: 'ends', call });
    },
  });
  return { stage, steps, hooks };
}

/** How often each folder that got a file was listed: since its first file was sent, and after the answer to its last. */
function listingsOf(steps: readonly Step[]): Map<string, { sinceFirst: number; afterLast: number }> {
  const listings = new Map<string, { sinceFirst: number; afterLast: number }>();
  for (const { what, call } of steps) {
    const folder = call.kind === 'put' ? parentOf(call.path) : call.path;
    const counted = listings.get(folder);
    if (call.kind === 'put' && counted === undefined) listings.set(folder, { sinceFirst: 0, afterLast: 0 });
    else if (call.kind === 'put' && what === 'ends') counted!.afterLast = 0;
    else if (call.kind === 'listFolder' && what === 'begins' && counted !== undefined) {
      counted.sinceFirst++;
      counted.afterLast++;
    }
  }
  return listings;
}

const names = fc.constantFrom('a', 'b', 'c', 'd', 'e-f', 'g');
const path = fc.array(names, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const tree = fc.uniqueArray(path, { minLength: 5, maxLength: 30 });
const scenario = fc.record({
  first: tree,
  later: tree,
  seed: fc.nat(),
  refusedShare: fc.constantFrom(0, 0, 0.1, 0.4),
  lanes: fc.integer({ min: 1, max: 6 }),
  atomic: fc.boolean(),
  moves: fc.boolean(),
  /** The run is asked to stop at this call. */
  stopAt: fc.option(fc.integer({ min: 1, max: 80 }), { nil: undefined }),
});

/** Without the paths that are folders on the way to others. */
const filesOf = (paths: readonly string[]): string[] =>
  paths.filter((each) => !paths.some((other) => other.startsWith(`${each}/`)));

test('each folder that got files is listed once after its last upload; what a stopped run leaves, the next confirms', async () => {
  let folders = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async ({ first, later, seed, refusedShare, lanes, atomic, moves, stopAt }) => {
      const source = createMemorySource({ now: () => 1 });
      const { stage, steps, hooks } = destination(seed, refusedShare);
      using engine = createEngine(source, stage);
      const options = { concurrency: lanes, atomic, moves, attempts: 1, removal: 'none' } as const;
      const files = filesOf([...new Set([...first, ...later])]);
      const pending = (): string[] => {
        const ledger = openLedger({
          folder: engine.folder,
          source: source.label,
          destination: stage.label,
          command: 'test',
          pid: process.pid,
        });
        const rows = [...ledger.pendingRows()].flat().map((row) => row.path);
        ledger.close();
        return rows;
      };
      for (const names of [first, later]) {
        // bytes of a size of their own: none of them is another's, moved
        for (const each of files)
          if (names.includes(each)) source.write(each, each.padEnd(files.indexOf(each) + 20 + names.length));
        steps.length = 0;
        await engine.pass(options);
        const arrived = new Set(
          steps
            .filter(({ what, call }) => what === 'ends' && call.kind === 'put')
            .map(({ call }) => parentOf(call.path)),
        );
        for (const [folder, { sinceFirst, afterLast }] of listingsOf(steps)) {
          // with --atomic files arrive elsewhere, and take their places by moves
          if (atomic || !arrived.has(folder)) continue;
          expect({ folder, sinceFirst, afterLast }).toEqual({ folder, sinceFirst: 1, afterLast: 1 });
          folders++;
        }
        expect(pending()).toEqual([]);
      }
      if (stopAt === undefined) return;
      for (const each of files) source.write(each, each.padEnd(files.indexOf(each) + 200));
      let calls = 0;
      const draining = new AbortController();
      hooks.onCall = () => void (++calls === stopAt && draining.abort());
      await engine.pass({ ...options, draining: draining.signal });
      hooks.onCall = () => undefined;
      await engine.pass(options);
      expect(pending()).toEqual([]);
    }),
    { numRuns: 15 },
  );
  expect(folders).toBeGreaterThan(20);
}, 60_000);
