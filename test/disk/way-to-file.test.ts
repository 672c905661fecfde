import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { realDisk } from '../../src/disk/disk.ts';
import type { Disk } from '../../src/disk/disk.ts';
import { openFolderWay, openWay } from '../../src/disk/way-to-file.ts';
import { localTree } from '../support/trees/local-tree.ts';
import type { LocalTree } from '../support/trees/local-tree.ts';

let tree: LocalTree;
beforeEach(() => {
  tree = localTree({ 'a/b/f': 'f', top: 'top' });
});
afterEach(() => tree[Symbol.dispose]());

/** Counts what is open. */
function counting(): Disk & { readonly opened: Set<number> } {
  const opened = new Set<number>();
  return {
    ...realDisk,
    opened,
    openFolder(path) {
      const fd = realDisk.openFolder(path);
      opened.add(fd);
      return fd;
    },
    close(fd) {
      opened.delete(fd);
      realDisk.close(fd);
    },
  };
}

describe.each([
  ['from open folder to open folder', realDisk.placeOf],
  ['by comparing', undefined],
])('a way %s', (_, placeOf) => {
  const options = (disk: Disk = realDisk) => ({
    disk: { ...disk, placeOf },
    root: tree.root,
    followSymlinks: false,
  });

  test.each(['top', 'a/b/f'])('leads to %s', (path) => {
    const way = openWay(options(), path);
    expect(fs.readFileSync(way.place, 'utf8')).toBe(path === 'top' ? 'top' : 'f');
    way.check();
    way.close();
  });

  test('leads to a folder, and into it', () => {
    const into = openFolderWay(options(), 'a/b/');
    expect(fs.readdirSync(into.place)).toEqual(['f']);
    into.close();
    const to = openWay(options(), 'a/b/');
    expect(fs.statSync(to.place).isDirectory()).toBe(true);
    to.close();
    expect(openFolderWay(options(), '').place).toBe(tree.root);
  });

  test('holds one folder open at most, and none in the end', () => {
    const disk = counting();
    const way = openWay(options(disk), 'a/b/f');
    expect(disk.opened.size).toBe(placeOf === undefined ? 0 : 1);
    way.close();
    expect(() => openWay(options(disk), 'a/no/f')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect(() => openWay(options(disk), 'a/b/f/g')).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
    expect(disk.opened.size).toBe(0);
  });

  test('goes through no link, unless links are followed', () => {
    fs.symlinkSync('a', tree.at('link'));
    fs.symlinkSync('b', tree.at('a/link'));
    for (const path of ['link/b/f', 'a/link/f'])
      expect(() => openWay(options(), path)).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
    const way = openWay({ ...options(), followSymlinks: true }, 'link/link/f');
    expect(fs.readFileSync(way.place, 'utf8')).toBe('f');
  });

  test('shows afterwards that a link took a folder’s name meanwhile, or was never led astray', () => {
    const way = openWay(options(), 'a/b/f');
    fs.renameSync(tree.at('a/b'), tree.at('a/away'));
    fs.mkdirSync(tree.at('other'));
    fs.writeFileSync(tree.at('other/f'), 'not this');
    fs.symlinkSync('../other', tree.at('a/b'));
    if (placeOf === undefined)
      expect(() => way.check()).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
    else expect(fs.readFileSync(way.place, 'utf8')).toBe('f');
    way.close();
  });

  test('shows afterwards that another folder took the name', () => {
    const way = openFolderWay(options(), 'a/b/');
    fs.renameSync(tree.at('a/b'), tree.at('a/away'));
    fs.mkdirSync(tree.at('a/b'));
    if (placeOf === undefined) expect(() => way.check()).toThrow(expect.objectContaining({ code: 'ELOOP' }));
    else expect(fs.readdirSync(way.place)).toEqual(['f']);
    way.close();
  });
});
