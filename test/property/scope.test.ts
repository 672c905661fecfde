import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldersOf, isWithin, parentOf } from '../../src/model/path.ts';
import type { RelPath } from '../../src/model/path.ts';
import type { MemorySource } from '../../src/sources/memory/memory-source.ts';
import { createFilter } from '../../src/filter/filter.ts';
import type { FilterRule } from '../../src/filter/filter.ts';
import { createDice } from '../support/trees/dice.ts';
import { createEditedSource } from '../support/trees/edited-source.ts';
import type { EditedSource } from '../support/trees/edited-source.ts';
import { createEngine } from '../support/engine/engine.ts';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import type { MemoryCall } from '../../src/destinations/memory/memory-destination.ts';

const runs = Number(process.env['STAGESYNC_PROPERTY_RUNS'] ?? 100);

/** Notes where changes happen as a watcher would: the folder around each change, and all of a folder that arrives. */
function noteChanges(edited: EditedSource): Set<string> {
  const dirty = new Set<string>();
  const source = edited.source as { -readonly [Key in keyof MemorySource]: MemorySource[Key] };
  const { write, remove, move, makeFolder } = source;
  const arrives = (path: string): void => {
    dirty.add(parentOf(path));
    for (const folder of foldersOf(path))
      if (!edited.folders.has(folder)) dirty.add(folder).add(parentOf(folder));
  };
  source.write = (path, ...rest) => {
    arrives(path);
    write(path, ...rest);
  };
  source.makeFolder = (path) => {
    arrives(path);
    makeFolder(path);
  };
  source.remove = (path) => {
    dirty.add(parentOf(path));
    remove(path);
  };
  source.move = (from, to) => {
    dirty.add(parentOf(from));
    arrives(to);
    for (const folder of edited.folders)
      if (from.endsWith('/') && folder.startsWith(from)) dirty.add(to + folder.slice(from.length));
    move(from, to);
  };
  return dirty;
}

/**
 * What a pass over some folders has to list: those that files arrived in, to confirm; and what it moves or removes,
 * before it does: the folder of a file, or all of a folder, there and where it is afterwards. A folder that was to move as
 * a whole is looked at too, and where that look finds what is not ours in it, its files move one by one.
 */
function mayBeListed(calls: readonly MemoryCall[], anyway: readonly RelPath[]): (folder: RelPath) => boolean {
  const around = new Set(anyway);
  const whole: RelPath[] = [];
  for (const { kind, path, to } of calls) {
    if (kind === 'listFolder') continue;
    for (const each of to === undefined ? [path] : [path, to]) {
      around.add(parentOf(each));
      if (each.endsWith('/') && (kind === 'move' || kind === 'remove')) whole.push(each);
    }
    if (kind === 'move' && to !== undefined) whole.push(...foldersMovedBy(path, to));
  }
  return (folder) => around.has(folder) || whole.some((each) => isWithin(folder, each));
}

/** The folders above a file that would have taken it to its new path, had they moved as a whole. */
function foldersMovedBy(from: RelPath, to: RelPath): RelPath[] {
  const above = foldersOf(from).filter((folder) => folder !== '');
  return above.filter((folder) => to.endsWith(`/${from.slice(folder.length)}`));
}

const FILTERS: readonly (readonly FilterRule[])[] = [
  [],
  [{ kind: 'exclude', pattern: 'b' }],
  [{ kind: 'exclude', pattern: 'y/' }],
  [{ kind: 'include', pattern: '/x/**' }],
  [{ kind: 'include', pattern: 'a' }],
];

test(
  'a pass over the folders around all edits gives the same Stage as a whole pass, and lists only what it changes',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer(),
          edits: fc.integer({ min: 1, max: 12 }),
          removal: fc.constantFrom('none' as const, 'ours' as const),
          rules: fc.constantFrom(...FILTERS),
          atomic: fc.boolean(),
        }),
        async ({ seed, edits, removal, rules, atomic }) => {
          const edited = createEditedSource(createDice(seed), 'memory:');
          const stages = [createMemoryDestination(), createMemoryDestination()] as const;
          using whole = createEngine(edited.source, stages[0]);
          using scoped = createEngine(edited.source, stages[1]);
          const options = {
            removal,
            atomic,
            filter: createFilter({ rules }),
            force: new Set(['empty-source'] as const),
          };
          edited.edit(15);
          for (const engine of [whole, scoped]) expect((await engine.pass(options)).error).toBeUndefined();
          const dirty = noteChanges(edited);
          edited.edit(edits);
          await whole.pass(options);
          const before = stages[1].calls.length;
          // a ledger in which there is nothing cannot be believed: then the target is looked at
          const first = stages[1].files.size + stages[1].folders.size === 0;
          const { report, error } = await scoped.pass({ ...options, scope: Array.from(dirty) });
          expect(error).toBeUndefined();
          // where a file took a folder's name and nothing may be removed, there is nothing to agree on
          fc.pre(report.failed === 0);

          const text = (stage: (typeof stages)[0]) =>
            Object.fromEntries(
              Array.from(stage.files, ([path, { bytes }]) => [
                path,
                Buffer.from(bytes).toString().slice(0, 40),
              ]),
            );
          expect(text(stages[1])).toEqual(text(stages[0]));
          expect(Array.from(stages[1].folders).sort()).toEqual(Array.from(stages[0].folders).sort());
          const calls = stages[1].calls.slice(before);
          for (const { kind, path } of calls)
            if (kind === 'listFolder') expect(path).toSatisfy(mayBeListed(calls, first ? [''] : []));

          // nothing was left over: a whole pass finds nothing to do
          const again = stages[1].calls.length;
          await scoped.pass(options);
          const changing = stages[1].calls
            .slice(again)
            .filter(({ kind }) => !['listFolder', 'stat', 'read'].includes(kind));
          expect(changing).toEqual([]);
        },
      ),
      { numRuns: runs },
    );
  },
  60_000 + runs * 1000,
);
