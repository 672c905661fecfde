import { expect, test } from 'vitest';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import type { MemoryDestinationOptions } from '../../src/destinations/memory/memory-destination.ts';
import type { Destination, DestinationTraits } from '../../src/model/ports.ts';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import { createEngine } from '../support/engine/engine.ts';

/** A Stage in memory that says more of itself than a Stage does. */
function saying(traits: Partial<DestinationTraits>, options: MemoryDestinationOptions) {
  const stage = createMemoryDestination(options);
  const destination: Destination = { ...stage, traits: { ...stage.traits, ...traits } };
  return { stage, destination };
}

test.each([
  ['one that says so is asked once', { overwrites: false }, 1],
  ['one that does not is asked twice, to learn it', {}, 2],
] as const)('of destinations that refuse to overwrite %s', async (_, traits, puts) => {
  const { stage, destination } = saying(traits, { refusesOverwrite: true });
  const source = createMemorySource();
  source.write('a', 'one', { modifiedMs: 1 });
  using engine = createEngine(source, destination);
  await engine.pass();
  source.write('a', 'second', { modifiedMs: 2 });
  stage.calls.length = 0;
  expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', uploaded: 1 });
  expect(stage.text('a')).toBe('second');
  expect(stage.count('put')).toBe(puts);
});

test.each([
  ['one that says so is not asked', { movesFolders: false }, 0],
  ['one that does not is asked, to learn it', {}, 1],
] as const)('of destinations that do not move folders %s', async (_, traits, folderMoves) => {
  const { stage, destination } = saying(traits, { refusesFolderMove: true });
  const source = createMemorySource();
  for (const name of ['1', '2', '3']) source.write(`a/${name}`, name, { modifiedMs: 1 });
  using engine = createEngine(source, destination);
  await engine.pass();
  for (const name of ['1', '2', '3']) source.move(`a/${name}`, `b/${name}`);
  stage.calls.length = 0;
  const { report } = await engine.pass({ removal: 'ours' });
  expect(report).toMatchObject({ moved: 3, failed: 0 });
  expect(stage.calls.filter(({ kind, path }) => kind === 'move' && path === 'a/')).toHaveLength(folderMoves);
});
