import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLocalDestination } from '../../../src/destinations/local/local-destination.ts';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import type { NameFolding } from '../../../src/model/name-folding.ts';
import { destinationAsSource } from '../../../src/sources/stage/destination-as-source.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { createEngine } from '../../support/engine/engine.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { foldingDisk } from '../../support/trees/folding-disk.ts';
import { localTree } from '../../support/trees/local-tree.ts';
import { snapshotFolder } from '../../support/trees/trees.ts';

const { signal } = new AbortController();
const text = (value: string) => ({ size: Buffer.byteLength(value), bytes: Buffer.from(value) });

/** Names that would lead out of a folder, or are none on this system. */
const HOSTILE = [
  '..',
  '.',
  '',
  '../escaped',
  'a/../../escaped',
  '/etc/escaped',
  '//escaped',
  '..\\escaped',
  'C:\\escaped',
  'nul\0escaped',
  'line\nescaped',
  'bell\u0007escaped',
  'lone\ud800surrogate',
  'x/escaped',
];

describe.each(HOSTILE)('a Stage that lists a file with the name %j', (hostile) => {
  test.each([
    ['at the top', 'target/'],
    ['in a folder', 'target/d/'],
  ])('%s: nothing is written outside, that is told, and the rest arrives', async (_, folder) => {
    await using stage = await servedStage();
    await stage.destination.makeFolder('target/', { signal });
    await stage.destination.makeFolder('target/d/', { signal });
    for (const path of ['target/good', 'target/bad', 'target/d/good', 'target/d/bad'])
      await stage.destination.put(path, text(path), { signal });
    const badPath = `${folder}bad`.slice('target/'.length);
    const body = (reply: string): string => {
      const listing = JSON.parse(reply) as { content: { name: string; path: string }[] };
      const content = listing.content.map((child) =>
        child.name === 'bad' ? { ...child, name: hostile, path: folder + hostile } : child,
      );
      return JSON.stringify({ ...listing, content });
    };
    stage.emulator.faults.set({ rules: [{ kind: 'list', path: folder, fault: 'replace_reply', body }] });
    const { folder: work } = stage.cli;
    const run = await commandInside(stage.cli, ['pull', stage.address, 'deep/out', '--json', '--mirror']);
    expect(run.status).toBe(3);
    const told = run.events.filter((event) => event.type === 'problem');
    expect(told).toHaveLength(1);
    expect(Object.keys(snapshotFolder(work)).filter((path) => !path.startsWith('deep/out/'))).toEqual([
      'deep/',
    ]);
    const arrived = snapshotFolder(join(work, 'deep/out'));
    const listedWell = ['d/', 'd/bad', 'd/good', 'bad', 'good'].filter((path) => path !== badPath);
    expect(Object.keys(arrived).toSorted()).toEqual(listedWell.toSorted());
  });
});

test.each(['--delete', '--mirror'])(
  'with %s nothing goes from a folder whose listing has a name that is none: it may be that of any file',
  async (removing) => {
    await using stage = await servedStage();
    for (const path of ['target/', 'target/d/', 'target/d/e/', 'target/z/'])
      await stage.destination.makeFolder(path, { signal });
    for (const path of ['target/d/bad', 'target/d/e/f', 'target/z/gone', 'target/z/stays'])
      await stage.destination.put(path, text(path), { signal });
    await commandInside(stage.cli, ['pull', stage.address, 'out']);
    await stage.destination.remove('target/d/e/', { signal });
    await stage.destination.remove('target/z/gone', { signal });
    const body = (reply: string): string => reply.replaceAll('bad', '../bad');
    stage.emulator.faults.set({ rules: [{ kind: 'list', path: 'target/d/', fault: 'replace_reply', body }] });
    const run = await commandInside(stage.cli, ['pull', stage.address, 'out', '--json', removing]);
    expect(run.report).toMatchObject({ failed: 1, removed: 1 });
    expect(Object.keys(snapshotFolder(join(stage.cli.folder, 'out'))).toSorted()).toEqual([
      'd/',
      'd/bad',
      'd/e/',
      'd/e/f',
      'z/',
      'z/stays',
    ]);
  },
);

describe('names that this system has, however odd', () => {
  test.each([
    'CON',
    'con.txt',
    'aux',
    'nul',
    'a:b',
    'trailing.',
    'trailing ',
    '-rf',
    '~',
    '...',
    'n'.repeat(255),
    '\u{1f600}'.repeat(63),
  ])('%j arrives', async (name) => {
    await using stage = await servedStage();
    await stage.destination.makeFolder('target/', { signal });
    await stage.destination.put(`target/${name}`, text('x'), { signal });
    const run = await commandInside(stage.cli, ['pull', stage.address, 'out', '--json']);
    expect(run.status).toBe(0);
    expect(fs.readdirSync(join(stage.cli.folder, 'out'))).toEqual([name]);
  });
});

describe.each<[string, NameFolding, readonly (readonly [string, string])[]]>([
  [
    'letters',
    { case: true, forms: false },
    [
      ['A', 'a'],
      ['D/x', 'd/y'],
    ],
  ],
  ['Unicode forms', { case: false, forms: true }, [['caf\u00e9', 'cafe\u0301']]],
  [
    'both',
    { case: true, forms: true },
    [
      ['CAF\u00c9', 'cafe\u0301'],
      ['A', 'a'],
    ],
  ],
])('on a disk that takes names for one by %s', (_, folding, pairs) => {
  function pulling(asked: boolean) {
    const stage = createMemoryDestination();
    const tree = localTree();
    const disk = foldingDisk(folding);
    const open = async () => {
      const to = await openLocalDestination({ root: tree.root, owner: () => '0123456789ab' }, disk);
      const source = destinationAsSource({
        destination: stage,
        ...(asked && { folding: to.folding!.bind(to) }),
      });
      return createEngine(source, to);
    };
    return { stage, tree, open };
  }

  test.each(pairs)(
    '%j and %j are an error each, the rest arrives, and what is there of them stays',
    async (one, other) => {
      const { stage, tree, open } = pulling(true);
      using _tree = tree;
      using engine = await open();
      for (const folder of ['D/', 'd/']) await stage.makeFolder(folder, { signal });
      await stage.remove('D/', { signal });
      await stage.remove('d/', { signal });
      for (const path of [one, 'rest']) await put(path);
      expect((await engine.pass({ removal: 'everything' })).report).toMatchObject({
        outcome: 'clean',
        uploaded: 2,
      });
      const before = snapshotFolder(tree.root);
      await put(other);
      await put('more');
      const { report } = await engine.pass({ removal: 'everything' });
      expect(report).toMatchObject({ failed: 2, uploaded: 1, removed: 0 });
      expect(snapshotFolder(tree.root)).toMatchObject(before);

      async function put(path: string): Promise<void> {
        const folder = path.slice(0, path.lastIndexOf('/') + 1);
        if (folder !== '') await stage.makeFolder(folder, { signal });
        await stage.put(path, text(path), { signal });
      }
    },
  );

  test.each(pairs.filter(([one]) => !one.includes('/')))(
    '%j and %j: also where the disk does not tell, neither takes the place of the other',
    async (one, other) => {
      const { stage, tree, open } = pulling(false);
      using _tree = tree;
      using engine = await open();
      for (const path of [one, other, 'rest']) await stage.put(path, text(path), { signal });
      const { report } = await engine.pass({ keepsOthers: true });
      expect(report).toMatchObject({ failed: 1, uploaded: 2 });
      const kept = fs.readdirSync(tree.root).find((name) => name !== 'rest')!;
      expect(fs.readFileSync(tree.at(kept), 'utf8')).toBe(kept);
    },
  );
});
