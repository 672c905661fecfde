import { deepEqual, equal } from 'node:assert/strict';
import type { CaseBodies } from '../contract-case.ts';
import { call, NO_PARENT, type Tried } from './tried.ts';

/** Folders, and what a listing shows of them. */
export const folderCases: CaseBodies<Tried> = {
  'a new folder is there and empty, and making it again is no error': async (tried) => {
    await tried.makeFolders('a/', 'a/');
    deepEqual(await tried.shownIn(''), ['folder a']);
    deepEqual(await tried.shownIn('a/'), []);
  },

  'making a folder again keeps what is in it': async (tried) => {
    await tried.makeFolders('a/');
    await tried.put('a/b.csv', 'b');
    await tried.makeFolders('a/');
    equal(await tried.textOf('a/b.csv'), 'b');
  },

  'a folder below a missing one is refused': async (tried) => {
    await tried.refuses(() => tried.makeFolders('a/b/'), 'a folder in no folder', NO_PARENT);
    deepEqual(await tried.shownIn(''), []);
  },

  'a listing has the direct children and no others': async (tried) => {
    await tried.makeFolders('a/', 'a/b/', 'ab/');
    await tried.put('a/b/deep.csv', 'deep');
    await tried.put('a/file.csv', 'file');
    deepEqual(await tried.shownIn('a/'), ['file file.csv', 'folder b']);
    const children = [...((await tried.destination.listFolder('a/', call)) ?? [])];
    const file = children.find((child) => child.kind === 'file');
    equal(file?.size, 4);
    // the one look and the other show the same version
    equal(file?.modifiedMs, (await tried.stat('a/file.csv'))?.modifiedMs);
  },

  'what is not there lists as undefined, a file asked for as a folder too': async (tried) => {
    await tried.put('a.csv', 'a');
    for (const folder of ['none/', 'a.csv/', 'none/deeper/']) equal(await tried.shownIn(folder), undefined);
  },

  'a folder outlives its last file': async (tried) => {
    await tried.makeFolders('a/');
    await tried.put('a/b.csv', 'b');
    await tried.remove('a/b.csv');
    deepEqual(await tried.shownIn('a/'), []);
  },
};
