import { describe, expect, test, vi } from 'vitest';
import type { Destination } from '../../src/model/ports.ts';
import type { MemoryDestinationOptions } from '../../src/destinations/memory/memory-destination.ts';
import type { DestinationFixture } from '../../src/contract/contract.ts';

export type Switches = Pick<
  MemoryDestinationOptions,
  'refusesFolderMove' | 'removesOnlyEmpty' | 'moveSetsTime' | 'kindsCoexist'
>;

/** Where Stages may differ: the stand-ins that tests use must differ in the same way. */
export function describeSwitches(
  name: string,
  open: (switches: Switches) => Promise<DestinationFixture>,
): void {
  const call = { signal: new AbortController().signal };
  const put = (stage: Destination, path: string): Promise<unknown> =>
    stage.put(path, { size: path.length, bytes: Buffer.from(path) }, call);
  const timeOf = async (stage: Destination, path: string): Promise<number | undefined> =>
    (await stage.stat(path, call))?.modifiedMs;

  /** `a/f`, `a/b/g` and the empty `empty/`. */
  async function withTree(stage: Destination): Promise<Destination> {
    for (const folder of ['a/', 'a/b/', 'empty/']) await stage.makeFolder(folder, call);
    for (const file of ['a/f', 'a/b/g']) await put(stage, file);
    return stage;
  }

  describe(`switches: ${name}`, () => {
    test('a folder does not move, a file does', async () => {
      await using fixture = await open({ refusesFolderMove: true });
      const stage = await withTree(fixture.destination);
      await expect(stage.move('a/', 'n/', call)).rejects.toMatchObject({ fact: 'refused' });
      await expect(stage.move('empty/', 'n/', call)).rejects.toMatchObject({ fact: 'refused' });
      await expect(stage.move('none/', 'n/', call)).rejects.toMatchObject({ fact: 'missing' });
      expect(await stage.listFolder('n/', call)).toBeUndefined();
      await stage.move('a/b/g', 'g', call);
      expect(await stage.stat('g', call)).toBeDefined();
    });

    test('a folder goes only when it is empty', async () => {
      await using fixture = await open({ removesOnlyEmpty: true });
      const stage = await withTree(fixture.destination);
      await expect(stage.remove('a/', call)).rejects.toMatchObject({ fact: 'taken' });
      expect(await stage.stat('a/b/g', call)).toBeDefined();
      await stage.remove('a/b/g', call);
      await stage.remove('a/b/', call);
      await stage.remove('empty/', call);
      expect(await stage.listFolder('', call)).toEqual([{ kind: 'folder', name: 'a' }]);
      expect(await stage.listFolder('a/', call)).toMatchObject([{ kind: 'file', name: 'f' }]);
    });

    test.each([false, true])(
      'a move of a file, and of a folder for its files, sets the time: %s',
      async (sets) => {
        await using fixture = await open({ moveSetsTime: sets });
        const stage = await withTree(fixture.destination);
        await put(stage, 'h');
        const before = [await timeOf(stage, 'h'), await timeOf(stage, 'a/f'), await timeOf(stage, 'a/b/g')];
        // a move within the millisecond of its put would show the same time
        await vi.waitFor(
          () => expect(Date.now()).toBeGreaterThan(Math.max(...before.map((time) => time ?? 0))),
          { interval: 1 },
        );
        await stage.move('h', 'i', call);
        await stage.move('a/', 'n/', call);
        const after = [await timeOf(stage, 'i'), await timeOf(stage, 'n/f'), await timeOf(stage, 'n/b/g')];
        if (!sets) expect(after).toEqual(before);
        else for (const [at, time] of after.entries()) expect(time).toBeGreaterThan(before[at]!);
      },
    );

    test('a file and a folder may have one name, and each is its own', async () => {
      await using fixture = await open({ kindsCoexist: true });
      const stage = await withTree(fixture.destination);
      await put(stage, 'a');
      await put(stage, 'm');
      await stage.makeFolder('m/', call);
      await stage.move('a/f', 'empty', call);
      await stage.move('a/b/', 'empty/x/', call);
      const names = [...(await stage.listFolder('', call))!]
        .map(({ kind, name }) => `${kind} ${name}`)
        .sort();
      expect(names).toEqual(['file a', 'file empty', 'file m', 'folder a', 'folder empty', 'folder m']);
      await stage.remove('m/', call);
      await stage.remove('a', call);
      await stage.move('empty', 'e', call);
      expect(await stage.stat('m', call)).toBeDefined();
      expect(await stage.listFolder('a/', call)).toEqual([]);
      expect(await stage.listFolder('empty/x/', call)).toMatchObject([{ kind: 'file', name: 'g' }]);
    });
  });
}
