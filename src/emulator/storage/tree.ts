import type { StatementSync } from 'node:sqlite';
import type { Behaviour } from '../control/behaviour.ts';
import type { Database } from './database.ts';
import { Refusal } from '../http/refusal.ts';
import { stagePath, type StagePath } from '../stage/stage-path.ts';

/** A file or folder. Times are microseconds since 1970. */
export interface Node {
  readonly id: number;
  readonly name: string;
  readonly folder: 0 | 1;
  /** Bytes. */
  readonly size: number;
  /** Where the bytes are; null for folders, and for files whose bytes are in the database. */
  readonly blob: string | null;
  readonly created: number;
  readonly modified: number;
}

/** Bytes that wait for a name: in memory when they are few, in a blob otherwise. */
export interface StoredBytes {
  readonly small: Uint8Array | null;
  readonly blob: string | null;
  readonly size: number;
}

type Place = Pick<Node, 'name'> & { readonly parent: number };

/** What a service that takes plain names alone would not take. */
const ODD = /[^A-Za-z0-9 ._-]/;

const COLUMNS = 'id, name, folder, size, blob, created, modified';

/** `node` and everything below it. */
const SUBTREE = `WITH RECURSIVE subtree(id) AS (
  SELECT ? UNION ALL SELECT nodes.id FROM nodes JOIN subtree ON nodes.parent = subtree.id)`;

/**
 * The names of all Stages. Methods that change something must run inside a transaction. They may refuse; then nothing
 * of their changes stays.
 */
export class Tree {
  readonly #byId: StatementSync;
  readonly #child: StatementSync;
  readonly #childFolded: StatementSync;
  readonly #children: StatementSync;
  readonly #insert: StatementSync;
  readonly #replace: StatementSync;
  readonly #rename: StatementSync;
  readonly #delete: StatementSync;
  readonly #keepSmall: StatementSync;
  readonly #dropSmall: StatementSync;
  readonly #small: StatementSync;
  readonly #dropSmallBelow: StatementSync;
  readonly #discard: StatementSync;
  readonly #sizeBelow: StatementSync;
  readonly #filesBelow: StatementSync;
  readonly #discardBelow: StatementSync;
  readonly #deleteBelow: StatementSync;
  readonly #touchBelow: StatementSync;
  readonly #isBelow: StatementSync;
  readonly #used: StatementSync;
  readonly #use: StatementSync;
  #lastTime = 0;

  constructor(database: Database) {
    this.#byId = database.prepare(`SELECT ${COLUMNS} FROM nodes WHERE id = ?`);
    this.#child = database.prepare(
      `SELECT ${COLUMNS} FROM nodes WHERE parent = ? AND name = ? AND folder = ?`,
    );
    this.#childFolded = database.prepare(
      `SELECT ${COLUMNS} FROM nodes WHERE parent = ? AND name = ? COLLATE NOCASE AND folder = ? LIMIT 1`,
    );
    this.#children = database.prepare(`SELECT ${COLUMNS} FROM nodes WHERE parent = ? ORDER BY name, folder`);
    this.#insert = database.prepare(
      'INSERT INTO nodes (parent, name, folder, size, blob, created, modified) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#replace = database.prepare('UPDATE nodes SET size = ?, blob = ?, modified = ? WHERE id = ?');
    this.#rename = database.prepare('UPDATE nodes SET parent = ?, name = ? WHERE id = ?');
    this.#delete = database.prepare('DELETE FROM nodes WHERE id = ?');
    this.#small = database.prepare('SELECT bytes FROM small WHERE node = ?');
    this.#keepSmall = database.prepare('INSERT OR REPLACE INTO small (node, bytes) VALUES (?, ?)');
    this.#dropSmall = database.prepare('DELETE FROM small WHERE node = ?');
    this.#dropSmallBelow = database.prepare(`${SUBTREE} DELETE FROM small WHERE node IN subtree`);
    this.#discard = database.prepare('INSERT OR IGNORE INTO garbage (blob) VALUES (?)');
    this.#sizeBelow = database.prepare(
      `${SUBTREE} SELECT COALESCE(SUM(size), 0) AS size FROM nodes WHERE id IN subtree`,
    );
    this.#filesBelow = database.prepare(
      `${SUBTREE} SELECT COUNT(*) AS files FROM nodes WHERE id IN subtree AND folder = 0`,
    );
    this.#discardBelow = database.prepare(
      `${SUBTREE} INSERT OR IGNORE INTO garbage (blob) SELECT blob FROM nodes WHERE id IN subtree AND blob NOT NULL`,
    );
    this.#deleteBelow = database.prepare(`${SUBTREE} DELETE FROM nodes WHERE id IN subtree`);
    this.#touchBelow = database.prepare(`${SUBTREE} UPDATE nodes SET modified = ? WHERE id IN subtree`);
    this.#isBelow = database.prepare(`${SUBTREE} SELECT 1 FROM subtree WHERE id = ?`);
    this.#used = database.prepare('SELECT used FROM deployments WHERE root = ?');
    this.#use = database.prepare('UPDATE deployments SET used = used + ? WHERE root = ?');
  }

  /** The file or folder at `path`, which must be of the kind that the path's slash says. */
  find(root: number, path: StagePath): Node | undefined {
    const parent = this.#parentOf(root, path);
    if (parent === undefined) return undefined;
    const name = path.segments.at(-1);
    if (name === undefined) return { ...(this.#byId.get(root) as unknown as Node), name: '' };
    return this.#get(parent, name, path.isFolder ? 1 : 0);
  }

  /** The path with the spelling of what is there, where a name differs from it in case alone. */
  asSpelled(root: number, path: StagePath): StagePath {
    let at: number | undefined = root;
    const segments = path.segments.map((segment, index) => {
      const isFolder = index < path.segments.length - 1 || path.isFolder ? 1 : 0;
      const found: Node | undefined = at === undefined ? undefined : this.#getFolded(at, segment, isFolder);
      at = found?.id;
      return found?.name ?? segment;
    });
    return segments.length === 0 ? path : stagePath(segments.join('/') + (path.isFolder ? '/' : ''));
  }

  /** In the order of the names' UTF-8 bytes. */
  children(folder: Node): readonly Node[] {
    return this.#children.all(folder.id) as unknown as Node[];
  }

  /** The bytes of a file that has no blob. */
  smallBytes(file: Node): Uint8Array {
    return (this.#small.get(file.id) as { bytes: Uint8Array } | undefined)?.bytes ?? new Uint8Array();
  }

  /** Bytes stored in the deployment whose root this is. */
  used(root: number): number {
    return (this.#used.get(root) as { used: number } | undefined)?.used ?? 0;
  }

  /** How many files the deployment has whose root this is. */
  files(root: number): number {
    return (this.#filesBelow.get(root) as { files: number }).files;
  }

  /** Creates the file or replaces it whole. Returns whether bytes became garbage. */
  putFile(root: number, path: StagePath, bytes: StoredBytes, behaviour: Behaviour): boolean {
    const { parent, name } = this.#place(root, path, 0, behaviour);
    const existing = this.#get(parent, name, 0);
    if (existing !== undefined && behaviour.putOverExisting !== 'overwrite')
      throw new Refusal(behaviour.putOverExisting, `${path.text} already exists`);
    const grows = bytes.size - (existing?.size ?? 0);
    if (behaviour.quotaBytes !== null && grows > 0 && this.used(root) + grows > behaviour.quotaBytes)
      throw new Refusal(behaviour.quotaStatus, 'the storage limit of this Stage is reached');
    const now = this.#now();
    const id =
      existing?.id ?? this.#insert.run(parent, name, 0, bytes.size, bytes.blob, now, now).lastInsertRowid;
    if (existing !== undefined) this.#replace.run(bytes.size, bytes.blob, now, id);
    if (bytes.small !== null && bytes.size > 0) this.#keepSmall.run(id, bytes.small);
    else if (existing !== undefined) this.#dropSmall.run(id);
    if (grows !== 0) this.#use.run(grows, root);
    if (existing === undefined || existing.blob === null) return false;
    this.#discard.run(existing.blob);
    return true;
  }

  makeFolder(root: number, path: StagePath, behaviour: Behaviour): void {
    if (path.segments.length === 0) return refuseExistingFolder('/', behaviour);
    const { parent, name } = this.#place(root, path, 1, behaviour);
    const existing = this.#get(parent, name, 1);
    if (existing !== undefined) return refuseExistingFolder(path.text, behaviour);
    const now = this.#now();
    this.#insert.run(parent, name, 1, 0, null, now, now);
  }

  /** Returns whether bytes became garbage. */
  move(root: number, from: StagePath, to: StagePath, behaviour: Behaviour): boolean {
    const node = this.find(root, from);
    if (node === undefined) throw notFound(from);
    if (from.segments.length === 0) throw new Refusal(400, 'the root folder cannot be moved');
    if (to.segments.length === 0 || (to.isFolder && !from.isFolder))
      throw new Refusal(400, `${from.text} cannot be moved to ${to.text === '' ? '/' : to.text}`);
    if (node.folder === 1 && behaviour.moveFolder !== 'accept')
      throw new Refusal(behaviour.moveFolder, `${from.text} is a folder: folders cannot be moved`);
    const { parent, name } = this.#place(root, to, node.folder, behaviour);
    if (node.folder === 1 && this.#isBelow.get(node.id, parent) !== undefined)
      throw new Refusal(400, `${from.text} cannot be moved into itself`);
    const existing = this.#get(parent, name, node.folder);
    if (existing?.folder === 1 && existing.id !== node.id && behaviour.moveOverFolder !== 'refuse')
      return this.#moveOverFolder(root, { node, existing, place: { parent, name } }, behaviour);
    if (existing !== undefined && behaviour.moveOverExisting !== 'overwrite')
      throw new Refusal(behaviour.moveOverExisting, `${to.text} already exists`);
    let garbage = false;
    if (existing !== undefined && existing.id !== node.id) {
      if (node.folder === 1) throw new Refusal(behaviour.kindConflictStatus, `${to.text} already exists`);
      garbage = this.#removeNode(root, existing);
    }
    this.#rename.run(parent, name, node.id);
    if (behaviour.moveTouches) this.#touchBelow.run(node.id, this.#now());
    return garbage;
  }

  #moveOverFolder(
    root: number,
    { node, existing, place }: { readonly node: Node; readonly existing: Node; readonly place: Place },
    { moveOverFolder, kindConflictStatus }: Behaviour,
  ): boolean {
    if (this.#isBelow.get(existing.id, node.id) !== undefined)
      throw new Refusal(400, `${place.name}/ is above what is to be moved there`);
    if (moveOverFolder === 'merge') return this.#merge(root, node, existing);
    if (moveOverFolder === 'replace') {
      const garbage = this.#removeNode(root, existing);
      this.#rename.run(place.parent, place.name, node.id);
      return garbage;
    }
    if (this.#get(existing.id, node.name, 1) !== undefined)
      throw new Refusal(kindConflictStatus, `${place.name}/${node.name}/ already exists`);
    this.#rename.run(existing.id, node.name, node.id);
    return false;
  }

  /** Moves all of one folder into another; files replace those of their names. */
  #merge(root: number, from: Node, into: Node): boolean {
    let garbage = false;
    for (const child of this.children(from)) {
      const other = this.#get(into.id, child.name, child.folder);
      if (other?.folder === 1) garbage = this.#merge(root, child, other) || garbage;
      else {
        if (other !== undefined) garbage = this.#removeNode(root, other) || garbage;
        this.#rename.run(into.id, child.name, child.id);
      }
    }
    this.#delete.run(from.id);
    return garbage;
  }

  /** A file, or a folder with everything below it. Returns whether bytes became garbage. */
  remove(root: number, path: StagePath, behaviour: Behaviour): boolean {
    const node = this.find(root, path);
    if (node === undefined) throw notFound(path);
    if (path.segments.length === 0) throw new Refusal(400, 'the root folder cannot be deleted');
    if (behaviour.removeFullFolder !== 'accept' && this.children(node).length > 0)
      throw new Refusal(behaviour.removeFullFolder, `${path.text} is not empty`);
    return this.#removeNode(root, node);
  }

  /** Everything in a Stage and its root. */
  removeAll(root: number): void {
    this.#removeNode(root, this.#byId.get(root) as unknown as Node);
  }

  /** The root folder of a new deployment; `name` must be unique. */
  addRoot(name: string): number {
    const now = this.#now();
    return Number(this.#insert.run(0, name, 1, 0, null, now, now).lastInsertRowid);
  }

  #removeNode(root: number, node: Node): boolean {
    if (node.folder === 0) {
      if (node.blob !== null) this.#discard.run(node.blob);
      else this.#dropSmall.run(node.id);
      if (node.size !== 0) this.#use.run(-node.size, root);
      this.#delete.run(node.id);
      return node.blob !== null;
    }
    const { size } = this.#sizeBelow.get(node.id) as { size: number };
    const discarded = this.#discardBelow.run(node.id).changes;
    if (size !== 0) this.#use.run(-size, root);
    this.#dropSmallBelow.run(node.id);
    this.#deleteBelow.run(node.id);
    return discarded !== 0;
  }

  /** Where a new name goes: its folder must exist, and nothing of the other kind may have the name. */
  #place(root: number, path: StagePath, folder: 0 | 1, behaviour: Behaviour): Place {
    const parent =
      this.#parentOf(root, path) ??
      (behaviour.missingParent === 'make' ? this.#makeParents(root, path, behaviour) : undefined);
    const name = path.segments.at(-1);
    if (name !== undefined && behaviour.oddNames !== 'keep' && ODD.test(name))
      throw new Refusal(behaviour.oddNames, `${path.text} has characters that are not allowed in a name`);
    if (parent === undefined || name === undefined)
      throw new Refusal(behaviour.missingParentStatus, `the parent folder of ${path.text} does not exist`);
    if (!behaviour.kindsCoexist && this.#get(parent, name, folder === 1 ? 0 : 1) !== undefined)
      throw new Refusal(
        behaviour.kindConflictStatus,
        `${path.text} exists and is a ${folder === 1 ? 'file' : 'folder'}`,
      );
    return { parent, name };
  }

  #parentOf(root: number, path: StagePath): number | undefined {
    let at = root;
    for (let i = 0; i < path.segments.length - 1; i++) {
      const node = this.#get(at, path.segments[i]!, 1);
      if (node === undefined) return undefined;
      at = node.id;
    }
    return at;
  }

  #makeParents(root: number, path: StagePath, behaviour: Behaviour): number {
    let at = root;
    for (const [index, name] of path.segments.slice(0, -1).entries()) {
      const above = stagePath(`${path.segments.slice(0, index + 1).join('/')}/`);
      const there = this.#get(at, name, 1);
      if (there === undefined) this.makeFolder(root, above, behaviour);
      at = (there ?? this.#get(at, name, 1))!.id;
    }
    return at;
  }

  /** By the exact name, else by one that differs in the case of ASCII letters alone. */
  #getFolded(parent: number, name: string, folder: 0 | 1): Node | undefined {
    return (
      this.#get(parent, name, folder) ?? (this.#childFolded.get(parent, name, folder) as Node | undefined)
    );
  }

  #get(parent: number, name: string, folder: 0 | 1): Node | undefined {
    return this.#child.get(parent, name, folder) as Node | undefined;
  }

  /**
   * Microseconds since 1970, never the same twice in one process: so an overwritten file always shows another time.
   */
  #now(): number {
    this.#lastTime = Math.max(this.#lastTime + 1, Date.now() * 1000);
    return this.#lastTime;
  }
}

function refuseExistingFolder(path: string, behaviour: Behaviour): void {
  if (behaviour.makeExistingFolder !== 'accept')
    throw new Refusal(behaviour.makeExistingFolder, `${path} already exists`);
}

export function notFound(path: StagePath): Refusal {
  return new Refusal(404, `${path.text === '' ? '/' : path.text} not found`);
}
