import { foldersOf, isWithin } from '../../../src/model/path.ts';
import type { LeftOut } from '../cli/left-out.ts';
import type { EditedTree, FileNode } from '../trees/tree-edits.ts';

/** What lies somewhere: paths to contents, folders end in '/' and hold ''. */
export type Sight = ReadonlyMap<string, string>;

export interface Source {
  readonly files: ReadonlyMap<string, FileNode>;
  /** Each ends in '/'. */
  readonly folders: ReadonlySet<string>;
}

/** What of a tree takes part. A bucket has no folders but those that its files imply. */
export function takingPart(tree: EditedTree, leftOut: LeftOut, bucket: boolean): Source {
  const files = new Map([...tree.files].filter(([path]) => !leftOut.has(path)));
  const folders = new Set([...files.keys()].flatMap(foldersOf));
  if (!bucket) for (const path of tree.folders) if (!leftOut.has(`${path}/`)) folders.add(`${path}/`);
  return { files, folders };
}

export interface Ruling {
  readonly source: Source;
  readonly leftOut: LeftOut;
  readonly removal: 'none' | 'ours' | 'everything';
  /** What others put there, or what was there before us: it is not ours to touch. */
  readonly others: Sight;
  /** Whether the pass could know what others did: it listed Stage. */
  readonly listed: boolean;
  readonly publishSet: boolean;
  /** Renames become moves. */
  readonly moves: boolean;
  /** Which version of ours lay at a path before the pass; undefined where that is not known. */
  readonly origins: ReadonlyMap<string, FileNode> | undefined;
  /** Of the pass: entries that failed. */
  readonly failed: number;
  /** What others have under a name of the source stays, and the file of the source fails. */
  readonly keepsOthers?: boolean | undefined;
  /** What others have there has the size of the file of the source: it may be taken for equal. */
  readonly mayBeAdopted?: ReadonlySet<string> | undefined;
  /** Folders that others made first, and that stay where no mirror is asked for: none of them is ours. */
  readonly foldersOfOthers?: ReadonlySet<string> | undefined;
  /** What may be there or not: a marker, folders that others made first. */
  readonly besides: readonly string[];
}

/** What is wrong on Stage after one undisturbed pass, as sentences; empty when nothing is. */
export function judge(after: Sight, ruling: Ruling): string[] {
  const { source, others, removal, leftOut, listed, failed } = ruling;
  const wrongs: string[] = [];
  const mustStay = (path: string): boolean => removal !== 'everything' || leftOut.has(path);
  const isProtected = (path: string): boolean => mustStay(path) || !listed;

  const isKept = (path: string): boolean =>
    ruling.keepsOthers === true && source.files.has(path) && others.has(path);

  for (const [path, content] of others) {
    if ((source.files.has(path) && !isKept(path)) || source.folders.has(path)) continue;
    if ((mustStay(path) || isKept(path)) && after.get(path) !== content)
      wrongs.push(`of others: ${path} is ${shown(after.get(path))} instead of ${shown(content)}`);
  }

  const right = (path: string): boolean =>
    path.endsWith('/') ? after.has(path) : after.get(path) === source.files.get(path)!.content;
  const wanted = [...source.files.keys(), ...source.folders];
  const isAdopted = (path: string): boolean =>
    ruling.mayBeAdopted?.has(path) === true && after.get(path) === others.get(path);
  // what nobody looked at may still be what others made of it
  const missing = wanted.filter(
    (path) => !right(path) && !isKept(path) && !isAdopted(path) && (listed || !others.has(path)),
  );
  // also one that is equal byte for byte, which nobody knows
  const kept = wanted.filter(isKept);
  if (failed === 0)
    for (const path of missing)
      wrongs.push(
        `${path} is ${shown(after.get(path))} instead of ${shown(source.files.get(path)?.content ?? '')}`,
      );
  else {
    const inexcusable = new Excuses(after, ruling, isProtected, { missing, kept }).inexcusable();
    for (const path of inexcusable)
      wrongs.push(
        `${path} failed and is ${shown(after.get(path))}, without anything in its way that may stay`,
      );
    if (missing.length === 0 && kept.length === 0)
      wrongs.push(`${failed} failed, and yet nothing is missing`);
    return wrongs;
  }

  if (removal === 'none') return wrongs;
  const allowed = new Set([...wanted, ...ruling.besides]);
  for (const path of others.keys())
    if (isProtected(path)) for (const each of [path, ...foldersOf(path)]) allowed.add(each);
  for (const path of after.keys()) if (!allowed.has(path)) wrongs.push(`${path} is left over`);
  return wrongs;
}

/** Which of what is missing could not be there: something that has to stay stands in its way. */
class Excuses {
  readonly #after: Sight;
  readonly #ruling: Ruling;
  readonly #isProtected: (path: string) => boolean;
  readonly #excused = new Set<string>();
  readonly #missing: readonly string[];
  readonly #placeOf = new Map<FileNode, string>();

  constructor(
    after: Sight,
    ruling: Ruling,
    isProtected: (path: string) => boolean,
    { missing, kept }: { readonly missing: readonly string[]; readonly kept: readonly string[] },
  ) {
    this.#after = after;
    this.#ruling = ruling;
    this.#isProtected = isProtected;
    this.#missing = missing;
    for (const path of kept) this.#excused.add(path);
    for (const [path, node] of ruling.source.files) this.#placeOf.set(node, path);
  }

  inexcusable(): string[] {
    // nothing excuses itself: what waits for another is excused only once the other is
    for (let before = -1; before !== this.#excused.size;) {
      before = this.#excused.size;
      for (const path of this.#missing)
        if (!this.#excused.has(path) && this.#obstacles(path).some((each) => this.#mayStay(each)))
          this.#excused.add(path);
    }
    // of a set all is published or nothing
    if (this.#ruling.publishSet && this.#excused.size > 0) return [];
    return this.#missing.filter((path) => !this.#excused.has(path));
  }

  #obstacles(path: string): string[] {
    const found = foldersOf(path)
      .map((folder) => folder.slice(0, -1))
      .filter((file) => this.#after.has(file));
    const folder = `${path}/`;
    if (path.endsWith('/') || !this.#after.has(folder)) return found;
    const inside = [...this.#after.keys()].filter(
      (each) =>
        isWithin(each, folder) &&
        (!each.endsWith('/') || this.#ruling.others.has(each) || this.#isOfOthers(each)),
    );
    return [...found, ...(inside.length > 0 ? inside : [folder])];
  }

  #isOfOthers(folder: string): boolean {
    return this.#ruling.foldersOfOthers?.has(folder) === true;
  }

  #mayStay(obstacle: string): boolean {
    const { others, removal, moves, origins } = this.#ruling;
    if (others.has(obstacle) || this.#isOfOthers(obstacle)) return this.#isProtected(obstacle);
    const origin = origins?.get(obstacle);
    const place = origin === undefined ? undefined : this.#placeOf.get(origin);
    // ours, and on its way to a place that is not free either
    if (place !== undefined && this.#excused.has(place)) return true;
    if (removal !== 'none') return false;
    const moved = moves && place !== undefined && origin!.content !== '';
    return !moved;
  }
}

const shown = (content: string | undefined): string =>
  content === undefined ? 'absent' : JSON.stringify(content.slice(0, 40));
