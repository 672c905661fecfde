import fs from 'node:fs';
import { expect, test } from 'vitest';
import { openLocalDestination } from '../../../src/destinations/local/local-destination.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import type { Destination } from '../../../src/model/ports.ts';
import { withRoot } from '../../../src/remote/wrapped-destinations.ts';
import { destinationAsSource } from '../../../src/sources/stage/destination-as-source.ts';
import type { PassOptions } from '../../../src/sync/pass-options.ts';
import { createEngine } from '../../support/engine/engine.ts';
import { localTree } from '../../support/trees/local-tree.ts';

const call = { signal: new AbortController().signal };
const EDIT = 'written by a person meanwhile';

/** Three files that a pull put into a directory, and another pull during which a person edits them. */
async function trial() {
  let now = 1_700_000_000_000;
  const stage = createMemoryDestination({ now: () => (now += 5000) });
  const tree = localTree();
  const open = (): Promise<Destination> => openLocalDestination({ root: tree.root });
  const engine = createEngine(destinationAsSource({ destination: stage }), {
    label: tree.root,
  } as Destination);
  const put = (path: string, text: string): Promise<unknown> =>
    stage.put(path, { size: text.length, bytes: Buffer.from(text) }, call);
  const pull = async (
    destination: Destination,
    { ends, ...more }: Partial<PassOptions> & { readonly ends?: 'killed' } = {},
  ) => {
    const force = new Set(['empty-source', 'max-delete'] as const);
    const { error, report } = await engine.pass({
      destination,
      keepsOthers: true,
      removal: 'ours',
      force,
      concurrency: 1,
      ...more,
    });
    expect(error === undefined).toBe(ends === undefined);
    return report;
  };
  for (const path of ['a', 'b', 'c']) await put(path, `content of ${path}`);
  await pull(await open());
  return {
    stage,
    tree,
    open,
    put,
    pull,
    texts: () => fs.readdirSync(tree.root).map((name) => fs.readFileSync(tree.at(name), 'utf8')),
    [Symbol.dispose]: () => {
      engine[Symbol.dispose]();
      tree[Symbol.dispose]();
    },
  };
}

test('a file that somebody edits while others of its folder are removed stays', async () => {
  using pair = await trial();
  for (const path of ['a', 'b', 'c']) await pair.stage.remove(path, call);
  const directory = await pair.open();
  const remove: Destination['remove'] = async (path, options) => {
    await directory.remove(path, options);
    for (const name of fs.readdirSync(pair.tree.root)) pair.tree.write(name, EDIT);
  };
  const report = await pair.pull({ ...withRoot(directory, ''), remove });
  expect(report.removed).toBe(1);
  expect(pair.texts()).toEqual([EDIT, EDIT]);
});

test.each(['changed', 'gone'])(
  'an edit that leaves size and second of the time as they were stays, when the file on the Stage has %s',
  async (what) => {
    using pair = await trial();
    const seconds = fs.statSync(pair.tree.at('a')).mtimeMs / 1000;
    pair.tree.write('a', 'EDITED BY ME');
    expect('EDITED BY ME').toHaveLength('content of a'.length);
    fs.utimesSync(pair.tree.at('a'), seconds + 0.5, seconds + 0.5);
    if (what === 'gone') await pair.stage.remove('a', call);
    else await pair.put('a', 'second version of a');
    const report = await pair.pull(await pair.open());
    expect(report).toMatchObject({ uploaded: 0, removed: 0 });
    expect(fs.readFileSync(pair.tree.at('a'), 'utf8')).toBe('EDITED BY ME');
  },
);

test.each([
  ['straight', {}],
  ['as one of a set', { atomic: true, publishSet: true }],
] as const)(
  'an edit of the same size right after the file was written %s, before anybody lists it, stays',
  async (_, how) => {
    using pair = await trial();
    await pair.put('a', 'second version of a');
    const [own, edit] = ['second version of a', 'edited by a person!'];
    expect(edit).toHaveLength(own.length);
    const directory = await pair.open();
    let edited = 0;
    const write = (): void => {
      if (
        edited > 0 ||
        !fs.existsSync(pair.tree.at('a')) ||
        fs.readFileSync(pair.tree.at('a'), 'utf8') !== own
      )
        return;
      edited++;
      pair.tree.write('a', edit);
    };
    const put: Destination['put'] = async (...args) => {
      const stored = await directory.put(...args);
      write();
      return stored;
    };
    const move: Destination['move'] = async (...args) => {
      await directory.move(...args);
      write();
    };
    await pair.pull({ ...withRoot(directory, ''), put, move }, how);
    expect(edited).toBe(1);
    await pair.put('a', 'third version of a');
    for (let pass = 0; pass < 2; pass++) await pair.pull(await pair.open(), how);
    expect(fs.readFileSync(pair.tree.at('a'), 'utf8')).toBe(edit);
    await pair.stage.remove('a', call);
    await pair.pull(await pair.open(), how);
    expect(fs.readFileSync(pair.tree.at('a'), 'utf8')).toBe(edit);
  },
);

test('an edit of the same size after a pull died, and before the next one looks, stays; what that pull put is taken for its own', async () => {
  using pair = await trial();
  for (const path of ['a', 'b']) await pair.put(path, `second version of ${path}`);
  const directory = await pair.open();
  const signal = new AbortController();
  const put: Destination['put'] = async (...args) => {
    const stored = await directory.put(...args);
    if (args[0] === 'b') {
      signal.abort(new Error('killed'));
      throw signal.signal.reason;
    }
    return stored;
  };
  await pair.pull({ ...withRoot(directory, ''), put }, { signal: signal.signal, ends: 'killed' });
  for (const path of ['a', 'b']) expect(fs.readFileSync(pair.tree.at(path), 'utf8')).toContain('second');
  pair.tree.write('b', 'edited by a person!');
  for (const path of ['a', 'b']) await pair.put(path, `third version of ${path}`);
  await pair.pull(await pair.open());
  expect(pair.texts()).toEqual(['third version of a', 'edited by a person!', 'content of c']);
});

test('a file that somebody edits right before one of a set takes its name stays', async () => {
  using pair = await trial();
  await pair.put('a', 'second version of a');
  const directory = await pair.open();
  let looked = 0;
  const stat: Destination['stat'] = async (path, options) => {
    const shown = await directory.stat(path, options);
    // what the look showed is true no more
    if (path === 'a' && ++looked === 1) pair.tree.write('a', EDIT);
    return shown;
  };
  const report = await pair.pull(
    { ...withRoot(directory, ''), stat },
    {
      atomic: true,
      publishSet: true,
    },
  );
  expect(looked).toBeGreaterThan(0);
  expect(report.failed).toBe(1);
  expect(fs.readFileSync(pair.tree.at('a'), 'utf8')).toBe(EDIT);
});

test.each(['new', 'missing'])(
  'a folder that somebody makes meanwhile, whose name is %s in the directory, stays when the Stage has it no more',
  async (what) => {
    using pair = await trial();
    await pair.stage.makeFolder('d/', call);
    if (what === 'missing') {
      await pair.pull(await pair.open());
      fs.rmdirSync(pair.tree.at('d'));
    }
    const directory = await pair.open();
    const makeFolder: Destination['makeFolder'] = (path, options) => {
      // the person comes first
      pair.tree.makeFolder(path);
      return directory.makeFolder(path, options);
    };
    const report = await pair.pull({ ...withRoot(directory, ''), makeFolder });
    expect(report).toMatchObject({ foldersCreated: 0, failed: 0 });
    await pair.stage.remove('d/', call);
    expect(await pair.pull(await pair.open())).toMatchObject({ foldersRemoved: 0 });
    expect(fs.existsSync(pair.tree.at('d'))).toBe(true);
  },
);

test('a folder that a pull made goes when the Stage has it no more', async () => {
  using pair = await trial();
  await pair.stage.makeFolder('d/', call);
  expect(await pair.pull(await pair.open())).toMatchObject({ foldersCreated: 1 });
  await pair.stage.remove('d/', call);
  expect(await pair.pull(await pair.open())).toMatchObject({ foldersRemoved: 1 });
  expect(fs.existsSync(pair.tree.at('d'))).toBe(false);
});
