import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface LocalTree {
  readonly root: string;
  /** The place of a path of the tree on disk. */
  at(path: string): string;
  /** Creates or replaces a file in place, and the folders on the way. */
  write(path: string, content: string | Uint8Array): void;
  makeFolder(path: string): void;
  remove(path: string): void;
  [Symbol.dispose](): void;
}

/** A temporary directory with files in it. Disposing removes it. */
export function localTree(files: Readonly<Record<string, string>> = {}): LocalTree {
  const root = fs.mkdtempSync(join(tmpdir(), 'stagesync-tree-'));
  const at = (path: string): string => join(root, path);
  const tree: LocalTree = {
    root,
    at,
    write(path, content) {
      fs.mkdirSync(dirname(at(path)), { recursive: true });
      fs.writeFileSync(at(path), content);
    },
    makeFolder: (path) => void fs.mkdirSync(at(path), { recursive: true }),
    remove: (path) => fs.rmSync(at(path), { recursive: true }),
    [Symbol.dispose]: () => fs.rmSync(root, { recursive: true, force: true }),
  };
  for (const [path, content] of Object.entries(files)) tree.write(path, content);
  return tree;
}
