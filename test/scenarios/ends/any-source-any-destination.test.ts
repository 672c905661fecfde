import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLocalDestination } from '../../../src/destinations/local/local-destination.ts';
import type { Source } from '../../../src/model/ports.ts';
import { openLocalSource } from '../../../src/sources/local/local-source.ts';
import { systemClock } from '../../../src/sync/clock.ts';
import type { PassOptions, PassResult } from '../../../src/sync/pass-options.ts';
import type { SourceFixture } from '../../../src/contract/contract.ts';
import { createEngine } from '../../support/engine/engine.ts';
import type { Engine } from '../../support/engine/engine.ts';
import { openStageSource } from '../../support/stage/stage-source.ts';
import { localTree } from '../../support/trees/local-tree.ts';
import type { LocalTree } from '../../support/trees/local-tree.ts';

interface Moving extends SourceFixture {
  move(from: string, to: string): Promise<void>;
}

async function openDirectory(): Promise<Moving> {
  const tree = localTree();
  const source = await openLocalSource({ root: tree.root, followSymlinks: false });
  return {
    source,
    write: async (path, bytes) => tree.write(path, bytes),
    remove: async (path) => tree.remove(path),
    makeFolder: async (folder) => tree.makeFolder(folder),
    move: async (from, to) => fs.renameSync(tree.at(from), tree.at(to)),
    async [Symbol.asyncDispose]() {
      await source.close();
      tree[Symbol.dispose]();
    },
  };
}

/** All files of a directory with their content, and its empty folders. */
function contentOf(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of fs.readdirSync(root, { recursive: true, withFileTypes: true })) {
    const place = join(entry.parentPath, entry.name);
    const path = place.slice(root.length + 1);
    if (entry.isFile()) found[path] = fs.readFileSync(place, 'utf8');
    else if (fs.readdirSync(place).length === 0) found[`${path}/`] = '';
  }
  return found;
}

describe.each([
  ['a Stage', false, () => openStageSource('')],
  ['a folder of a Stage', false, () => openStageSource('deep/folder/')],
  ['a directory', true, openDirectory],
])('from %s into a directory', (_, knowsFilesAgain, open) => {
  let from: Moving;
  let source: Source;
  let target: LocalTree;
  let engine: Engine;
  beforeEach(async () => {
    from = await open();
    ({ source } = from);
    target = localTree();
    const destination = await openLocalDestination({ root: target.root });
    engine = createEngine(source, destination, systemClock);
  });
  afterEach(async () => {
    engine[Symbol.dispose]();
    target[Symbol.dispose]();
    await from[Symbol.asyncDispose]();
  });

  const write = (path: string, text: string): Promise<void> => from.write(path, Buffer.from(text));
  async function pass(overrides: Partial<PassOptions> = {}): Promise<PassResult['report']> {
    const { report, error } = await engine.pass({ removal: 'ours', ...overrides });
    expect(error).toBeUndefined();
    expect(engine.events.filter(({ type }) => type === 'problem')).toEqual([]);
    return report;
  }

  async function fill(): Promise<void> {
    await write('a.csv', 'a');
    await write('d/b.csv', 'b');
    await write('d/e/c.csv', 'c'.repeat(400_000));
    await write('none', '');
    await from.makeFolder!('empty/inner/');
  }

  test('a first run brings everything, and a second does nothing', async () => {
    await fill();
    expect(await pass()).toMatchObject({ outcome: 'clean', uploaded: 4 });
    expect(contentOf(target.root)).toEqual({
      'a.csv': 'a',
      'd/b.csv': 'b',
      'd/e/c.csv': 'c'.repeat(400_000),
      none: '',
      'empty/inner/': '',
    });
    expect(await pass()).toMatchObject({ outcome: 'clean', uploaded: 0, moved: 0, removed: 0, unchanged: 4 });
  });

  test('what changes, moves and goes does so there, and what is not ours stays', async () => {
    await fill();
    await pass();
    target.write('mine/own.txt', 'mine');
    await write('a.csv', 'A, and more');
    await from.move('d/', 'moved/');
    await from.remove('none');
    const moved = knowsFilesAgain ? 2 : 0;
    expect(await pass()).toMatchObject({ moved, uploaded: 3 - moved, removed: 3 - moved });
    expect(contentOf(target.root)).toEqual({
      'a.csv': 'A, and more',
      'moved/b.csv': 'b',
      'moved/e/c.csv': 'c'.repeat(400_000),
      'empty/inner/': '',
      'mine/own.txt': 'mine',
    });
    expect(await pass()).toMatchObject({ outcome: 'clean', uploaded: 0, moved: 0, removed: 0 });
  });

  test('a file becomes a folder, and a folder a file, in one run', async () => {
    await fill();
    await pass();
    await from.remove('a.csv');
    await write('a.csv/in', 'in');
    await from.remove('d/');
    await write('d', 'd');
    await pass();
    expect(contentOf(target.root)).toEqual({ 'a.csv/in': 'in', d: 'd', none: '', 'empty/inner/': '' });
    expect(await pass()).toMatchObject({ outcome: 'clean', uploaded: 0, removed: 0 });
  });

  test('a set is published at once, and leaves no hidden name behind', async () => {
    await fill();
    await pass({ atomic: true, publishSet: true, marker: '_SUCCESS' });
    expect(Object.keys(contentOf(target.root)).toSorted()).toEqual([
      '_SUCCESS',
      'a.csv',
      'd/b.csv',
      'd/e/c.csv',
      'empty/inner/',
      'none',
    ]);
    await write('a.csv', 'another');
    await pass({ atomic: true, publishSet: true, marker: '_SUCCESS' });
    expect(contentOf(target.root)).toMatchObject({ 'a.csv': 'another', _SUCCESS: '' });
    expect(fs.readdirSync(target.root).filter((name) => name.startsWith('.stagesync-'))).toEqual([]);
  });

  test('a dry run makes nothing', async () => {
    await fill();
    await pass({ dryRun: true });
    expect(fs.readdirSync(target.root)).toEqual([]);
  });
});
