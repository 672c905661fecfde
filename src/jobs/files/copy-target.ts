import { lstatSync } from 'node:fs';
import { dirname, basename } from 'node:path';
import type { CopyOrigin } from '../../files/copy/copy-origin.ts';
import type { CopyGoal } from '../../files/copy/copy-steps.ts';
import type { CopyTarget } from '../../files/copy/copy-target.ts';
import { LocalTarget, type LocalFiles } from '../../files/copy/local-target.ts';
import type { OnRead } from '../../files/copy/observed-content.ts';
import { OwnNames } from '../../files/copy/own-names.ts';
import { RemoteTarget } from '../../files/copy/remote-target.ts';
import { isReservedName, parentOf, pathProblem, type RelPath } from '../../model/path.ts';
import { printable } from '../../model/printable.ts';
import type { Destination } from '../../model/ports.ts';
import { systemClock } from '../../sync/clock.ts';
import type { PlaceAddress } from '../addresses.ts';
import type { OpenStages } from '../ends/open-stages.ts';
import type { Surroundings } from '../surroundings.ts';
import { usageError } from '../usage-errors.ts';

export interface CopyTargetOptions {
  readonly to: PlaceAddress;
  /** As typed. */
  readonly text: string;
  /** What is copied, where that is one thing; undefined: it may be several. */
  readonly single: CopyOrigin | undefined;
  readonly stages: OpenStages;
  readonly around: Surroundings;
  readonly atomic: boolean;
  readonly onRead: OnRead;
}

export interface OpenCopyTarget {
  readonly target: CopyTarget;
  readonly goal: CopyGoal;
  /** The address of a path, for people. */
  readonly addressOf: (path: RelPath) => string;
  /** Files that are worth writing at the same time; undefined: as many as are worth reading. */
  readonly lanes: (() => number) | undefined;
  readonly label: string;
  /** Which names are one there; see Destination. */
  readonly folding: Destination['folding'];
}

/**
 * Opens the destination of a copy, and finds where things go. A DEST that ends in '/', or is a folder, takes a file under its own
 * name, and so it does where there are several things. A tree alone goes into DEST itself, whether that is there or not: so a copy
 * that was broken off goes on where it was.
 */
export async function openCopyTarget(
  opened: AsyncDisposableStack,
  options: CopyTargetOptions,
): Promise<OpenCopyTarget> {
  const { to } = options;
  if (to.kind === 'stage') return openStageTarget(opened, to, options);
  if (to.kind === 'local') return openLocalTarget(opened, to, options);
  throw usageError('DEST is a bucket, and S3 is only read: name a Stage or a local path');
}

async function openStageTarget(
  opened: AsyncDisposableStack,
  to: Extract<PlaceAddress, { kind: 'stage' }>,
  { text, single, stages, around, atomic, onRead }: CopyTargetOptions,
): Promise<OpenCopyTarget> {
  const { path } = to;
  if (isReservedName(path))
    throw usageError(`DEST ${printable(text)} has a name that begins with .stagesync-, which is reserved`);
  const [destination, { destinationAsSource }] = await Promise.all([
    stages.of(to),
    import('../../sources/stage/destination-as-source.ts'),
  ]);
  const isFolder = path === '' || path.endsWith('/');
  const mayBeFile = !isFolder && single?.kind === 'file';
  const target = new RemoteTarget({
    destination,
    base: mayBeFile ? parentOf(path) : asFolder(path),
    asSource: destinationAsSource({ destination }),
    atomic,
    clock: systemClock,
    draining: around.draining,
    signal: around.signal,
    onRead,
  });
  const into = !mayBeFile && (isFolder || single?.kind !== 'tree');
  const takesIt = mayBeFile && (await target.look(path)).kind === 'folder';
  return {
    target,
    goal: goalOf(opened, asFolder(path), path, into || takesIt),
    addressOf: (each) => `stage://${to.deployment ?? ''}/${each}`,
    lanes: () => destination.lanes,
    label: destination.label,
    folding: undefined,
  };
}

async function openLocalTarget(
  opened: AsyncDisposableStack,
  { root }: Extract<PlaceAddress, { kind: 'local' }>,
  { text, single, around, onRead }: CopyTargetOptions,
): Promise<OpenCopyTarget> {
  // links are resolved by then, as far as they lead to something
  const there = lstatSync(root, { throwIfNoEntry: false });
  if (there?.isSymbolicLink() === true)
    throw usageError(
      `DEST ${printable(text)} is a symbolic link that leads nowhere: name the file that it is to lead to, or remove the link`,
    );
  const isFolder = text.endsWith('/') || there?.isDirectory() === true;
  const isFile = single?.kind === 'file' && !isFolder;
  const name = basename(root);
  const problem = isFile
    ? isReservedName(name)
      ? 'begins with .stagesync-, which is reserved'
      : pathProblem(name)
    : undefined;
  if (problem !== undefined)
    throw usageError(`DEST ${printable(text)} cannot be written: its name ${problem}`);
  const folder = isFile ? dirname(root) : root;
  const { openLocalDestination } = await import('../../destinations/local/local-destination.ts');
  const destination = await openLocalDestination({ root: folder, create: true });
  if (!canBePartial(destination)) throw new TypeError('a local destination writes files piece by piece');
  const target = new LocalTarget({
    destination,
    async openSource() {
      const { openLocalSource } = await import('../../sources/local/local-source.ts');
      return openLocalSource({ root: folder, followSymlinks: false });
    },
    clock: systemClock,
    draining: around.draining,
    signal: around.signal,
    onRead,
  });
  // what is in a tree goes into DEST itself, unless a slash says that DEST is to hold the tree
  const into = !isFile && (single?.kind !== 'tree' || text.endsWith('/'));
  const shown = isFile ? text.slice(0, -name.length) : asFolder(text);
  return {
    target,
    goal: goalOf(opened, '', isFile ? name : '', into),
    addressOf: (path) => (isFile && !text.endsWith(name) ? text : shown + path),
    lanes: undefined,
    label: destination.label,
    folding: destination.folding?.bind(destination),
  };
}

function goalOf(opened: AsyncDisposableStack, folder: RelPath, path: RelPath, into: boolean): CopyGoal {
  return into ? { kind: 'into', folder, names: opened.use(new OwnNames()) } : { kind: 'as', path };
}

const asFolder = (path: string): string => (path === '' || path.endsWith('/') ? path : `${path}/`);

const canBePartial = (destination: Destination): destination is LocalFiles =>
  destination.openPartial !== undefined;
