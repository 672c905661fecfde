import fs from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { ChangeHint, Watching } from '../../../../src/model/ports.ts';
import { realDisk } from '../../../../src/disk/disk.ts';
import { openLocalSource } from '../../../../src/sources/local/local-source.ts';
import { watchLocal } from '../../../../src/sources/local/watch/watch.ts';
import { watchFolders } from '../../../../src/sources/local/watch/watch-folders.ts';
import { watchTree } from '../../../../src/sources/local/watch/watch-tree.ts';
import { everything } from '../../../../src/filter/filter.ts';
import { describeWatchedSource } from '../../../contract/describe-contract.ts';
import { localTree } from '../../../support/trees/local-tree.ts';
import type { LocalTree } from '../../../support/trees/local-tree.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };
const list = { filter: everything, signal: new AbortController().signal };

async function openFixture() {
  const tree = localTree();
  const source = await openLocalSource({ root: tree.root, followSymlinks: false });
  return {
    tree,
    source,
    write: async (path: string, bytes: Uint8Array) => tree.write(path, bytes),
    remove: async (path: string) => tree.remove(path),
    async [Symbol.asyncDispose]() {
      await source.close();
      tree[Symbol.dispose]();
    },
  };
}

describeWatchedSource('a directory', openFixture);

describeWatchedSource('a directory through chokidar', async () => {
  const fixture = await openFixture();
  return {
    ...fixture,
    async watch(onHint, options): Promise<Watching> {
      const watcher = await watchTree({
        disk: realDisk,
        root: fixture.tree.root,
        followSymlinks: false,
        list: options,
        onHint,
        onRefused: () => undefined,
      });
      return { mode: 'tree', watches: watcher.watches, close: () => watcher.close() };
    },
  };
});

interface Watched {
  readonly tree: LocalTree;
  readonly watching: Watching;
  readonly hints: ChangeHint[];
  /** Resolves when a hint has named the folder; the hints so far are then forgotten. */
  readonly names: (...folders: readonly string[]) => Promise<void>;
}

async function watched(files: Record<string, string>, followSymlinks = false): Promise<Watched> {
  const tree = localTree(files);
  const source = await openLocalSource({ root: tree.root, followSymlinks });
  const hints: ChangeHint[] = [];
  const watching = await source.watch!((hint) => hints.push(hint), list);
  onTestFinished(async () => {
    await watching.close();
    tree[Symbol.dispose]();
  });
  return {
    tree,
    watching,
    hints,
    async names(...folders) {
      const named = (): string[] => hints.flatMap((hint) => ('folders' in hint ? hint.folders : []));
      await vi.waitFor(() => expect(named()).toEqual(expect.arrayContaining([...folders])), PATIENCE);
      hints.length = 0;
    },
  };
}

test('holds one watch for each folder and none for files', async () => {
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i % 10}/g/${i}`, 'x']));
  const { watching } = await watched(files);
  expect(watching).toMatchObject({ mode: 'folders', watches: 21 });
});

test('a folder that moves is watched at its new place, with all that is in it', async () => {
  const { tree, watching, names } = await watched({ 'a/b/c/f': '1', 'x/y': '1' });
  fs.renameSync(tree.at('a'), tree.at('x/moved'));
  await names('', 'x/', 'x/moved/', 'x/moved/b/', 'x/moved/b/c/');
  tree.write('x/moved/b/c/g', '1');
  await names('x/moved/b/c/');
  expect(watching.watches).toBe(5);
});

test('two folders that swap names are told apart', async () => {
  const { tree, names } = await watched({ 'a/in-a/f': '1', 'b/in-b/f': '1' });
  fs.renameSync(tree.at('a'), tree.at('t'));
  fs.renameSync(tree.at('b'), tree.at('a'));
  fs.renameSync(tree.at('t'), tree.at('b'));
  await names('a/in-b/', 'b/in-a/');
  tree.write('b/in-a/g', '1');
  await names('b/in-a/');
});

test('a folder that is removed and made again at once is watched again', async () => {
  const { tree, names, watching } = await watched({ 'a/f': '1' });
  for (let i = 0; i < 20; i++) {
    tree.remove('a');
    tree.makeFolder('a');
    tree.write(`a/${i}`, '1');
    await names('a/');
    tree.write(`a/again-${i}`, '1');
    await names('a/');
  }
  expect(watching.watches).toBe(2);
});

test('folders behind links are watched where links are followed, and a loop ends', async () => {
  const elsewhere = localTree({ 'deep/f': '1' });
  onTestFinished(() => elsewhere[Symbol.dispose]());
  const { tree, names } = await watched({ f: '1' }, true);
  fs.symlinkSync(elsewhere.root, tree.at('link'));
  await names('link/', 'link/deep/');
  fs.symlinkSync(tree.root, tree.at('loop'));
  elsewhere.write('deep/g', '1');
  await names('link/deep/');
});

test('a root that goes away and comes back is told, and watched again', async () => {
  const { tree, hints, names } = await watched({ 'a/f': '1' });
  fs.renameSync(tree.root, `${tree.root}-gone`);
  const everythingTold = (): void => expect(hints.some((hint) => 'everything' in hint)).toBe(true);
  await vi.waitFor(everythingTold, PATIENCE);
  hints.length = 0;
  fs.renameSync(`${tree.root}-gone`, tree.root);
  await vi.waitFor(everythingTold, PATIENCE);
  // told before and after the folders are watched
  await vi.waitFor(() => expect(hints.length).toBeGreaterThanOrEqual(2), PATIENCE);
  tree.write('a/g', '1');
  await names('a/');
});

test('where the kernel allows no more watches, it says so and looks at everything now and then', async () => {
  const tree = localTree({ 'a/f': '1' });
  const hints: ChangeHint[] = [];
  // a disk without a folder to watch behaves as the kernel at its limit: fs.watch rejects what it is given
  const full = Object.assign(new Error('no more watches'), { code: 'ENOSPC' });
  const disk = {
    ...realDisk,
    lstat: () => {
      throw full;
    },
  };
  const options = {
    disk,
    root: tree.root,
    followSymlinks: false,
    list,
    onHint: (hint: ChangeHint) => hints.push(hint),
  };
  const watching = await watchLocal(options, 20);
  onTestFinished(async () => {
    await watching.close();
    tree[Symbol.dispose]();
  });
  expect(watching).toMatchObject({ mode: 'polling', watches: 0 });
  expect(hints[0]).toMatchObject({
    everything: true,
    reason: expect.stringMatching(/ENOSPC; fs\.inotify\.max_user_watches can be raised/),
  });
  await vi.waitFor(() => expect(hints.length).toBeGreaterThan(2), PATIENCE);
});

const kept = Number(fs.readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));

test.skipIf(kept > 50_000)(
  'more events at once than the kernel keeps lead to a look at everything',
  async () => {
    const { tree, hints } = await watched({ 'a/f': '1' });
    // the event loop stands still meanwhile: the queue runs over
    for (let i = 0; i < kept; i++) fs.writeFileSync(tree.at(`a/${i}`), 'x');
    await vi.waitFor(
      () => expect(hints).toContainEqual(expect.objectContaining({ everything: true })),
      PATIENCE,
    );
  },
);

test('a root that is not there cannot be listed, but is watched once it comes', async () => {
  const tree = localTree();
  const hints: ChangeHint[] = [];
  fs.rmSync(tree.root, { recursive: true });
  const watcher = await watchFolders({
    disk: realDisk,
    root: tree.root,
    followSymlinks: false,
    list,
    onHint: (hint) => hints.push(hint),
    onRefused: () => undefined,
  });
  onTestFinished(async () => {
    await watcher.close();
    tree[Symbol.dispose]();
  });
  expect(watcher.watches).toBe(0);
  tree.write('a/f', '1');
  await vi.waitFor(() => expect(watcher.watches).toBe(2), PATIENCE);
  expect(hints).toContainEqual(expect.objectContaining({ everything: true }));
});
