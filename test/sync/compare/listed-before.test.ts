import { expect, test } from 'vitest';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { recallListed, rememberListed } from '../../../src/sync/compare/listed-before.ts';
import type { PassOptions } from '../../../src/sync/pass-options.ts';
import { createEngine } from '../../support/engine/engine.ts';

function syncing() {
  const source = createMemorySource();
  const write = (from: number, to: number): void => {
    for (let at = from; at < to; at++) source.write(`f${at}`, 'x', { modifiedMs: 1 });
  };
  const engine = createEngine(source, createMemoryDestination());
  /** What the listings of a pass tell: entries so far, and about how many there are. */
  const told = async (overrides: Partial<PassOptions> = {}) => {
    engine.events.length = 0;
    await engine.pass(overrides);
    return engine.events.flatMap((event) =>
      event.type === 'listing' ? [[event.listed, event.expected, event.done]] : [],
    );
  };
  return { write, told, [Symbol.dispose]: () => engine[Symbol.dispose]() };
}

test('a later run tells about how many entries there are, as the last that compared everything counted', async () => {
  using pair = syncing();
  const { write, told } = pair;
  write(0, 250);
  const first = await told();
  expect(first.every(([, expected]) => expected === undefined)).toBe(true);
  write(250, 300);
  const second = await told();
  expect(second.slice(0, 2)).toEqual([
    [100, 250, false],
    [200, 250, false],
  ]);
  expect(second.at(-1)).toEqual([300, undefined, true]);
  expect((await told())[0]).toEqual([100, 300, false]);
});

test('a dry run, and a pass over some folders, leave the number as it is', async () => {
  using pair = syncing();
  const { write, told } = pair;
  write(0, 150);
  await told();
  write(150, 200);
  await told({ dryRun: true });
  expect((await told({ scope: [''] })).every(([, expected]) => expected === undefined)).toBe(true);
  expect((await told())[0]).toEqual([100, 150, false]);
});

test('a record that cannot be understood is none, and one that stands is not written again', () => {
  const kept = new Map<string, string | undefined>();
  let writes = 0;
  const ledger = {
    recall: (key: string) => kept.get(key),
    remember(key: string, value: string | undefined) {
      writes++;
      kept.set(key, value);
    },
  };
  expect(recallListed(ledger)).toBeUndefined();
  rememberListed(ledger, 7);
  rememberListed(ledger, 7);
  expect([recallListed(ledger), writes]).toEqual([7, 1]);
  for (const damaged of ['', 'x', '-1', '1.5', '1e400']) {
    kept.set('listed', damaged);
    expect(recallListed(ledger)).toBeUndefined();
  }
});
