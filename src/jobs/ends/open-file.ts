import { basename, dirname } from 'node:path';
import type { FileEntry } from '../../model/entry.ts';
import { nameOf, parentOf } from '../../model/path.ts';
import type { Source } from '../../model/ports.ts';
import { formatS3Address, parseS3Address } from '../../sources/s3/address.ts';
import type { PlaceAddress } from '../addresses.ts';
import type { Surroundings } from '../surroundings.ts';
import { openPlace } from './open-place.ts';

/** One file, in the folder that holds it. */
export interface OpenFile {
  readonly source: Source;
  readonly entry: FileEntry;
}

/** The folder that holds what an address names, and its name there; undefined where it can only be a folder. */
function split(address: PlaceAddress): { readonly folder: PlaceAddress; readonly name: string } | undefined {
  if (address.kind === 'local') {
    const { root } = address;
    return root === dirname(root)
      ? undefined
      : { folder: { kind: 'local', root: dirname(root) }, name: basename(root) };
  }
  if (address.kind === 's3') {
    const { bucket, prefix } = parseS3Address(address.address);
    if (prefix === '' || address.address.endsWith('/')) return undefined;
    const folder = formatS3Address({ bucket, prefix: parentOf(prefix) });
    return { folder: { kind: 's3', address: folder }, name: nameOf(prefix) };
  }
  const { path } = address;
  if (path === '' || path.endsWith('/')) return undefined;
  return { folder: { ...address, path: parentOf(path) }, name: nameOf(path) };
}

/** The file that an address names; undefined where there is no such file, as for a folder. `opened` closes it. */
export async function openFile(
  opened: AsyncDisposableStack,
  address: PlaceAddress,
  around: Surroundings,
): Promise<OpenFile | undefined> {
  const parts = split(address);
  if (parts === undefined) return undefined;
  const { source } = await openPlace(opened, parts.folder, around, { followSymlinks: true, concurrency: 1 });
  const entry = await source.stat?.(parts.name, { signal: around.draining });
  return entry === undefined ? undefined : { source, entry };
}
