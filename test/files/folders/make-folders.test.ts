import { expect, test } from 'vitest';
import { makeFolder } from '../../../src/files/folders/make-folders.ts';
import { attempt } from '../../../src/files/file-changes.ts';
import { changingFiles } from '../../support/engine/changing-files.ts';

const TREE = { 'd/': '', file: 'x' };

async function made(folder: string, options: { readonly parents: boolean; readonly dryRun?: boolean }) {
  const { run, there, did, told, events } = changingFiles(TREE, options);
  await run((parts) => attempt(parts, folder, () => makeFolder(parts, folder, options)));
  return { there: there(), did: did(), told: told(), events };
}

test('a folder is made after one look, and with its parents where that is asked for', async () => {
  expect(await made('d/e/', { parents: false })).toMatchObject({
    there: { ...TREE, 'd/e/': '' },
    did: ['listFolder d/e/', 'listFolder d/', 'makeFolder d/e/'],
    told: ['action create_folder d/e/'],
  });
  expect(await made('n/m/', { parents: true })).toMatchObject({
    there: { ...TREE, 'n/': '', 'n/m/': '' },
    told: ['action create_folder n/', 'action create_folder n/m/'],
  });
});

test('a folder that is there is a failure, unless parents are made too: then one look is all', async () => {
  expect(await made('d/', { parents: true })).toMatchObject({ did: ['listFolder d/'], told: [] });
  expect(await made('d/', { parents: false })).toMatchObject({ told: ['failure d/ destination_taken'] });
});

test('what cannot be made is told', async () => {
  expect(await made('n/m/', { parents: false })).toMatchObject({
    there: TREE,
    told: ['failure n/m/ destination_missing'],
  });
  const inTheWay = await made('file/x/', { parents: true });
  expect(inTheWay).toMatchObject({ there: TREE, told: ['failure file/x/ destination_taken'] });
  expect(inTheWay.events[0]).toMatchObject({
    message: 'file is a file, and no folder can have its name',
  });
});

test('a dry run makes nothing', async () => {
  expect(await made('n/m/', { parents: true, dryRun: true })).toMatchObject({
    there: TREE,
    told: ['planned create_folder n/', 'planned create_folder n/m/'],
  });
});
