import { changed, statusOf, type Answer, type Question, type Trial } from './question.ts';
import type { RelPath } from '../../model/path.ts';

/** The size that a look shows; undefined where the file is not there. */
async function sizeOf({ stage, signal }: Trial, path: RelPath): Promise<unknown> {
  const told = await stage.look(path, signal);
  return told.isSuccess ? (told.value as { readonly size?: unknown } | undefined)?.size : undefined;
}

async function namesIn({ stage, signal }: Trial, folder: RelPath): Promise<readonly string[] | undefined> {
  const children = await stage.children(folder, signal);
  return children?.map(({ name }) => String(name).replace(/\/$/, '')).sort();
}

const overwrite: Question = {
  id: 'put_overwrites',
  asks: 'Does a PUT replace a file that is there?',
  async ask(trial) {
    const { stage, signal, folder } = trial;
    await stage.put(`${folder}a.txt`, 'one', signal);
    const told = await stage.put(`${folder}a.txt`, 'longer', signal);
    return changed(told, (await sizeOf(trial, `${folder}a.txt`)) === 6, 'replaces');
  },
};

const moveOverFile: Question = {
  id: 'move_over_file',
  asks: 'Does a PATCH replace a file that has the new name?',
  async ask(trial) {
    const { stage, signal, folder } = trial;
    await stage.put(`${folder}a.txt`, 'one', signal);
    await stage.put(`${folder}b.txt`, 'longer', signal);
    const told = await stage.move(`${folder}b.txt`, `${folder}a.txt`, signal);
    const names = (await namesIn(trial, folder))?.join();
    return changed(told, names === 'a.txt' && (await sizeOf(trial, `${folder}a.txt`)) === 6, 'replaces');
  },
};

const parents: Question = {
  id: 'parents_made',
  asks: 'Are missing folders made: for a file, for a folder, for a move?',
  async ask(trial) {
    const { stage, signal, folder } = trial;
    await stage.put(`${folder}c.txt`, 'one', signal);
    const tries = [
      ['file', await stage.put(`${folder}x/y/a.txt`, 'one', signal), await namesIn(trial, `${folder}x/y/`)],
      ['folder', await stage.makeFolder(`${folder}u/v/`, signal), await namesIn(trial, `${folder}u/`)],
      [
        'move',
        await stage.move(`${folder}c.txt`, `${folder}m/n/c.txt`, signal),
        await namesIn(trial, `${folder}m/n/`),
      ],
    ] as const;
    const made = tries.filter(([, told, names]) => told.isSuccess && (names?.length ?? 0) > 0);
    const detail = tries.map(([what, told]) => `${what}: ${statusOf(told)}`).join(', ');
    if (made.length === tries.length) return { answer: 'made', detail };
    return {
      answer: made.length === 0 ? 'not made' : `made for ${made.map(([what]) => what).join(' and ')}`,
      detail,
    };
  },
};

const folderMoves: Question = {
  id: 'folder_moves',
  asks: 'Does a PATCH move a folder with all that is in it?',
  async ask(trial) {
    const { stage, signal, folder } = trial;
    await stage.makeFolder(`${folder}from/`, signal);
    await stage.put(`${folder}from/a.txt`, 'one', signal);
    const told = await stage.move(`${folder}from/`, `${folder}to/`, signal);
    const [from, to] = [await namesIn(trial, `${folder}from/`), await namesIn(trial, `${folder}to/`)];
    return changed(told, from === undefined && to?.join() === 'a.txt', 'moves whole');
  },
};

const folderOverFolder: Question = {
  id: 'folder_over_folder',
  asks: 'What becomes of a folder that moves to the name of another one?',
  async ask(trial): Promise<Answer> {
    const { stage, signal, folder } = trial;
    await stage.makeFolder(`${folder}from/`, signal);
    await stage.put(`${folder}from/a.txt`, 'one', signal);
    await stage.makeFolder(`${folder}to/`, signal);
    await stage.put(`${folder}to/b.txt`, 'one', signal);
    const told = await stage.move(`${folder}from/`, `${folder}to/`, signal);
    const names = (await namesIn(trial, `${folder}to/`))?.join() ?? '';
    if (!told.isSuccess) return { answer: 'refused', detail: statusOf(told) };
    const words: Record<string, string> = {
      'a.txt,b.txt': 'merged',
      'a.txt': 'replaced',
      'b.txt,from': 'moved into it',
    };
    return { answer: words[names] ?? 'something else', detail: statusOf(told) };
  },
};

const fullFolderGoes: Question = {
  id: 'full_folder_removed',
  asks: 'Does a DELETE remove a folder with all that is in it?',
  async ask(trial) {
    const { stage, signal, folder } = trial;
    await stage.makeFolder(`${folder}full/`, signal);
    await stage.put(`${folder}full/a.txt`, 'one', signal);
    const told = await stage.remove(`${folder}full/`, signal);
    return changed(told, (await namesIn(trial, `${folder}full/`)) === undefined, 'removes all');
  },
};

const kindsCoexist: Question = {
  id: 'kinds_coexist',
  asks: 'May a file and a folder have one name?',
  async ask(trial) {
    const { stage, signal, folder } = trial;
    await stage.put(`${folder}x`, 'one', signal);
    const told = await stage.makeFolder(`${folder}x/`, signal);
    return changed(told, (await namesIn(trial, folder))?.join() === 'x,x', 'yes');
  },
};

const caseMatters: Question = {
  id: 'case_matters',
  asks: 'Are a.txt and A.txt two files?',
  async ask(trial) {
    const { stage, signal, folder } = trial;
    await stage.put(`${folder}a.txt`, 'one', signal);
    const told = await stage.put(`${folder}A.txt`, 'two', signal);
    return changed(told, (await namesIn(trial, folder))?.join() === 'A.txt,a.txt', 'two files');
  },
};

const ODD_NAME = 'a b#c?d%41+e&ü.txt';

const oddNames: Question = {
  id: 'odd_names',
  asks: 'Does a name keep its characters: space # ? % + & and a letter beyond ASCII?',
  async ask(trial) {
    const { stage, signal, folder } = trial;
    const told = await stage.put(folder + ODD_NAME, 'one', signal);
    return changed(told, (await namesIn(trial, folder))?.join() === ODD_NAME, 'kept');
  },
};

export const CHANGE_QUESTIONS: readonly Question[] = [
  overwrite,
  moveOverFile,
  parents,
  folderMoves,
  folderOverFolder,
  fullFolderGoes,
  kindsCoexist,
  caseMatters,
  oddNames,
];
