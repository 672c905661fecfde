import type { FSWatcher } from 'node:fs';
import type { RelPath } from '../../../model/path.ts';
import { inside } from '../../../disk/disk.ts';

/**
 * A folder that is watched. A process may hold a hundred thousand of them, so each keeps its name alone, not its path, and has
 * no collection before there is something to put into it.
 */
export interface WatchedFolder {
  /** Of the root: its place on the disk. */
  readonly name: string;
  readonly parent: WatchedFolder | undefined;
  /** See FolderFinder. */
  readonly id: string;
  readonly watcher: FSWatcher;
  folders: Map<string, WatchedFolder> | undefined;
  /** Names that came or went since the folder was last looked at. */
  news: Set<string> | undefined;
}

/** Below the root: 'a/b/' for a folder, '' for the root. */
export const pathOf = ({ name, parent }: WatchedFolder): RelPath =>
  parent === undefined ? '' : `${pathOf(parent)}${name}/`;

/** On the disk. */
export const placeOf = ({ name, parent }: WatchedFolder): string =>
  parent === undefined ? name : inside(placeOf(parent), name);

export function addFolder(folder: WatchedFolder, below: WatchedFolder): void {
  folder.folders ??= new Map();
  folder.folders.set(below.name, below);
}

export function addNews(folder: WatchedFolder, name: string): void {
  folder.news ??= new Set();
  folder.news.add(name);
}
