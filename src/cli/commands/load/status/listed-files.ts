import { folderPath, type PlaceAddress } from '../../../../jobs/addresses.ts';
import type { ShownEntry } from '../../../../jobs/ends/list-place.ts';
import { openStageToLook } from '../../../../jobs/ends/open-stage-to-look.ts';
import type { Surroundings } from '../../../../jobs/surroundings.ts';
import { fileRows, type FileRow } from '../../../../load/loaded-files.ts';
import type { RelPath } from '../../../../model/path.ts';
import type { PipelineInfo, Pipelines } from '../../../../model/pipelines.ts';
import { mayRead } from '../../../../sync/load/pipeline-pattern.ts';

/** Files whose states are asked for at once. */
const PAGE = 2000;

type ShownFile = Extract<ShownEntry, { kind: 'file' }>;

/** Files of a listing in pages of one question each. */
export async function* pagesOf(
  listing: AsyncIterable<readonly ShownEntry[]>,
  onUnknown: (entry: Extract<ShownEntry, { kind: 'unknown' }>) => void,
): AsyncGenerator<readonly ShownFile[]> {
  let page: ShownFile[] = [];
  for await (const entries of listing)
    for (const entry of entries) {
      if (entry.kind === 'unknown') onUnknown(entry);
      if (entry.kind === 'file') page.push(entry);
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
  if (page.length > 0) yield page;
}

/** The folder whose files are listed: an address may be that of one file, whose entry then is its last name. */
export async function rootOf(
  address: Extract<PlaceAddress, { kind: 'stage' }>,
  page: readonly ShownFile[],
  around: Surroundings,
): Promise<RelPath> {
  const { path } = address;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === '' || page.length !== 1 || page[0]?.path !== name) return folderPath(address);
  // the file itself, or a folder with a file of its own name
  const stage = await openStageToLook(around, { address, root: '', concurrency: 1 });
  try {
    const isFile = (await stage.stat(path, { signal: around.draining })) !== undefined;
    return isFile ? path.slice(0, path.length - name.length) : folderPath(address);
  } finally {
    await stage.close();
  }
}

/** What the database says of these files, a row for each pipeline that read one. */
export async function rowsOf(
  page: readonly ShownFile[],
  {
    root,
    pipelines,
    infos,
    call,
  }: {
    readonly root: RelPath;
    readonly pipelines: Pipelines;
    readonly infos: readonly PipelineInfo[];
    readonly call: { readonly signal: AbortSignal };
  },
): Promise<FileRow[][]> {
  const states = await pipelines.states(
    page.map(({ path }) => root + path),
    call,
  );
  return page.map(({ path, size, modifiedMs }) => {
    const full = root + path;
    const readers = infos.filter((info) => mayRead(info, full)).map(({ pipeline }) => pipeline);
    // a database without a pipeline may get one
    const mayBeRead = infos.length === 0 || readers.length > 0;
    const file = { path: full, size, sinceMs: modifiedMs };
    return fileRows(file, states.get(full) ?? [], { readers, mayBeRead });
  });
}
