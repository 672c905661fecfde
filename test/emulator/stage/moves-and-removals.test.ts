import { describe, expect, test } from 'vitest';
import { storedBlobs } from '../../support/trees/data-folder.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const start = useEmulators();

async function stageWithTree(): Promise<StageHttp> {
  const stage = new StageHttp(await start());
  for (const folder of ['a/', 'a/b/', 'a/b/c/', 'z/']) await stage.makeFolder(folder);
  await stage.put('a/one', '1');
  await stage.put('a/b/two', '2');
  await stage.put('a/b/c/three', '3');
  await stage.put('z/other', 'o');
  return stage;
}

describe('parents are not made', () => {
  test.each(['missing/f', 'missing/deep/f', 'z/other/f'])('for a file at %s', async (path) => {
    const stage = await stageWithTree();
    expect((await stage.put(path, 'x')).status).toBe(400);
  });

  test.each(['missing/d/', 'z/other/d/'])('for a folder at %s', async (path) => {
    const stage = await stageWithTree();
    expect((await stage.makeFolder(path)).status).toBe(400);
  });

  test('for the target of a move', async () => {
    const stage = await stageWithTree();
    expect((await stage.move('a/one', 'missing/one')).status).toBe(400);
    expect((await stage.move('a/', 'missing/a/')).status).toBe(400);
    expect(await stage.names('a/')).toEqual(['b/', 'one']);
  });
});

describe('one name for a file and a folder is refused', () => {
  test('in both directions, and by a move', async () => {
    const stage = await stageWithTree();
    expect((await stage.put('a', 'x')).status).toBe(409);
    expect((await stage.makeFolder('a/one/')).status).toBe(409);
    expect((await stage.move('a/one', 'z')).status).toBe(409);
    expect((await stage.move('z/', 'a/one/')).status).toBe(409);
    expect(await stage.names('')).toEqual(['a/', 'z/']);
  });
});

describe('moving', () => {
  test('a file takes its bytes and times to the new name', async () => {
    const stage = await stageWithTree();
    const before = (await stage.send('GET', 'a/one?metadata=1')).json();
    const reply = await stage.move('a/one', 'z/new name?.csv');
    expect(reply.json()).toEqual({ name: 'new name?.csv', path: 'z/new name?.csv' });
    expect((await stage.download('z/new%20name%3F.csv')).text).toBe('1');
    expect((await stage.send('GET', 'a/one?metadata=1')).status).toBe(404);
    const after = (await stage.send('GET', 'z/new%20name%3F.csv?metadata=1')).json();
    expect(after.last_modified).toBe(before.last_modified);
  });

  test('a folder takes its whole tree along', async () => {
    const stage = await stageWithTree();
    expect((await stage.move('a/b/', 'z/moved/')).json()).toEqual({ name: 'moved', path: 'z/moved/' });
    expect((await stage.list('z/moved/')).json().content?.map((child) => child.path)).toEqual([
      'z/moved/c/',
      'z/moved/two',
    ]);
    expect((await stage.download('z/moved/c/three')).text).toBe('3');
    expect(await stage.names('a/')).toEqual(['one']);
  });

  test('a folder needs its slash on the source only', async () => {
    const stage = await stageWithTree();
    expect((await stage.move('a/', 'n')).status).toBe(200);
    expect(await stage.names('')).toEqual(['n/', 'z/']);
  });

  test.each([
    ['a/', 'a/b/inside/'],
    ['a/', 'a/a/'],
    ['', 'n/'],
    ['a/one', 'z/'],
    ['a/one', ''],
  ])('%j to %j makes no sense and is refused', async (from, to) => {
    const stage = await stageWithTree();
    expect((await stage.move(from, to)).status).toBe(400);
    expect((await stage.download('a/b/c/three')).text).toBe('3');
  });

  test.each(['', 'no json', '[]', '{}', '{"newPath":1}', 'null'])(
    'with the body %j is refused',
    async (body) => {
      const stage = await stageWithTree();
      expect((await stage.send('PATCH', 'a/one', { body })).status).toBe(400);
      expect(await stage.names('a/')).toEqual(['b/', 'one']);
    },
  );
});

describe('removing', () => {
  test('a folder removes everything below it and nothing else', async () => {
    const stage = await stageWithTree();
    expect((await stage.send('DELETE', 'a/')).json()).toEqual({ name: 'a', path: 'a/' });
    expect(await stage.names('')).toEqual(['z/']);
    expect((await stage.download('z/other')).text).toBe('o');
    expect((await stage.send('DELETE', 'a/')).status).toBe(404);
  });

  test('the last file leaves its folder', async () => {
    const stage = await stageWithTree();
    expect((await stage.send('DELETE', 'z/other')).json()).toEqual({ name: 'other', path: 'z/other' });
    expect(await stage.names('')).toEqual(['a/', 'z/']);
    expect(await stage.names('z/')).toEqual([]);
  });

  test('the root is refused', async () => {
    const stage = await stageWithTree();
    expect((await stage.send('DELETE', '')).status).toBe(400);
    expect(await stage.names('')).toEqual(['a/', 'z/']);
  });

  test('gives the bytes back', async () => {
    const dataDir = await temporaryFolder();
    const emulator = await start({ dataDir });
    const stage = new StageHttp(emulator);
    await stage.makeFolder('d/');
    await stage.put('d/large', new Uint8Array(200_000));
    await stage.put('large', new Uint8Array(200_000));
    expect(await storedBlobs(dataDir)).toHaveLength(2);
    await stage.send('DELETE', 'd/');
    await stage.send('DELETE', 'large');
    await emulator.close();
    expect(await storedBlobs(dataDir)).toEqual([]);
  });
});

test('an existing folder may be created again and keeps what it holds', async () => {
  const stage = await stageWithTree();
  expect((await stage.makeFolder('a/b/')).status).toBe(200);
  expect(await stage.names('a/b/')).toEqual(['c/', 'two']);
});
