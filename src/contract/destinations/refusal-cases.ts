import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { Operation } from '../../model/errors.ts';
import { assertSyncError, rejectionOf } from '../assertions.ts';
import { chunkedContent, patternedBytes, textContent } from '../contents.ts';
import type { CaseBodies } from '../contract-case.ts';
import type { Tried } from './tried.ts';

const NO_PATHS = ['', '../x', 'a/../b', './a', 'a//b', '/a', 'a\\b', 'a\nb', '\ud800', 'a/..'];
const NOT_REMOVED = ['', '..', '../', 'a/..', 'a/../', '/', './'];
const REFUSED = ['refused'] as const;

/** What is said to people, what is no path, and how a call is given up. */
export const refusalCases: CaseBodies<Tried> = {
  'it has words for itself, for the sentences of those who use it': async ({ destination }) => {
    const { name, at, this: one, folder } = destination.words;
    for (const words of [name, at, one, folder]) match(words, /^\S+( \S+)*$/);
  },

  'a refusal says what was being done to which path, and has a sentence without it': async (tried) => {
    await tried.put('f', 'f');
    const attempts: readonly (readonly [Operation, string, () => Promise<unknown>])[] = [
      ['upload', 'no/a.csv', () => tried.put('no/a.csv', 'a')],
      ['create_folder', 'no/b/', () => tried.makeFolders('no/b/')],
      ['move', 'a.csv', () => tried.move('a.csv', 'b.csv')],
      ['remove', 'a.csv', () => tried.remove('a.csv')],
      ['read', 'a.csv', () => tried.bytesOf('a.csv')],
    ];
    for (const [operation, path, attempt] of attempts) {
      const what = `${operation} ${path}`;
      const error = await rejectionOf(attempt(), what);
      assertSyncError(error, { operation }, what);
      equal(error.path, path, `the path of a refused ${what}`);
      ok(error.message.includes(path), `${what}: the message does not name the path: ${error.message}`);
      // Its own words may name the path once more.
      ok(
        error.besidePath.length < error.message.length,
        `${what}: give SyncError a sentence that takes the path, so that it can be left out`,
      );
    }
  },

  'what is no path is refused by everything that changes': async (tried) => {
    await tried.makeFolders('a/');
    await tried.put('a/b.csv', 'b');
    for (const path of NO_PATHS) {
      const named = JSON.stringify(path);
      await tried.refuses(() => tried.put(path, 'x'), `a put of ${named}`, REFUSED);
      await tried.refuses(() => tried.makeFolders(`${path}/`), `the folder ${named}`, REFUSED);
      await tried.refuses(() => tried.move('a/b.csv', path), `a move to ${named}`, REFUSED);
    }
    for (const path of NOT_REMOVED)
      await tried.refuses(() => tried.remove(path), `a removal of ${JSON.stringify(path)}`, REFUSED);
    deepEqual(await tried.shownIn(''), ['folder a']);
    equal(await tried.textOf('a/b.csv'), 'b');
  },

  'an aborted signal makes no change and is what the call rejects with': async (tried) => {
    await tried.put('a.csv', 'a');
    const reason = new Error('stopped');
    const aborted = { signal: AbortSignal.abort(reason) };
    const { destination } = tried;
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      'a put': () => destination.put('b.csv', textContent('b'), aborted),
      'a put of chunks': () =>
        destination.put('c.csv', chunkedContent(patternedBytes(50_000), 1000), aborted),
      'a folder': () => destination.makeFolder('d/', aborted),
      'a move': () => destination.move('a.csv', 'e.csv', aborted),
      'a removal': () => destination.remove('a.csv', aborted),
      'a listing': () => destination.listFolder('', aborted),
      'a look': () => destination.stat('a.csv', aborted),
      'a read': () => destination.read('a.csv', aborted),
    };
    for (const [what, call] of Object.entries(calls))
      equal(await rejectionOf(call(), `${what} with an aborted signal`), reason);
    deepEqual(await tried.shownIn(''), ['file a.csv']);
  },
};
