import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFolderPath } from '../../src/model/path.ts';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import { createEngine } from '../support/engine/engine.ts';
import { Onlooker } from '../support/stage/onlooker.ts';

const FOLDERS = 6;
const FILES = 12;
const folderOf = (at: number): string => `d${at % FOLDERS}`;
const nameOf = (at: number): string => `f${String(at % FILES).padStart(2, '0')}`;

/** Something that happens to many names at once. */
type Rename =
  /** Each file of a folder gets the name of the next; the last one a new name, or that of the first. */
  | { readonly do: 'renumber' | 'turn'; readonly at: number }
  /** Files trade names, wherever they are. */
  | { readonly do: 'shuffle'; readonly at: number; readonly to: readonly number[] }
  /** A file gets another's name, which goes or not, or a new one. */
  | { readonly do: 'move' | 'new'; readonly at: number; readonly to: readonly number[] }
  /** A folder gets a new name, goes into another, or trades names with one. */
  | { readonly do: 'folder' | 'into' | 'swap'; readonly at: number; readonly to: readonly number[] }
  | { readonly do: 'rewrite' | 'remove'; readonly at: number };

const index = fc.nat(FOLDERS * FILES - 1);
const rename: fc.Arbitrary<Rename> = fc.record({
  do: fc.constantFrom(
    ...(['renumber', 'turn', 'shuffle', 'shuffle', 'move', 'new', 'new'] as const),
    ...(['folder', 'into', 'swap', 'rewrite', 'remove'] as const),
  ),
  at: index,
  to: fc.uniqueArray(index, { minLength: 2, maxLength: 15 }),
});

/** Names and what lies there, edited all at once: each file is where its content is. */
class Names {
  files = new Map<string, string>();
  #news = 0;

  /** The paths of a folder, in order. */
  within(folder: string): string[] {
    return [...this.files.keys()].filter((path) => path.startsWith(`${folder}/`)).sort();
  }

  /** Each of `from` goes to the place at the same index of `to`; what was there and does not go is gone. */
  carry(from: readonly string[], to: readonly string[]): void {
    const contents = from.map((path) => this.files.get(path));
    for (const path of from) this.files.delete(path);
    for (const [at, path] of to.entries()) if (contents[at] !== undefined) this.files.set(path, contents[at]);
  }

  apply(step: Rename): void {
    const all = [...this.files.keys()].sort();
    const pick = (at: number): string => all[at % all.length]!;
    const folder = folderOf(step.at);
    const files = this.within(folder);
    switch (step.do) {
      case 'renumber':
        return this.carry(files, [...files.slice(1), `${folder}/z${this.#news++}`]);
      case 'turn':
        return this.carry(files, [...files.slice(1), ...files.slice(0, 1)]);
      case 'shuffle': {
        const some = [...new Set(step.to.map(pick))];
        return this.carry(some, [...some.slice(1).reverse(), some[0]!]);
      }
      case 'move':
        return this.carry([pick(step.at)], [pick(step.to[0]!)]);
      case 'new':
        return this.carry([pick(step.at)], [`${folderOf(step.to[0]!)}/new${this.#news++}`]);
      case 'folder':
        return this.#moveFolder(folder, `n${this.#news++}`);
      case 'into':
        return this.#moveFolder(folder, `${folderOf(step.to[1]!)}/in${this.#news++}`);
      case 'swap': {
        const other = folderOf(step.to[0]!);
        if (other === folder) return undefined;
        this.#moveFolder(folder, 'aside');
        this.#moveFolder(other, folder);
        return this.#moveFolder('aside', other);
      }
      case 'rewrite':
        this.files.set(pick(step.at), `new content ${this.#news++}`);
        return undefined;
      case 'remove':
        if (all.length > 2) this.files.delete(pick(step.at));
        return undefined;
    }
  }

  #moveFolder(from: string, to: string): void {
    if (to.startsWith(`${from}/`)) return;
    const files = this.within(from);
    this.carry(
      files,
      files.map((path) => to + path.slice(from.length)),
    );
  }
}

const runs = Number(process.env['STAGESYNC_PROPERTY_RUNS'] ?? 25);

test('after any renames of many files and folders one pass moves them, and no content is lost on the way', async () => {
  const scenario = fc.record({
    renames: fc.array(rename, { minLength: 1, maxLength: 12 }),
    moveOverwrites: fc.boolean(),
    moveSetsTime: fc.boolean(),
    refusesFolderMove: fc.constantFrom(false, false, true),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ renames, ...traits }) => {
      const names = new Names();
      for (let at = 0; at < FOLDERS * FILES; at++)
        names.files.set(`${folderOf(Math.floor(at / FILES))}/${nameOf(at)}`, `content ${at}`);
      const source = createMemorySource();
      let now = 1_700_000_000_000;
      let onlooker: Onlooker | undefined;
      const stage = createMemoryDestination({
        ...traits,
        now: () => (now += 2000),
        after: (call) => {
          if (call.kind !== 'listFolder' && call.kind !== 'stat') onlooker?.look(stage, call);
        },
      });
      using engine = createEngine(source, stage);
      for (const [path, content] of names.files) source.write(path, content, { modifiedMs: 1 });
      await engine.pass();

      const before = new Map(names.files);
      const kept = new Map([...before].map(([path, content]) => [content, path]));
      for (const each of renames) names.apply(each);
      // content that is still there keeps its identity wherever it is now
      const moving = [...names.files].filter(([path, content]) => before.get(path) !== content);
      for (const [path, content] of moving)
        if (kept.has(content)) source.move(kept.get(content)!, `aside/${path}`);
      for (const path of before.keys()) if (!names.files.has(path)) source.remove(path);
      for (const [path, content] of moving)
        if (kept.has(content)) source.move(`aside/${path}`, path);
        else source.write(path, content, { modifiedMs: 2 });
      source.remove('aside/');

      onlooker = new Onlooker(before, names.files, '');
      const { report } = await engine.pass({ removal: 'ours' });
      expect(onlooker.seen).toEqual([]);
      onlooker = undefined;
      expect(report.failed).toBe(0);
      const there = new Map([...stage.files.keys()].map((path) => [path, stage.text(path)]));
      expect(there).toEqual(names.files);
      // where nothing was written or taken away, nothing is sent
      const onlyNames = renames.every((each) => !['rewrite', 'remove', 'move'].includes(each.do));
      if (onlyNames && !traits.refusesFolderMove) expect(report.uploaded).toBe(0);
      const calls = stage.calls.length;
      await engine.pass({ removal: 'ours' });
      const changes = stage.calls.slice(calls).filter(({ kind }) => kind !== 'listFolder' && kind !== 'stat');
      expect(changes.filter(({ path }) => !isFolderPath(path))).toEqual([]);
    }),
    { numRuns: runs },
  );
});
