import { describe, expect, test } from 'vitest';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';

const start = useEmulators();

describe('a generated Stage', () => {
  test('has so many folders with so many files, with nothing on disk', async () => {
    const stage = new StageHttp(await start({ generated: { folders: 3, filesPerFolder: 2, fileBytes: 7 } }));
    expect(await stage.names('')).toEqual(['folder-000000/', 'folder-000001/', 'folder-000002/']);
    const { content } = (await stage.list('folder-000002/')).json();
    expect(content).toMatchObject([
      { name: 'file-000000.csv', path: 'folder-000002/file-000000.csv', size: 7, type: 'file' },
      { name: 'file-000001.csv', last_modified: '2024-01-01T00:00:00Z' },
    ]);
    const file = (await stage.send('GET', 'folder-000001/file-000001.csv?metadata=1')).json();
    expect(file).toMatchObject({ path: 'folder-000001/file-000001.csv', size: 7 });
  });

  test('knows nothing else', async () => {
    const stage = new StageHttp(await start({ generated: { folders: 1, filesPerFolder: 1 } }));
    for (const path of [
      'folder-000001/',
      'folder-0/',
      'x/',
      'folder-000000',
      'folder-000000/file-000001.csv',
    ])
      expect([path, (await stage.send('GET', `${path}?metadata=1`)).status]).toEqual([path, 404]);
    expect((await stage.send('GET', 'folder-000000/file-000000.csv')).status).toBe(404);
  });

  test('can be a function of the folder', async () => {
    const tree = (folder: string) =>
      folder === ''
        ? [
            { name: 'd', folder: true },
            { name: 'f', size: 3, modifiedMs: 1000 },
          ]
        : undefined;
    const stage = new StageHttp(await start({ generated: tree }));
    expect(await stage.names('')).toEqual(['d/', 'f']);
    expect((await stage.send('GET', 'f?metadata=1')).json()).toMatchObject({
      size: 3,
      last_modified: '1970-01-01T00:00:01Z',
    });
    expect((await stage.list('d/')).status).toBe(404);
  });

  test('can only be read', async () => {
    const stage = new StageHttp(await start({ generated: { folders: 1, filesPerFolder: 1 } }));
    expect((await stage.put('f', 'x')).status).toBe(403);
    expect((await stage.send('DELETE', 'folder-000000/')).status).toBe(403);
    expect((await stage.move('folder-000000/', 'x/')).status).toBe(403);
  });
});
