import { deepEqual, fail, notEqual, ok } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFilter, everything } from '../../filter/filter.ts';
import { isFolderPath, isWithin, parentOf } from '../../model/path.ts';
import type { ChangeHint, PathFilter, Source, Watching } from '../../model/ports.ts';
import type { CaseBodies } from '../contract-case.ts';
import { bytesOf, signal, type SourceFixture } from './source-fixture.ts';

export interface WatchedSourceFixture extends SourceFixture {
  /** What is tried in the place of the source's own `watch`. */
  readonly watch?: Source['watch'];
}

const LOOK_MS = 20;

/** A watch, and what it has told. */
class Watch implements AsyncDisposable {
  readonly hints: ChangeHint[] = [];
  readonly #patienceMs: number;
  #watching: Watching | undefined;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  async begin(fixture: WatchedSourceFixture, filter: PathFilter = everything): Promise<Watching> {
    const { source } = fixture;
    const hear = (hint: ChangeHint): void => void this.hints.push(hint);
    const options = { filter, signal };
    const started = fixture.watch?.(hear, options) ?? source.watch?.(hear, options);
    return (this.#watching = (await started) ?? fail('the source has no watch'));
  }

  /** The folders that were named so far. */
  get named(): readonly string[] {
    return this.hints.flatMap((hint) => ('folders' in hint ? hint.folders : []));
  }

  /** Resolves once the folder is named, or everything is. */
  async saw(folder: string): Promise<void> {
    const end = performance.now() + this.#patienceMs;
    while (!this.named.includes(folder) && !this.hints.some((hint) => 'everything' in hint)) {
      if (performance.now() > end)
        fail(`no hint named ${JSON.stringify(folder)}, only ${JSON.stringify(this.named)}`);
      await sleep(LOOK_MS);
    }
  }

  forget(): void {
    this.hints.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watching?.close();
  }
}

/**
 * What a source tells of its changes.
 *
 * @param patienceMs how long a hint may take. That none comes is only concluded once another one has come.
 */
export const watchingCases = (patienceMs: number): CaseBodies<WatchedSourceFixture> => ({
  'names the folder of a file that appears, changes and goes': async (fixture) => {
    await fixture.write('a/b.csv', bytesOf('1'));
    await using watch = new Watch(patienceMs);
    await watch.begin(fixture);
    const changes: readonly (readonly [folder: string, change: () => Promise<void>])[] = [
      ['a/', () => fixture.write('a/c.csv', bytesOf('1'))],
      ['a/', () => fixture.write('a/b.csv', bytesOf('22'))],
      ['a/', () => fixture.remove('a/b.csv')],
      ['', () => fixture.write('top.csv', bytesOf('1'))],
    ];
    for (const [folder, change] of changes) {
      watch.forget();
      await change();
      await watch.saw(folder);
    }
  },

  'names a new folder, and what then happens in it': async (fixture) => {
    await fixture.write('a/b', bytesOf('1'));
    await using watch = new Watch(patienceMs);
    await watch.begin(fixture);
    await fixture.write('n/m/o/file', bytesOf('1'));
    await watch.saw('n/m/o/');
    watch.forget();
    await fixture.write('n/m/o/another', bytesOf('1'));
    await watch.saw('n/m/o/');
  },

  'says nothing about what the filter closes': async (fixture) => {
    await fixture.write('in/a', bytesOf('1'));
    await fixture.write('out/a', bytesOf('1'));
    await using watch = new Watch(patienceMs);
    await watch.begin(fixture, createFilter({ rules: [{ kind: 'exclude', pattern: 'out/' }] }));
    await fixture.write('out/b', bytesOf('1'));
    await fixture.write('in/b', bytesOf('1'));
    await watch.saw('in/');
    ok(!watch.named.includes('out/'), 'a hint named a folder that the filter closes');
  },

  'names only folders: the root, or what ends in a slash': async (fixture) => {
    await using watch = new Watch(patienceMs);
    await watch.begin(fixture);
    await fixture.write('x/y', bytesOf('1'));
    await watch.saw('x/');
    for (const folder of watch.named) {
      ok(isFolderPath(folder), `${folder} is no folder`);
      ok(isWithin(folder, parentOf(folder)), `${folder} is not relative to the root`);
    }
  },

  'says nothing once it is closed': async (fixture) => {
    await using closed = new Watch(patienceMs);
    const watching = await closed.begin(fixture);
    notEqual(watching.mode, '', 'a watch says how it finds changes');
    await watching.close();
    closed.forget();
    await using watch = new Watch(patienceMs);
    await watch.begin(fixture);
    await fixture.write('x/y', bytesOf('1'));
    await watch.saw('x/');
    deepEqual(closed.hints, []);
  },
});
