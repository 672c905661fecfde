import { describe, expect, test } from 'vitest';
import type { Behaviour } from '../../../src/emulator/control/behaviour.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { storedBlobs } from '../../support/trees/data-folder.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const start = useEmulators();

async function stageThat(behaviour: Partial<Behaviour>): Promise<StageHttp> {
  return new StageHttp(await start({ behaviour }));
}

describe('a switch', () => {
  test.each([409, 400])(
    'refuses a PUT onto an existing file with %d and keeps the old one',
    async (status) => {
      const stage = await stageThat({ putOverExisting: status });
      expect((await stage.put('f', 'old')).status).toBe(200);
      const reply = await stage.put('f', 'new');
      expect([reply.status, reply.text]).toEqual([status, 'f already exists\n']);
      expect((await stage.download('f')).text).toBe('old');
    },
  );

  test('refuses or allows a move onto an existing file; onto a folder never', async () => {
    for (const [moveOverExisting, status, content] of [
      [409, 409, 'b'],
      [400, 400, 'b'],
      ['overwrite', 200, 'a'],
    ] as const) {
      const stage = await stageThat({ moveOverExisting });
      await stage.put('a', 'a');
      await stage.put('b', 'b');
      expect((await stage.move('a', 'b')).status).toBe(status);
      expect((await stage.download('b')).text).toBe(content);
      await stage.makeFolder('d/');
      await stage.makeFolder('e/');
      expect((await stage.move('d/', 'e/')).status).toBe(moveOverExisting === 400 ? 400 : 409);
    }
  });

  test('refuses a move onto itself, unless moves may overwrite', async () => {
    for (const [moveOverExisting, status] of [
      [409, 409],
      ['overwrite', 200],
    ] as const) {
      const stage = await stageThat({ moveOverExisting });
      await stage.put('a', 'a');
      expect((await stage.move('a', 'a')).status).toBe(status);
      expect((await stage.download('a')).text).toBe('a');
    }
  });

  test('refuses to create a folder that exists', async () => {
    const stage = await stageThat({ makeExistingFolder: 409 });
    expect((await stage.makeFolder('d/')).status).toBe(200);
    expect((await stage.makeFolder('d/')).status).toBe(409);
  });

  test.each([404, 500])('answers a missing parent with %d', async (status) => {
    const stage = await stageThat({ missingParentStatus: status });
    expect((await stage.put('d/f', 'x')).status).toBe(status);
    expect((await stage.makeFolder('d/e/')).status).toBe(status);
  });

  test.each([400, 405])('refuses to move folders with %d', async (status) => {
    const stage = await stageThat({ moveFolder: status });
    await stage.makeFolder('d/');
    const reply = await stage.move('d/', 'e/');
    expect([reply.status, reply.text]).toEqual([status, 'd/ is a folder: folders cannot be moved\n']);
    expect(await stage.names('')).toEqual(['d/']);
  });

  test.each([400, 409])('refuses to remove a folder that is not empty with %d', async (status) => {
    const stage = await stageThat({ removeFullFolder: status });
    await stage.makeFolder('d/');
    await stage.makeFolder('d/e/');
    const reply = await stage.send('DELETE', 'd/');
    expect([reply.status, reply.text]).toEqual([status, 'd/ is not empty\n']);
    expect((await stage.send('DELETE', 'd/e/')).status).toBe(200);
    expect((await stage.send('DELETE', 'd/')).status).toBe(200);
  });

  test('lets a file and a folder share a name, until it is turned off again', async () => {
    const emulator = await start({ behaviour: { kindsCoexist: true } });
    const stage = new StageHttp(emulator);
    await stage.put('x', 'file');
    await stage.makeFolder('x/');
    await stage.put('x/in', 'in');
    expect(await stage.names('')).toEqual(['x', 'x/']);
    emulator.behaviour.set({ kindsCoexist: false });
    expect((await stage.put('x', 'new')).status).toBe(409);
    expect((await stage.move('x', 'y')).status).toBe(200);
    expect((await stage.download('x/in')).text).toBe('in');
    expect((await stage.move('y', 'x')).status).toBe(409);
  });

  test('gives conflicts of kind another status', async () => {
    const stage = await stageThat({ kindConflictStatus: 400 });
    await stage.makeFolder('d/');
    expect((await stage.put('d', 'x')).status).toBe(400);
  });

  test('changes the type of error replies', async () => {
    const stage = await stageThat({ errorContentType: 'application/json' });
    expect(String((await stage.list('missing/')).headers['content-type'])).toMatch('application/json');
    expect(String((await (await stageThat({})).list('m/')).headers['content-type'])).toMatch('text/plain');
  });

  test.each([
    ['[]', []],
    ['null', null],
    ['missing', undefined],
  ] as const)('shows empty folders with content %s', async (emptyFolderContent, content) => {
    const stage = await stageThat({ emptyFolderContent });
    const listing = (await stage.list('')).json();
    expect(listing.content).toEqual(content);
    expect('content' in listing).toBe(content !== undefined);
    await stage.makeFolder('d/');
    expect(await stage.names('')).toEqual(['d/']);
  });

  test.each([
    ['seconds', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
    ['zero', /^0001-01-01T00:00:00Z$/],
    ['fractional', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,5}[1-9])?Z$/],
  ] as const)('shows times as %s', async (timestamps, pattern) => {
    const stage = await stageThat({ timestamps });
    await stage.put('f', 'x');
    const { created, last_modified: modified } = (await stage.send('GET', 'f?metadata=1')).json();
    expect(created).toMatch(pattern);
    expect(modified).toMatch(pattern);
  });

  test('leaves times out', async () => {
    const stage = await stageThat({ timestamps: 'missing' });
    await stage.put('f', 'x');
    const [child] = (await stage.list('')).json().content!;
    expect(Object.keys(child!)).toEqual([
      'name',
      'path',
      'size',
      'type',
      'format',
      'mimetype',
      'writable',
      'content',
    ]);
  });

  test('makes a move change the time, of a folder’s files too', async () => {
    const stage = await stageThat({ moveTouches: true });
    await stage.makeFolder('d/');
    await stage.put('d/f', 'x');
    const before = (await stage.send('GET', 'd/f?metadata=1')).json();
    await stage.move('d/', 'e/');
    const after = (await stage.send('GET', 'e/f?metadata=1')).json();
    expect(after.last_modified).not.toBe(before.last_modified);
    expect(after.created).toBe(before.created);
  });

  test('spells the root and the paths in replies differently', async () => {
    const stage = await stageThat({ rootPath: '', replyPath: 'leading_slash' });
    expect((await stage.list('')).json().path).toBe('');
    expect((await stage.makeFolder('d/')).json().path).toBe('/d/');
    expect((await stage.put('d/f', 'x')).json().path).toBe('/d/f');
    expect((await stage.move('d/f', 'g')).json().path).toBe('/g');
    expect((await stage.list('')).json().content?.map(({ path }) => path)).toEqual(['d/', 'g']);
  });

  test('redirects with 302', async () => {
    const stage = await stageThat({ redirectStatus: 302 });
    await stage.put('f', 'x');
    expect((await stage.send('GET', 'f')).status).toBe(302);
  });

  test('limits the size of a file, as soon as it is exceeded', async () => {
    const dataDir = await temporaryFolder();
    const emulator = await start({ dataDir, behaviour: { fileLimitBytes: 100_000 } });
    const stage = new StageHttp(emulator);
    expect((await stage.put('fits', new Uint8Array(100_000))).status).toBe(200);
    const reply = await stage.put('large', new Uint8Array(3_000_000));
    expect([reply.status, reply.text]).toEqual([413, 'large is larger than 100000 bytes\n']);
    expect(await stage.names('')).toEqual(['fits']);
    expect(await storedBlobs(dataDir)).toHaveLength(1);
  });

  test('limits what one deployment stores; what is removed or replaced makes room', async () => {
    const stage = await stageThat({ quotaBytes: 100 });
    await stage.makeFolder('d/');
    expect((await stage.put('d/a', 'x'.repeat(60))).status).toBe(200);
    const full = await stage.put('b', 'x'.repeat(41));
    expect([full.status, full.text]).toEqual([507, 'the storage limit of this Stage is reached\n']);
    expect((await stage.put('b', 'x'.repeat(40))).status).toBe(200);
    expect((await stage.put('d/a', 'x'.repeat(61))).status).toBe(507);
    expect((await stage.put('d/a', 'x'.repeat(59))).status).toBe(200);
    expect((await stage.send('DELETE', 'd/')).status).toBe(200);
    expect((await stage.put('c', 'x'.repeat(60))).status).toBe(200);
    expect((await stage.send('DELETE', 'b')).status).toBe(200);
    expect((await stage.put('e', 'x'.repeat(40))).status).toBe(200);
  });
});

test('switches can be changed and reset while it runs; those not named keep their value', async () => {
  const emulator = await start({ behaviour: { missingParentStatus: 404 } });
  const stage = new StageHttp(emulator);
  await stage.put('f', '1');
  emulator.behaviour.set({ putOverExisting: 409 });
  expect((await stage.put('f', '2')).status).toBe(409);
  expect((await stage.put('d/f', '2')).status).toBe(404);
  emulator.behaviour.reset();
  expect((await stage.put('f', '2')).status).toBe(200);
  expect((await stage.put('d/f', '2')).status).toBe(404);
});
