import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { realWritableDisk, type WritableDisk } from '../../../src/disk/writable-disk.ts';
import { foldedName, type NameFolding } from '../../../src/model/name-folding.ts';

/** A disk that takes some names for one, and shows each as it was first given, as those of other systems do. */
export function foldingDisk(folding: NameFolding): WritableDisk {
  const real = realWritableDisk;
  const found = (place: string): string => {
    const folded = foldedName(basename(place), folding);
    let names: string[] = [];
    try {
      names = fs.readdirSync(dirname(place));
    } catch {
      // there is no such folder
    }
    const there = names.find((name) => foldedName(name, folding) === folded);
    return there === undefined ? place : join(dirname(place), there);
  };
  const at = (place: string | Buffer): string => found(String(place));
  return {
    ...real,
    lstat: (path) => real.lstat(found(path)),
    stat: (path) => real.stat(found(path)),
    open: (path, how) => real.open(found(path), how),
    openLater: (path, how) => real.openLater(found(path), how),
    openFolder: (path) => real.openFolder(at(path)),
    create: (path) => real.create(found(path)),
    makeFolder: (path) => real.makeFolder(found(path)),
    link: (from, to) => real.link(found(from), found(to)),
    rename: (from, to) => real.rename(found(from), found(to)),
    removeFile: (path) => real.removeFile(at(path)),
    removeFolder: (path) => real.removeFolder(at(path)),
  };
}
