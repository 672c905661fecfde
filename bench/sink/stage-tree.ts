import { fileName, folderName } from '../fixture/names.ts';
import type { ReceivedFile } from './file-part.ts';
import type { GeneratedTree } from './sink-options.ts';

interface StoredFile extends ReceivedFile {
  readonly modifiedMs: number;
}

/** Later than any file of a fixture, so that what the two ends share is adopted. */
const GENERATED_TIME = '2035-01-01T00:00:00Z';

/** Names and sizes by folder; no content. Folders are made on the way, for clients that do not know they have to. */
export class StageTree {
  readonly #files = new Map<string, Map<string, StoredFile>>();
  readonly #folders = new Map<string, Set<string>>();
  readonly #generated: GeneratedTree | undefined;
  readonly #pages: Map<string, string>;

  /** `pages`: listings of the generated tree that were made before. */
  constructor(generated: GeneratedTree | undefined, pages: Map<string, string>) {
    this.#generated = generated;
    this.#pages = pages;
    this.makeFolder(generated?.root ?? '');
  }

  makeFolder(folder: string): void {
    if (this.#folders.has(folder)) return;
    this.#folders.set(folder, new Set());
    this.#files.set(folder, new Map());
    if (folder === '') return;
    const parent = parentOf(folder);
    this.makeFolder(parent);
    this.#folders.get(parent)!.add(folder.slice(parent.length, -1));
  }

  /** False when the file was there already. */
  put(path: string, file: ReceivedFile): boolean {
    const parent = parentOf(path);
    this.makeFolder(parent);
    const files = this.#files.get(parent)!;
    const name = path.slice(parent.length);
    const isNew = !files.has(name);
    files.set(name, { ...file, modifiedMs: Date.now() });
    return isNew;
  }

  /** Bytes of a file of the generated tree; undefined: it has none of that path. */
  servedSize(path: string): number | undefined {
    const tree = this.#generated;
    if (tree === undefined || path.endsWith('/') || !path.startsWith(tree.root)) return undefined;
    const [folder = '', name, ...more] = path.slice(tree.root.length).split('/');
    const isThere = name !== undefined && more.length === 0 && isNamed(folder, folderName, tree.folders);
    return isThere && isNamed(name, fileName, tree.files) ? tree.bytes : undefined;
  }

  /** The JSON of one file, or undefined. */
  look(path: string): string | undefined {
    const parent = parentOf(path);
    const served = this.servedSize(path);
    if (served !== undefined) return fileObject(parent, path.slice(parent.length), served, GENERATED_TIME);
    const file = this.#files.get(parent)?.get(path.slice(parent.length));
    return file && fileObject(parent, path.slice(parent.length), file.size, isoTime(file.modifiedMs));
  }

  /** The JSON of a folder with its children, or undefined. */
  list(folder: string): string | undefined {
    const made = this.#generated && this.#listGenerated(this.#generated, folder);
    if (made !== undefined) return made;
    const folders = this.#folders.get(folder);
    if (folders === undefined) return undefined;
    const children = [...folders].map((name) => folderObject(folder, name));
    for (const [name, file] of this.#files.get(folder)!)
      children.push(fileObject(folder, name, file.size, isoTime(file.modifiedMs)));
    return folderReply(folder, children);
  }

  /** A folder of the generated tree; made once, so that a pass measures its client. */
  #listGenerated(tree: GeneratedTree, folder: string): string | undefined {
    if (!folder.startsWith(tree.root)) return undefined;
    const known = this.#pages.get(folder);
    if (known !== undefined) return known;
    const children: string[] = [];
    if (folder === tree.root)
      for (let at = 0; at < tree.folders; at++) children.push(folderObject(folder, folderName(at)));
    else
      for (let at = 0; at < tree.files; at++)
        children.push(fileObject(folder, fileName(at), tree.bytes, GENERATED_TIME));
    const page = folderReply(folder, children);
    this.#pages.set(folder, page);
    return page;
  }

  move(from: string, to: string): boolean {
    if (!from.endsWith('/')) {
      const parent = parentOf(from);
      const file = this.#files.get(parent)?.get(from.slice(parent.length));
      if (file === undefined) return false;
      this.#files.get(parent)!.delete(from.slice(parent.length));
      this.put(to, file);
      return true;
    }
    const moved = [...this.#folders.keys()].filter((folder) => folder.startsWith(from));
    if (moved.length === 0) return false;
    for (const folder of moved) {
      const files = this.#files.get(folder)!;
      this.makeFolder(to + folder.slice(from.length));
      for (const [name, file] of files) this.#files.get(to + folder.slice(from.length))!.set(name, file);
    }
    return this.remove(from);
  }

  remove(path: string): boolean {
    const parent = parentOf(path);
    if (!path.endsWith('/')) return this.#files.get(parent)?.delete(path.slice(parent.length)) ?? false;
    if (!this.#folders.has(path)) return false;
    for (const folder of [...this.#folders.keys()].filter((each) => each.startsWith(path))) {
      this.#folders.delete(folder);
      this.#files.delete(folder);
    }
    this.#folders.get(parent)?.delete(path.slice(parent.length, -1));
    return true;
  }

  *files(): Generator<[path: string, size: number, digest: string]> {
    for (const [folder, files] of this.#files)
      for (const [name, { size, digest }] of files) yield [folder + name, size, digest];
  }
}

/** Whether a name is one of the first `count` that `nameAt` gives. */
function isNamed(name: string, nameAt: (index: number) => string, count: number): boolean {
  const index = Number(/\d+/.exec(name)?.[0]);
  return index < count && nameAt(index) === name;
}

const isoTime = (ms: number): string => new Date(ms).toISOString();

/** 'a/b/' for 'a/b/c' and for 'a/b/c/'. */
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/', path.length - 2) + 1);

const fileObject = (folder: string, name: string, size: number, time: string): string =>
  `{"name":${JSON.stringify(name)},"path":${JSON.stringify(folder + name)},"size":${size},"type":"file","format":"","mimetype":"","created":"${time}","last_modified":"${time}","writable":true,"content":null}`;

const folderObject = (folder: string, name: string): string =>
  `{"name":${JSON.stringify(name)},"path":${JSON.stringify(`${folder}${name}/`)},"size":0,"type":"directory","format":"","mimetype":"","created":"${GENERATED_TIME}","last_modified":"${GENERATED_TIME}","writable":true,"content":null}`;

const folderReply = (folder: string, children: readonly string[]): string =>
  `{"name":"","path":${JSON.stringify(folder || '/')},"size":0,"type":"directory","format":"json","mimetype":"","writable":true,"content":[${children.join(',')}]}`;
