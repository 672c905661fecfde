import { describe, expect, test } from 'vitest';
import type { Behaviour } from '../../../src/emulator/control/behaviour.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';

const start = useEmulators();

/** A Stage that behaves so, with one folder on the way to the name of another. */
async function stageThat(behaviour: Partial<Behaviour>): Promise<StageHttp> {
  const stage = new StageHttp(await start({ behaviour }));
  for (const folder of ['from/', 'from/both/', 'to/', 'to/both/']) await stage.makeFolder(folder);
  for (const path of ['from/a', 'from/both/x', 'to/both/x', 'to/both/y', 'to/b']) await stage.put(path, path);
  return stage;
}

describe('a folder that moves onto another', () => {
  test('is merged with it, whatever is below, and its files win', async () => {
    const stage = await stageThat({ moveOverFolder: 'merge' });
    expect((await stage.move('from/', 'to/')).status).toBe(200);
    expect([await stage.names(''), await stage.names('to/'), await stage.names('to/both/')]).toEqual([
      ['to/'],
      ['a', 'b', 'both/'],
      ['x', 'y'],
    ]);
    expect((await stage.download('to/both/x')).text).toBe('from/both/x');
  });

  test('takes its place', async () => {
    const stage = await stageThat({ moveOverFolder: 'replace' });
    expect((await stage.move('from/', 'to/')).status).toBe(200);
    expect([await stage.names('to/'), await stage.names('to/both/')]).toEqual([['a', 'both/'], ['x']]);
  });

  test('goes into it, unless its name is taken there', async () => {
    const stage = await stageThat({ moveOverFolder: 'into' });
    expect((await stage.move('from/', 'to/')).status).toBe(200);
    expect(await stage.names('to/from/')).toEqual(['a', 'both/']);
    await stage.makeFolder('from/');
    expect((await stage.move('from/', 'to/')).status).toBe(409);
    expect((await stage.move('to/both/', 'to/')).status).toBe(400);
  });
});

test('where case does not matter, what is there keeps its spelling', async () => {
  const stage = await stageThat({ caseMatters: false });
  await stage.put('TO/B', 'new');
  await stage.put('To/C', 'new');
  expect(await stage.names('tO/')).toEqual(['C', 'b', 'both/']);
  expect((await stage.download('to/b')).text).toBe('new');
  expect((await stage.move('to/c', 'TO/BOTH/c')).json()).toMatchObject({ path: 'to/both/c' });
});

test('missing folders are made, and nothing of them where the change is refused', async () => {
  const stage = await stageThat({ missingParent: 'make', oddNames: 422 });
  expect((await stage.put('new/deep/f', 'x')).status).toBe(200);
  expect(await stage.names('new/')).toEqual(['deep/']);
  expect((await stage.put('other/deep/f%23', 'x')).status).toBe(422);
  expect(await stage.names('')).toEqual(['from/', 'new/', 'to/']);
});

test('a listing goes on to show what was there, of a new folder that it is not there', async () => {
  const emulator = await start({ behaviour: { listingLagMs: 3_600_000 } });
  const stage = new StageHttp(emulator);
  await stage.makeFolder('new/');
  await stage.put('new/f', 'x');
  expect([(await stage.list('new/')).status, await stage.names('')]).toEqual([404, []]);
  emulator.behaviour.set({ listingLagMs: 0 });
  expect(await stage.names('new/')).toEqual(['f']);
});
