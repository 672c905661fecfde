import type { PackedChildren } from '../model/children.ts';
import type { DestinationChild, Problem } from '../model/entry.ts';
import { pathProblem, type RelPath } from '../model/path.ts';
import { printable } from '../model/printable.ts';
import { parseApiTime } from '../api/api-times.ts';
import { ChildrenPacker } from './children-packer.ts';

/** Names of these characters need no closer look: most names are such, and a folder may have a million of them. */
const PLAIN = /^\w[\w.-]*$/;

type UnknownChild = Extract<DestinationChild, { kind: 'unknown' }>;

/** A reply that is no listing of the folder; `why` ends the sentence "got a reply that". */
export interface NotAListing {
  readonly why: string;
}

/**
 * Checks the children in a listing of `folder`, one by one. A child that the listing does not describe clearly becomes
 * `unknown` and is never left out: to a mirror, a name that is left out is an order to remove. Children come as full
 * objects, with their `path` from the Stage root; the path of a folder ends in '/', and a folder has no size. `content`
 * may be null, [] or missing when the folder is empty. `exact` is false when the reply was not valid UTF-8: names with a
 * replacement character are then not the names that were sent.
 */
export function readListing(
  folder: RelPath,
  reply: unknown,
  exact: boolean,
): DestinationChild[] | NotAListing {
  const content = contentOf(folder, reply);
  if (!Array.isArray(content)) return content;
  return withoutDuplicates(content.map((child: unknown, index) => readChild(folder, child, index, exact)));
}

/** The children as the folder object of a reply has them, unread. */
export function contentOf(folder: RelPath, reply: unknown): unknown[] | NotAListing {
  if (!isRecord(reply)) return { why: 'is not a JSON object' };
  const { content, type, path } = reply;
  if (typeof type === 'string' && type !== '' && type !== 'directory') return { why: 'describes no folder' };
  // Some servers answer `{}` or `{"error": …}` with status 200; such a reply must not pass for an empty folder.
  if (content === undefined && type !== 'directory') return { why: 'lists nothing' };
  if (typeof path === 'string' && trimSlashes(path) !== trimSlashes(folder))
    return { why: 'describes another folder' };
  if (content === undefined || content === null) return [];
  return Array.isArray(content) ? content : { why: 'has no list of children' };
}

/** The same checks for a listing whose children come piece by piece; they are kept packed. */
export class PackedListing {
  readonly #folder: RelPath;
  readonly #packer = new ChildrenPacker(settleName);

  constructor(folder: RelPath) {
    this.#folder = folder;
  }

  /** The next children, as sent. */
  add(content: readonly unknown[]): void {
    for (const child of content) this.#add(child, this.#packer.count);
  }

  #add(child: unknown, index: number): void {
    const read = readChild(this.#folder, child, index, true);
    this.#packer.add(read, this.#ifInexact(read, child, index));
  }

  /** Whether the reply is valid UTF-8 is known at its end. What a child is otherwise, where that makes a difference. */
  #ifInexact(read: DestinationChild, child: unknown, index: number): UnknownChild | undefined {
    if (!read.name.includes('\ufffd')) return undefined;
    const inexact = readChild(this.#folder, child, index, false);
    if (inexact.kind !== 'unknown') return undefined;
    const isSame = read.kind === 'unknown' && read.problem.message === inexact.problem.message;
    return isSame ? undefined : inexact;
  }

  /** Once. `exact` as for readListing. */
  finish(exact: boolean): PackedChildren {
    return this.#packer.finish(exact);
  }
}

/** A file's size and time as its metadata says; undefined for a folder. */
export function readMetadata(
  path: RelPath,
  reply: unknown,
): { size: number; modifiedMs: number | undefined } | undefined | NotAListing {
  if (!isRecord(reply)) return { why: 'is not a JSON object' };
  const { size, path: told } = reply;
  if (typeof told === 'string' && trimSlashes(told) !== path) return { why: 'describes another file' };
  if (reply['type'] === 'directory') return undefined;
  if (!isSize(size)) return { why: 'has no usable size' };
  const modifiedMs = readTime(reply['last_modified']);
  return modifiedMs === null ? { why: 'has no usable time' } : { size, modifiedMs };
}

function readChild(folder: RelPath, child: unknown, index: number, exact: boolean): DestinationChild {
  if (!isRecord(child)) return anywhere(unknown(placeOf(index), 'is not an object'));
  const { name, path, type, size } = child;
  if (typeof name !== 'string' || name === '') return anywhere(unknown(placeOf(index), 'has no name'));
  if (name.includes('/')) return anywhere(unknown(unsendable(name), 'has a name with a slash'));
  if (name === '.' || name === '..') return anywhere(unknown(unsendable(name), 'has a name that is none'));
  const problem = PLAIN.test(name) ? undefined : pathProblem(name);
  if (problem !== undefined) return unknown(unsendable(name), `has a name that ${problem}`);
  if (!exact && name.includes('\ufffd')) return unknown(name, 'has a name that is not valid UTF-8');
  if (typeof path !== 'string') return unknown(name, 'has no path');
  if (type !== null && typeof type !== 'string') return unknown(name, 'has no type');
  const isFolder = type === 'directory';
  // The type decides. The path may be spelled differently by the slashes at its ends only.
  if (!isFolder && path.endsWith('/'))
    return unknown(name, 'has the path of a folder and the type of a file');
  if (!isChildPath(path, folder, name))
    return anywhere(unknown(name, 'has a path outside the folder or of another name'));
  if (isFolder) return { kind: 'folder', name };
  if (!isSize(size)) return unknown(name, 'has no usable size');
  const modifiedMs = readTime(child['last_modified']);
  return modifiedMs === null ? unknown(name, 'has no usable time') : { kind: 'file', name, size, modifiedMs };
}

/** The children with each name settled; the unclear ones last. */
function withoutDuplicates(children: DestinationChild[]): DestinationChild[] {
  const files = new Set<string>();
  const folders = new Set<string>();
  const unsettled = new Map<string, DestinationChild[]>();
  for (const child of children) {
    const seen = child.kind === 'folder' ? folders : files;
    if (child.kind === 'unknown' || seen.has(child.name)) unsettled.set(child.name, []);
    else seen.add(child.name);
  }
  if (unsettled.size === 0) return children;
  for (const child of children) unsettled.get(child.name)?.push(child);
  return [
    ...children.filter(({ name }) => !unsettled.has(name)),
    ...[...unsettled.values()].flatMap(settleName),
  ];
}

/**
 * What is true of a name, by all children that have it, in the order of the listing. Two children of one kind and name
 * cannot both be there, and which one is true nobody can tell. A file and a folder of one name can.
 */
function settleName(sameName: readonly DestinationChild[]): readonly DestinationChild[] {
  let [files, folders] = [0, 0];
  let unclear: DestinationChild | undefined;
  for (const child of sameName) {
    if (child.kind === 'unknown') unclear = child;
    else if ((child.kind === 'folder' ? folders++ : files++) > 0)
      unclear = unknown(child.name, 'is listed more than once');
  }
  return unclear === undefined ? sameName : [unclear];
}

const placeOf = (index: number): string => unsendable(`(entry ${index + 1})`);

/**
 * A printable segment in place of a text that is no name. The segment has a backslash, and so equals no path of
 * Stage.
 */
function unsendable(name: string): string {
  const text = printable(name.slice(0, 200)).replaceAll('/', '\\u{2f}');
  return text.includes('\\') ? text : `\\${text}`;
}

function unknown(name: string, why: string): DestinationChild {
  const problem: Problem = {
    code: 'listing_unclear',
    severity: 'failure',
    message: `Stage's listing is unclear here: the entry ${why}. It is left alone; look at it in Stage.`,
  };
  return { kind: 'unknown', name, problem };
}

/** Stage has no such names: the entry is garbled, and may stand for any other. */
const anywhere = (child: DestinationChild): DestinationChild =>
  child.kind === 'unknown' ? { ...child, anywhere: true } : child;

/** undefined when there is no time, null when the value is of another type. A text that cannot be read is no time. */
function readTime(value: unknown): number | undefined | null {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? parseApiTime(value) : null;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isChildPath = (path: string, folder: RelPath, name: string): boolean =>
  (path.length === folder.length + name.length && path.startsWith(folder) && path.endsWith(name)) ||
  trimSlashes(path) === folder + name;

/** Without a regular expression: one for the slashes at the end takes quadratic time on a path of slashes. */
export function trimSlashes(path: string): string {
  let [start, end] = [0, path.length];
  while (path[start] === '/') start++;
  while (end > start && path[end - 1] === '/') end--;
  return path.slice(start, end);
}
