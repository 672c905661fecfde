import { lstatSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { CopyOrigin } from '../../files/copy/copy-origin.ts';
import { expandGlob, type Named } from '../../files/globs/expand-glob.ts';
import { hasWildcard, parseGlob } from '../../files/globs/glob.ts';
import { createFilter } from '../../filter/filter.ts';
import type { FilterRule } from '../../filter/filter-rules.ts';
import type { Children } from '../../model/children.ts';
import type { Problem, SourceEntry } from '../../model/entry.ts';
import { isSyncError, messageOf, nothingAtAddress } from '../../model/errors.ts';
import type { NameFolding } from '../../model/name-folding.ts';
import { isReservedName, nameOf, parentOf, type RelPath } from '../../model/path.ts';
import type { PathFilter, Source } from '../../model/ports.ts';
import { formatS3Address, parseS3Address } from '../../sources/s3/address.ts';
import { fileEntry } from '../../sources/stage/entries.ts';
import { stageToCopy } from './stage-to-copy.ts';
import { parsePlace, type PlaceAddress, type StageAddress } from '../addresses.ts';
import { openPlace, type OpenPlace, type OpenPlaceOptions } from '../ends/open-place.ts';
import type { OpenStages } from '../ends/open-stages.ts';
import type { Surroundings } from '../surroundings.ts';

export interface CopyOriginsOptions extends Pick<OpenPlaceOptions, 'archived' | 'pageSize'> {
  readonly opened: AsyncDisposableStack;
  readonly around: Surroundings;
  readonly stages: OpenStages;
  readonly recursive: boolean;
  readonly followSymlinks: boolean;
  readonly filters: readonly FilterRule[];
  readonly concurrency: number | 'auto';
  /** The label of the destination, for copies within one place. */
  readonly targetLabel: () => string | undefined;
  /** Which names are one at the destination. */
  readonly folding: () => Promise<NameFolding>;
}

/** What a SRC stands for. */
export interface ResolvedSource {
  /** It is a pattern, which may stand for any number of things. */
  readonly isPattern: boolean;
  readonly origins: AsyncIterable<CopyOrigin> | Iterable<CopyOrigin>;
}

/** Nothing is hidden but the names that are reserved. */
const UNRESERVED: PathFilter = {
  excludes: isReservedName,
  prunes: isReservedName,
};

/** Finds what the addresses that are copied from stand for: files, folders and patterns. */
export class CopyOrigins {
  readonly #options: CopyOriginsOptions;
  readonly #places = new Map<string, Promise<OpenPlace>>();
  readonly #lanes = new Set<() => number>();
  readonly #filter: PathFilter;

  constructor(options: CopyOriginsOptions) {
    this.#options = options;
    this.#filter = createFilter({ rules: options.filters });
  }

  /** Files that are worth reading at the same time, as of now. */
  lanes(): number {
    return Math.max(1, ...[...this.#lanes].map((lanes) => lanes()));
  }

  /** What is not there is a problem; rejects where a place cannot be looked at. */
  async resolve(text: string): Promise<ResolvedSource> {
    const { folder } = this.#options.around;
    if (text.startsWith('stage://')) {
      const address = parsePlace(text, 'SRC', folder);
      return this.#onStage(address as StageAddress, text);
    }
    if (text.startsWith('s3://')) return this.#inBucket(text);
    return this.#onDisk(text);
  }

  async #onStage(address: StageAddress, text: string): Promise<ResolvedSource> {
    const { stages, recursive, around, folding } = this.#options;
    const stage = await stages.of(address);
    this.#lanes.add(() => stage.lanes);
    const top = `stage://${address.deployment ?? ''}/`;
    const known = new Map<RelPath, Children>();
    const sourceAt = (root: RelPath): Promise<Source> => stageToCopy(stage, root, { known, folding });
    const glob = parseGlob(address.path);
    const open = { top, sourceAt, base: '' };
    if (glob !== undefined) return pattern(this.#matches(text, { ...open, glob }));
    const { path } = address;
    const call = { signal: around.draining };
    const mayBeFile = path !== '' && !path.endsWith('/');
    const asFolder = mayBeFile ? `${path}/` : path;
    const [file, children] = await Promise.all([
      mayBeFile ? stage.stat(path, call) : undefined,
      recursive || !mayBeFile ? stage.listFolder(asFolder, call) : undefined,
    ]);
    if (file !== undefined) {
      const source = await sourceAt('');
      return one({ kind: 'file', source, entry: fileEntry(path, file), from: text, name: nameOf(path) });
    }
    if (children !== undefined) known.set(asFolder, children);
    if (
      children !== undefined ||
      (mayBeFile && !recursive && (await stage.listFolder(asFolder, call)) !== undefined)
    )
      return one(await this.#tree(asFolder, open));
    return one(nothingAt(text, stage.label + path));
  }

  async #inBucket(text: string): Promise<ResolvedSource> {
    const { around } = this.#options;
    const { bucket, prefix } = parseS3Address(text);
    const path = text.endsWith('/') ? prefix : prefix.slice(0, -1);
    const top = formatS3Address({ bucket, prefix: '' });
    const sourceAt = async (root: RelPath): Promise<Source> => {
      const address = formatS3Address({ bucket, prefix: root });
      return (await this.#place({ kind: 's3', address })).source;
    };
    const open = { top, sourceAt, base: '' };
    const glob = parseGlob(path);
    if (glob !== undefined) return pattern(this.#matches(text, { ...open, glob }));
    const call = { signal: around.draining };
    if (path !== '' && !path.endsWith('/')) {
      const source = await sourceAt(parentOf(path));
      const entry = await source.stat?.(nameOf(path), call);
      if (entry !== undefined) return one({ kind: 'file', source, entry, from: text, name: nameOf(path) });
    }
    const source = await sourceAt(prefix);
    const children = await source.listFolder?.('', { filter: UNRESERVED, ...call });
    return one(children?.length === 0 ? nothingAt(text, text) : await this.#tree(prefix, open));
  }

  async #onDisk(text: string): Promise<ResolvedSource> {
    const { around } = this.#options;
    const call = { signal: around.draining };
    if (hasWildcard(text) && !isThere(parseLocal(text, around).root)) {
      const glob = parseGlob(text)!;
      const { root } = parseLocal(glob.base === '' ? '.' : glob.base, around);
      const sourceAt = async (below: RelPath): Promise<Source> =>
        (await this.#place({ kind: 'local', root: `${root}/${below}`.replace(/(?<=.)\/+$/, '') })).source;
      return pattern(
        this.#matches(text, { top: '', base: glob.base, sourceAt, glob: { ...glob, base: '' } }),
      );
    }
    const { root } = parseLocal(text, around);
    const stats = statSync(root, { throwIfNoEntry: false });
    if (stats === undefined) return one(nothingAt(text, root));
    if (stats.isDirectory()) {
      const sourceAt = async (): Promise<Source> => (await this.#place({ kind: 'local', root })).source;
      const typed = basename(text);
      const name = typed === '.' || typed === '..' || typed === '' ? undefined : typed;
      return one(
        await this.#tree('', { top: '', base: text.endsWith('/') ? text : `${text}/`, sourceAt }, { name }),
      );
    }
    const { source } = await this.#place({ kind: 'local', root: dirname(root) });
    const entry = await source.stat?.(basename(root), call);
    if (entry === undefined)
      return one(
        problemOf(text, 'special_file', 'this is neither a file nor a folder; - reads what comes on stdin'),
      );
    return one({ kind: 'file', source, entry, from: text, name: basename(text) });
  }

  async *#matches(text: string, from: Matching): AsyncGenerator<CopyOrigin, void> {
    const { around, recursive } = this.#options;
    const { glob, top, base, sourceAt } = from;
    const source = await sourceAt('');
    const list = async (folder: RelPath): Promise<Iterable<SourceEntry> | undefined> =>
      source.listFolder?.(folder, { filter: UNRESERVED, signal: around.draining });
    let copied = 0;
    let passedOver = 0;
    for await (const entry of expandGlob<SourceEntry & Named>(glob, {
      list,
      lookAhead: () => this.lanes(),
    })) {
      const at = top + base + entry.path;
      const isPassedOver = entry.kind === 'folder' && !recursive && !glob.foldersOnly;
      if (isPassedOver) passedOver++;
      else copied++;
      if (entry.kind === 'file') yield { kind: 'file', source, entry, from: at, name: nameOf(entry.path) };
      else if (entry.kind === 'unknown') yield { kind: 'problem', from: at, problem: entry.problem };
      else if (!isPassedOver) yield await this.#tree(entry.path, from);
      // a pattern that means files passes over folders, as long as there are files
      else yield problemOf(at, 'folder_kept', 'this is a folder; -r copies folders too', 'warning');
    }
    if (copied > 0) return;
    const why =
      passedOver > 0 ? 'only folders match this pattern; -r copies them' : 'nothing matches this pattern';
    yield problemOf(text, 'source_missing', why);
  }

  async #tree(
    path: RelPath,
    { top, base, sourceAt }: Opening,
    named: { readonly name: string | undefined } = { name: path === '' ? undefined : nameOf(path) },
  ): Promise<CopyOrigin> {
    const from = top + base + path;
    if (!this.#options.recursive)
      return problemOf(from, 'folder_kept', 'this is a folder; -r copies it with all in it');
    const source = await sourceAt(path);
    const holds = (folder: RelPath): boolean =>
      source.kind === 'stage' && folder.startsWith(path) && source.label === this.#options.targetLabel();
    return { kind: 'tree', source, filter: this.#filter, from, ...named, holds };
  }

  #place(address: Exclude<PlaceAddress, { kind: 'stage' }>): Promise<OpenPlace> {
    const key = address.kind === 'local' ? address.root : address.address;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const { opened, around, followSymlinks, concurrency, archived, pageSize } = this.#options;
    const options = { followSymlinks, concurrency, archived, pageSize };
    const place = openPlace(opened, address, around, options);
    void place.then(
      ({ lanes }) => this.#lanes.add(lanes),
      () => undefined,
    );
    this.#places.set(key, place);
    return place;
  }
}

interface Opening {
  /** What addresses begin with. */
  readonly top: string;
  readonly base: string;
  readonly sourceAt: (folder: RelPath) => Promise<Source>;
}

interface Matching extends Opening {
  readonly glob: NonNullable<ReturnType<typeof parseGlob>>;
}

const parseLocal = (text: string, { folder }: Surroundings): { readonly root: string } =>
  parsePlace(text, 'SRC', folder) as Extract<PlaceAddress, { kind: 'local' }>;

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

const one = (origin: CopyOrigin): ResolvedSource => ({ isPattern: false, origins: [origin] });
const pattern = (origins: AsyncIterable<CopyOrigin>): ResolvedSource => ({ isPattern: true, origins });

const nothingAt = (text: string, address: string): CopyOrigin =>
  problemOf(text, 'source_missing', nothingAtAddress(address));

const problemOf = (
  from: string,
  code: Problem['code'],
  message: string,
  severity: Problem['severity'] = 'failure',
): CopyOrigin => ({ kind: 'problem', from, problem: { code, severity, message } });

/** What could not be looked at, where that says nothing of the rest. */
export const problemWith = (text: string, error: unknown): CopyOrigin | undefined =>
  isSyncError(error) && error.verdict !== 'end_run'
    ? problemOf(text, error.code, messageOf(error))
    : undefined;
