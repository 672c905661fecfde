import { describe, expect, test } from 'vitest';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';

const start = useEmulators();

describe('listing a folder', () => {
  test('gives one level of full objects in the order of the names’ bytes, folders not first', async () => {
    const stage = new StageHttp(await start());
    await stage.makeFolder('b/');
    await stage.makeFolder('b/deep/');
    await stage.put('b/deep/hidden', 'x');
    for (const name of ['c.csv', 'B', 'a.csv', '%F0%90%8D%88', '%EF%BC%A1']) await stage.put(name, name);

    expect(await stage.names('')).toEqual(['B', 'a.csv', 'b/', 'c.csv', 'Ａ', '𐍈']);
    expect(await stage.names('b/')).toEqual(['deep/']);
  });

  test('describes each child with every field of the API', async () => {
    const stage = new StageHttp(await start());
    await stage.makeFolder('data/');
    await stage.makeFolder('data/sub/');
    await stage.put('data/a.csv', 'hello');

    const folder = (await stage.list('data/')).json();
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/) as string;
    expect(folder).toMatchObject({ name: 'data', path: 'data/', type: 'directory', format: 'json' });
    expect(folder.content).toEqual([
      {
        name: 'a.csv',
        path: 'data/a.csv',
        size: 5,
        type: 'file',
        format: null,
        mimetype: '',
        writable: true,
        created: time,
        last_modified: time,
        content: null,
      },
      {
        name: 'sub',
        path: 'data/sub/',
        size: 0,
        type: 'directory',
        format: 'json',
        mimetype: '',
        writable: true,
        created: time,
        last_modified: time,
        content: null,
      },
    ]);
  });

  test('answers the root as fs and fs/', async () => {
    const emulator = await start();
    await new StageHttp(emulator).put('a', 'x');
    for (const slash of ['', '/']) {
      const root = new StageHttp(emulator, `/v1/stage/${emulator.deployments[0]!.id}/fs${slash}`);
      const reply = (await root.list('')).json();
      expect(reply).toMatchObject({ name: '', path: '/', type: 'directory' });
      expect(reply.content?.map((child) => child.path)).toEqual(['a']);
    }
  });

  test('is the same with metadata asked for', async () => {
    const stage = new StageHttp(await start());
    await stage.makeFolder('d/');
    expect((await stage.send('GET', 'd/?metadata=1')).text).toBe((await stage.list('d/')).text);
  });

  test('answers a folder of many thousand files whole', async () => {
    const generated = { folders: 1, filesPerFolder: 25_000 };
    const stage = new StageHttp(await start({ generated }));
    const { content } = (await stage.list('folder-000000/')).json();
    expect(content).toHaveLength(25_000);
    expect(new Set(content?.map((child) => child.path)).size).toBe(25_000);
    expect(content?.at(-1)).toMatchObject({ path: 'folder-000000/file-024999.csv', size: 1024 });
  });
});

describe('the trailing slash decides the kind', () => {
  test('a folder asked for without it is not found, nor a file with it', async () => {
    const stage = new StageHttp(await start());
    await stage.makeFolder('d/');
    await stage.put('f', 'x');
    for (const path of [
      'd',
      'd?metadata=1',
      'f/',
      'f/?metadata=1',
      'missing',
      'missing/',
      'missing/deep',
      'f/x',
    ])
      expect([path, (await stage.send('GET', path)).status]).toEqual([path, 404]);
    expect((await stage.send('DELETE', 'd')).status).toBe(404);
    expect((await stage.send('DELETE', 'f/')).status).toBe(404);
    expect((await stage.move('d', 'e')).status).toBe(404);
    expect(await stage.names('')).toEqual(['d/', 'f']);
  });
});

describe('metadata of a file', () => {
  test.each(['metadata=1', 'metadata=true', 'metadata=true&metadata=true', 'organizationID=x&metadata=1'])(
    'comes for ?%s',
    async (query) => {
      const stage = new StageHttp(await start());
      await stage.put('f', 'hello');
      const reply = await stage.send('GET', `f?${query}`);
      expect(reply.status).toBe(200);
      expect(reply.json()).toMatchObject({ name: 'f', path: 'f', size: 5, type: 'file', content: null });
    },
  );

  test('of an overwritten file keeps its creation time and shows another modification time', async () => {
    const stage = new StageHttp(await start());
    await stage.put('f', 'one');
    const before = (await stage.send('GET', 'f?metadata=1')).json();
    await stage.put('f', 'two');
    const after = (await stage.send('GET', 'f?metadata=1')).json();
    expect(after.created).toBe(before.created);
    expect(after.last_modified).not.toBe(before.last_modified);
  });
});
