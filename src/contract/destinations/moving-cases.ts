import { deepEqual, equal } from 'node:assert/strict';
import type { CaseBodies } from '../contract-case.ts';
import { MISSING, NAME_TAKEN, NO_PARENT, NOT_THERE, type Tried } from './tried.ts';

/** Moves and removals, and what they may not touch. */
export const movingCases: CaseBodies<Tried> = {
  'a file moves with its content': async (tried) => {
    await tried.makeFolders('to/');
    await tried.put('a.csv', 'a');
    await tried.move('a.csv', 'to/b.csv');
    equal(await tried.textOf('to/b.csv'), 'a');
    equal(await tried.stat('a.csv'), undefined);
  },

  'a folder moves with everything below it, or is refused and stays where traits say so': movesFolder,

  'moving what is not there is refused': async (tried) => {
    await tried.refuses(() => tried.move('a.csv', 'b.csv'), 'a move of no file', MISSING);
    if (tried.destination.traits.movesFolders === false) return;
    await tried.refuses(() => tried.move('a/', 'b/'), 'a move of no folder', MISSING);
  },

  'moving into a missing folder is refused and the file stays': async (tried) => {
    await tried.put('a.csv', 'a');
    await tried.refuses(() => tried.move('a.csv', 'no/b.csv'), 'a move into no folder', NO_PARENT);
    equal(await tried.textOf('a.csv'), 'a');
  },

  'moving onto a file is refused and both stay': async (tried) => {
    await tried.put('a.csv', 'a');
    await tried.put('b.csv', 'b');
    await tried.refuses(() => tried.move('a.csv', 'b.csv'), 'a move onto a file', NAME_TAKEN);
    equal(await tried.textOf('a.csv'), 'a');
    equal(await tried.textOf('b.csv'), 'b');
  },

  'a file is refused where a folder has the name, and the reverse, and both stay': async (tried) => {
    await tried.makeFolders('a/', 'b/');
    for (const file of ['a/in', 'f', 'g']) await tried.put(file, file);
    const attempts: Readonly<Record<string, () => Promise<unknown>>> = {
      'a put over a folder': () => tried.put('a', 'new'),
      'a folder over a file': () => tried.makeFolders('f/'),
      'a move of a file over a folder': () => tried.move('f', 'a'),
      'a move of a folder over a file': () => tried.move('b/', 'f/'),
      'a put below a file': () => tried.put('f/in', 'new'),
      'a folder below a file': () => tried.makeFolders('f/in/'),
      'a move below a file': () => tried.move('g', 'f/in'),
      'a move of a file below itself': () => tried.move('g', 'g/in'),
      'a move of a folder below itself': () => tried.move('a/', 'a/in/'),
    };
    for (const [what, attempt] of Object.entries(attempts)) await tried.refuses(attempt, what, NAME_TAKEN);
    deepEqual(await tried.shownIn(''), ['file f', 'file g', 'folder a', 'folder b']);
    equal(await tried.textOf('a/in'), 'a/in');
    equal(await tried.textOf('f'), 'f');
  },

  'a folder is removed with everything below it, and nothing beside it': async (tried) => {
    await tried.makeFolders('a/', 'a/b/', 'ab/');
    await tried.put('a/b/1.csv', '1');
    await tried.put('ab/2.csv', '2');
    await tried.remove('a/');
    deepEqual(await tried.shownIn(''), ['folder ab']);
    equal(await tried.textOf('ab/2.csv'), '2');
  },

  'removing twice is told': async (tried) => {
    await tried.put('a.csv', 'a');
    await tried.remove('a.csv');
    await tried.refuses(() => tried.remove('a.csv'), 'a removal of no file', MISSING);
    await tried.refuses(() => tried.remove('a/'), 'a removal of no folder', MISSING);
  },

  'a file is not removed as a folder, nor a folder as a file': async (tried) => {
    await tried.makeFolders('a/');
    await tried.put('b.csv', 'b');
    await tried.refuses(() => tried.remove('a'), 'a folder removed as a file', NOT_THERE);
    await tried.refuses(() => tried.remove('b.csv/'), 'a file removed as a folder', NOT_THERE);
    deepEqual(await tried.shownIn(''), ['file b.csv', 'folder a']);
  },
};

async function movesFolder(tried: Tried): Promise<void> {
  await tried.makeFolders('a/', 'a/b/', 'a/empty/', 'to/');
  await tried.put('a/1.csv', '1');
  await tried.put('a/b/2.csv', '2');
  const moves = tried.destination.traits.movesFolders !== false;
  if (moves) await tried.move('a/', 'to/c/');
  else await tried.refuses(() => tried.move('a/', 'to/c/'), 'a move of a folder', ['refused']);
  const [at, free] = moves ? ['to/c/', 'a/'] : ['a/', 'to/c/'];
  equal(await tried.shownIn(free), undefined);
  equal(await tried.textOf(`${at}1.csv`), '1');
  equal(await tried.textOf(`${at}b/2.csv`), '2');
  deepEqual(await tried.shownIn(`${at}empty/`), []);
}
