import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isWithin, parentOf } from '../../src/model/path.ts';
import type { ChangeHint, ListOptions, PathFilter, Source, Watching } from '../../src/model/ports.ts';
import { createFilter } from '../../src/filter/filter.ts';
import type { SourceFixture } from './source.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Hints may take as long as they like; that none comes is only concluded once another one has come. */
const PATIENCE = { timeout: 20_000, interval: 20 };

/** What every source that can be watched promises. `open` gives an empty source. */
export function describeWatchedSource(
  name: string,
  open: () => Promise<SourceFixture & { watch?: Source['watch'] }>,
): void {
  describe(`${name} that is watched`, () => {
    let fixture: Awaited<ReturnType<typeof open>>;
    let watching: Watching | undefined;
    let hints: ChangeHint[];
    beforeEach(async () => {
      fixture = await open();
      hints = [];
    });
    afterEach(async () => {
      await watching?.close();
      await fixture[Symbol.asyncDispose]();
    });

    async function watch(filter: PathFilter = createFilter({ rules: [] })): Promise<void> {
      const options: ListOptions = { filter, signal: new AbortController().signal };
      const start = fixture.watch ?? fixture.source.watch?.bind(fixture.source);
      watching = await start!((hint) => hints.push(hint), options);
    }
    const named = (): string[] => hints.flatMap((hint) => ('folders' in hint ? hint.folders : []));
    const saw = (folder: string): Promise<void> =>
      vi.waitFor(
        () =>
          expect(
            named().includes(folder) || hints.some((hint) => 'everything' in hint),
            `${folder} in ${JSON.stringify(named())}`,
          ).toBe(true),
        PATIENCE,
      );

    test('names the folder of a file that appears, changes and goes', async () => {
      await fixture.write('a/b.csv', bytes('1'));
      await watch();
      const changes: [folder: string, change: () => Promise<void>][] = [
        ['a/', () => fixture.write('a/c.csv', bytes('1'))],
        ['a/', () => fixture.write('a/b.csv', bytes('22'))],
        ['a/', () => fixture.remove('a/b.csv')],
        ['', () => fixture.write('top.csv', bytes('1'))],
      ];
      for (const [folder, change] of changes) {
        hints.length = 0;
        await change();
        await saw(folder);
      }
    });

    test('names a new folder, and what then happens in it', async () => {
      await fixture.write('a/b', bytes('1'));
      await watch();
      await fixture.write('n/m/o/file', bytes('1'));
      await saw('n/m/o/');
      hints.length = 0;
      await fixture.write('n/m/o/another', bytes('1'));
      await saw('n/m/o/');
    });

    test('says nothing about what the filter closes', async () => {
      await fixture.write('in/a', bytes('1'));
      await fixture.write('out/a', bytes('1'));
      await watch(createFilter({ rules: [{ kind: 'exclude', pattern: 'out/' }] }));
      await fixture.write('out/b', bytes('1'));
      await fixture.write('in/b', bytes('1'));
      await saw('in/');
      expect(named()).not.toContain('out/');
    });

    test('names only folders: the root, or what ends in a slash', async () => {
      await watch();
      await fixture.write('x/y', bytes('1'));
      await saw('x/');
      for (const folder of named()) {
        expect(folder === '' || folder.endsWith('/')).toBe(true);
        expect(isWithin(folder, parentOf(folder))).toBe(true);
      }
    });

    test('says nothing once it is closed', async () => {
      await watch();
      expect(watching!.mode).not.toBe('');
      await watching!.close();
      const ofTheClosed = hints;
      hints = [];
      await watch();
      await fixture.write('x/y', bytes('1'));
      await saw('x/');
      expect(ofTheClosed).toEqual([]);
    });
  });
}
