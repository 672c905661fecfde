import { ok } from 'node:assert/strict';
import { everything } from '../../filter/filter.ts';
import type { FileEntry, SourceEntry } from '../../model/entry.ts';
import type { PathFilter, Source } from '../../model/ports.ts';
import { drain } from '../contents.ts';

/** A source that is tried, and the ways to change what it lists. It is disposed of when its case is over. */
export interface SourceFixture extends AsyncDisposable {
  /** Empty at first. */
  readonly source: Source;
  /**
   * Creates or replaces a file, and the folders on the way where there are any. Other bytes are another version, also when they
   * are written right after the first ones: where versions are times, wait until the time has changed.
   */
  write(path: string, bytes: Uint8Array): Promise<void>;
  remove(path: string): Promise<void>;
  /** Present where a folder can exist on its own; `folder` ends in '/'. */
  makeFolder?(folder: string): Promise<void>;
  /** Whether a file can have such a name there. Absent: every name. */
  holds?(path: string): boolean;
}

/** A signal that is never aborted. */
export const signal: AbortSignal = new AbortController().signal;

export const bytesOf = (text: string): Uint8Array => Buffer.from(text);

export async function entriesOf(
  source: Source,
  options: { readonly filter?: PathFilter; readonly signal?: AbortSignal } = {},
): Promise<SourceEntry[]> {
  const entries: SourceEntry[] = [];
  for await (const batch of source.list({ filter: everything, signal, ...options })) entries.push(...batch);
  return entries;
}

export const filesIn = (entries: readonly SourceEntry[]): FileEntry[] =>
  entries.filter((entry) => entry.kind === 'file');

export const pathsOf = (entries: readonly SourceEntry[]): string[] => entries.map(({ path }) => path);

export async function fileAt(source: Source, path: string): Promise<FileEntry> {
  const entry = filesIn(await entriesOf(source)).find((file) => file.path === path);
  ok(entry, `${path} is there, and is not listed`);
  return entry;
}

export const readAll = async (source: Source, entry: FileEntry): Promise<Buffer> =>
  drain(await source.read(entry, { signal }));
