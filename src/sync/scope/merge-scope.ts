import type { SourceEntry, UnknownEntry } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';
import type { PathFilter } from '../../model/ports.ts';
import { first } from '../compare/merge.ts';
import type { Visit } from '../compare/merge.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import type { DirtyFolders } from './dirty-folders.ts';
import { ledgerChildren } from './ledger-children.ts';
import { destinationAsRecorded } from './destination-as-recorded.ts';

export interface ScopeOptions {
  readonly dirty: DirtyFolders;
  readonly ledger: Ledger;
  readonly filter: PathFilter;
  /** What takes part on Stage. */
  readonly destinationFilter: PathFilter;
  readonly visit: Visit;
}

/**
 * The merge of a pass over some folders only: the source's and the ledger's side of each dirty folder, in path order,
 * with the ledger's word for what is on Stage.
 *
 * Of a dirty folder all direct children are seen. Below it, a folder that the ledger does not know is walked to its
 * end, one that the source no longer has is visited to its end, and one that both have is left alone: it is there, and
 * may hold anything. Memory is the children of the folders on the way down.
 */
export async function mergeScope(options: ScopeOptions): Promise<void> {
  const merge = new ScopeMerge(options);
  if (options.dirty.has('')) await merge.contents('', (await options.dirty.childrenOf('')) ?? []);
  else await merge.passThrough('');
}

class ScopeMerge {
  readonly #options: ScopeOptions;

  constructor(options: ScopeOptions) {
    this.#options = options;
  }

  /** All children of a folder that is looked at. */
  async contents(folder: RelPath, listed: readonly SourceEntry[]): Promise<void> {
    const { dirty, ledger } = this.#options;
    const entries: SourceEntry[] = [];
    for (const entry of listed) {
      if (entry.kind === 'unknown' && entry.covers === 'nothing')
        await this.#visit(entry.path, entry, undefined);
      else entries.push(entry);
    }
    const known = ledgerChildren(ledger, folder);
    const ways = dirty.waysFrom(folder);
    let at = 0;
    let way = 0;
    let child = known.next();
    for (;;) {
      const entry = entries[at];
      const row = child.done === true ? undefined : child.value;
      const path = first(first(entry?.path, row?.path), ways[way]);
      if (path === undefined) return;
      const here = entry?.path === path ? entry : undefined;
      const there = row?.path === path ? row : undefined;
      if (here !== undefined) at++;
      const leads = ways[way] === path;
      if (leads) way++;
      // the reader of the ledger goes on before anything is visited: a visit may change the row it stands on
      if (there !== undefined) child = known.next();
      if (path.endsWith('/')) await this.#folder(path, here, there, leads);
      else await this.#visit(path, here, there?.row);
    }
  }

  async #folder(
    path: RelPath,
    entry: SourceEntry | undefined,
    child: { readonly row: LedgerRow | undefined } | undefined,
    leads: boolean,
  ): Promise<void> {
    const { dirty } = this.#options;
    const row = child?.row;
    if (entry?.kind === 'unknown') return this.#visit(path, entry, row);
    // what leads to a dirty folder was there when that one was looked at
    if (entry === undefined && !leads && !(await this.#isListable(path))) return this.#vanished(path);
    if (dirty.has(path) || (row === undefined && entry !== undefined)) return this.#enter(path, row);
    await this.#leaveAlone(path, row);
    return this.passThrough(path);
  }

  /** Whether a folder that its parent did not list may be there nevertheless: excluded, but not what is below it. */
  async #isListable(folder: RelPath): Promise<boolean> {
    const { dirty, filter } = this.#options;
    return (
      filter.excludes(folder) && (filter.prunes(folder) || (await dirty.childrenOf(folder)) !== undefined)
    );
  }

  /** A folder that is dirty or new. */
  async #enter(path: RelPath, row: LedgerRow | undefined): Promise<void> {
    const listed = await this.#options.dirty.childrenOf(path);
    // it was there a moment ago; whatever becomes of it comes as another change
    if (listed === undefined) return this.#visit(path, vanishing(path), row);
    const only = listed[0];
    if (only?.kind === 'unknown' && only.path === path) return this.#visit(path, only, row);
    const source = (await this.#isImplied(path, listed)) ? { kind: 'folder' as const, path } : undefined;
    if (source !== undefined || row !== undefined) await this.#visit(path, source, row);
    await this.contents(path, listed);
  }

  /** An excluded folder stands for nothing by itself; what is let through below it implies it. */
  async #isImplied(folder: RelPath, listed: readonly SourceEntry[]): Promise<boolean> {
    const { dirty, filter } = this.#options;
    if (!filter.excludes(folder) || listed.some(({ kind }) => kind !== 'unknown')) return true;
    for (const below of dirty.waysFrom(folder)) {
      const children = dirty.has(below) ? await dirty.childrenOf(below) : [];
      if (await this.#isImplied(below, children ?? [])) return true;
    }
    return false;
  }

  /** The dirty folders below one that is not itself dirty. */
  async passThrough(folder: RelPath): Promise<void> {
    const { dirty, ledger } = this.#options;
    for (const path of dirty.waysFrom(folder)) {
      const row = ledger.get(path);
      if (dirty.has(path)) await this.#enter(path, row);
      else {
        await this.#leaveAlone(path, row);
        await this.passThrough(path);
      }
    }
  }

  /** There at the source, and not looked into. */
  async #leaveAlone(path: RelPath, row: LedgerRow | undefined): Promise<void> {
    if (row === undefined && !(await this.#isImplied(path, []))) return;
    await this.#options.visit({
      path,
      source: { kind: 'folder', path },
      destination: row === undefined ? undefined : { kind: 'folder', path, unseen: true },
      row,
      sourceUnknown: false,
      destinationUnknown: false,
    });
  }

  async #vanished(folder: RelPath): Promise<void> {
    for (const page of this.#options.ledger.rows(folder))
      for (const row of page) await this.#visit(row.path, undefined, row);
  }

  #visit(path: RelPath, source: SourceEntry | undefined, row: LedgerRow | undefined): void | Promise<void> {
    const { visit, destinationFilter } = this.#options;
    return visit({
      path,
      source,
      destination: destinationAsRecorded(path, row, destinationFilter),
      row,
      sourceUnknown: source?.kind === 'unknown',
      destinationUnknown: false,
    });
  }
}

const vanishing = (path: RelPath): UnknownEntry => ({
  kind: 'unknown',
  path,
  covers: 'subtree',
  problem: {
    code: 'vanished',
    severity: 'warning',
    message: 'disappeared while it was looked at; it is looked at again',
  },
});
