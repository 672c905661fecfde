import type { FileHandle } from 'node:fs/promises';
import type { StatementSync } from 'node:sqlite';
import { stagePath } from '../../stage/stage-path.ts';
import type { DataFolder } from '../../storage/data-folder.ts';
import type { Node } from '../../storage/tree.ts';
import type { FilePattern } from './file-pattern.ts';
import { filePattern } from './file-pattern.ts';

export interface FoundFile {
  /** From the root of the Stage, without a leading slash. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** The content that a file had when it was opened, whatever becomes of the file. To be closed. */
export interface OpenFile extends FoundFile {
  read(start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

const AT_ONCE = 500;
const CHUNK = 256 * 1024;

/** The files of one deployment's Stage, as its pipelines see them. */
export class StageFiles {
  readonly #data: DataFolder;
  readonly #deployment: string;
  readonly #page: StatementSync;

  constructor(data: DataFolder, deployment: string) {
    this.#data = data;
    this.#deployment = deployment;
    this.#page = data.database.prepare(
      `SELECT id, name, folder, size FROM nodes WHERE parent = ? AND (name, folder) > (?, ?)
       ORDER BY name, folder LIMIT ${AT_ONCE}`,
    );
  }

  /** Those that fit, some hundreds at a time; none when the deployment has gone. */
  *find(files: string): Generator<readonly FoundFile[]> {
    const pattern = filePattern(files);
    const root = this.#data.deployments.rootOf(this.#deployment);
    if (root === undefined) return;
    const path = pattern.folder.map((name) => `${name}/`).join('');
    const folder = this.#data.tree.find(root, stagePath(path));
    if (folder !== undefined) yield* this.#below(folder.id, path, pattern);
  }

  *#below(id: number, prefix: string, pattern: FilePattern): Generator<readonly FoundFile[]> {
    let last: Pick<Node, 'name' | 'folder'> = { name: '', folder: 0 };
    for (;;) {
      const nodes = this.#page.all(id, last.name, last.folder) as unknown as Node[];
      const files = nodes
        .filter(({ folder }) => folder === 0)
        .map(({ name, size }) => ({ path: prefix + name, size }));
      yield files.filter((file) => pattern.fits(file.path));
      if (pattern.isDeep)
        for (const node of nodes)
          if (node.folder === 1) yield* this.#below(node.id, `${prefix}${node.name}/`, pattern);
      const end = nodes.at(-1);
      if (end === undefined || nodes.length < AT_ONCE) return;
      last = end;
    }
  }

  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** Undefined when there is no such file. */
  async open(path: string): Promise<OpenFile | undefined> {
    for (;;) {
      const node = this.#find(path);
      if (node === undefined) return undefined;
      if (node.blob === null) return smallFile(path, this.#data.tree.smallBytes(node));
      try {
        return largeFile(path, node.size, await this.#data.blobs.open(node.blob));
      } catch (error) {
        // replaced between the look and the opening: then the name leads to another blob
        if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
        if (this.#find(path)?.blob === node.blob) throw error;
      }
    }
  }

  #find(path: string): Node | undefined {
    const root = this.#data.deployments.rootOf(this.#deployment);
    return root === undefined ? undefined : this.#data.tree.find(root, stagePath(path));
  }
}

const smallFile = (path: string, bytes: Uint8Array): OpenFile => ({
  path,
  size: bytes.length,
  read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
  close: () => Promise.resolve(),
});

const largeFile = (path: string, size: number, handle: FileHandle): OpenFile => ({
  path,
  size,
  read: async (start, end) => {
    const bytes = Buffer.allocUnsafe(Math.min(end, size) - start);
    for (let at = 0; at < bytes.length;) {
      const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
      if (bytesRead === 0) throw new Error('the stored bytes are shorter than their file');
      at += bytesRead;
    }
    return bytes;
  },
  close: () => handle.close(),
});

/** From its first byte to its last. */
export async function* chunksOf(file: OpenFile): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.size; at += CHUNK) yield await file.read(at, Math.min(at + CHUNK, file.size));
}
