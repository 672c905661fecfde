import { isUtf8 } from 'node:buffer';
import { inside } from '../../disk/disk.ts';
import type { Child, Disk } from '../../disk/disk.ts';
import { causeOf } from '../../disk/system-errors.ts';
import type { FolderWay } from '../../disk/way-to-file.ts';
import type { DestinationChild, Problem, ProblemCode } from '../../model/entry.ts';
import { pathProblem } from '../../model/path.ts';
import { printable } from '../../model/printable.ts';

export interface ListChildrenOptions {
  readonly disk: Disk;
  readonly way: FolderWay;
  /** Names that are not shown. */
  readonly isHidden: (name: string) => boolean;
}

const PAUSE_EVERY = 64;

const problem = (code: ProblemCode, severity: Problem['severity'], message: string): Problem => ({
  code,
  severity,
  message,
});
const LINK = problem('link_skipped', 'warning', 'is a symbolic link in the destination, and is left alone');
const SPECIAL = problem(
  'special_file',
  'warning',
  'is a socket, a FIFO or a device in the destination, and is left alone',
);
const notAllowed = (reason: string): Problem =>
  problem('name_not_allowed', 'warning', `its name ${reason}, so it is left alone`);

/** Reads an open folder. Yields nothing but pauses, now and then; throws the error of the system call. */
export function* listChildren(options: ListChildrenOptions): Generator<undefined, DestinationChild[]> {
  const { disk, way, isHidden } = options;
  const children: DestinationChild[] = [];
  const add = (child: DestinationChild | undefined): void => {
    if (child !== undefined) children.push(child);
  };
  let undecoded = false;
  let seen = 0;
  for (const child of disk.children(way.place, way.fd)) {
    if (++seen % PAUSE_EVERY === 0) yield;
    if (child.name.includes('\uFFFD')) undecoded = true;
    else if (!isHidden(child.name)) add(shown(options, child));
  }
  if (undecoded)
    for (const { name, kind } of disk.rawChildren(way.place, way.fd)) {
      const text = name.toString();
      if (!text.includes('\uFFFD')) continue;
      add(
        isUtf8(name)
          ? shown(options, { name: text, kind })
          : unknown(escaped(name), notAllowed('is not UTF-8')),
      );
    }
  way.check();
  return children;
}

/** Undefined when it has gone meanwhile. */
function shown({ disk, way }: ListChildrenOptions, { name, kind }: Child): DestinationChild | undefined {
  const refused = pathProblem(name);
  if (refused !== undefined) return unknown(printable(name), notAllowed(refused));
  if (kind === 'folder') return { kind, name };
  if (kind === 'link') return unknown(name, LINK);
  if (kind === 'special') return unknown(name, SPECIAL);
  try {
    const stats = disk.lstat(inside(way.place, name));
    if (stats === undefined) return undefined;
    if (stats.isDirectory()) return { kind: 'folder', name };
    if (!stats.isFile()) return unknown(name, stats.isSymbolicLink() ? LINK : SPECIAL);
    return { kind: 'file', name, size: Number(stats.size), modifiedMs: Number(stats.mtimeMs) };
  } catch (error) {
    return unknown(name, problem('unreadable', 'failure', `cannot be looked at: ${causeOf(error)}`));
  }
}

const unknown = (name: string, trouble: Problem): DestinationChild => ({
  kind: 'unknown',
  name,
  problem: trouble,
});

const escaped = (name: Buffer): string =>
  name
    .toString('latin1')
    .replaceAll(/[^ -~]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
