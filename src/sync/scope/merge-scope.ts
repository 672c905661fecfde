import type { SourceEntry, UnknownEntry } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';
import type { PathFilter } from '../../model/ports.ts';
import { first } from '../compare/merge.ts';
import type { Visit } from '../compare/merge.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import type { DirtyFolders } from './dirty-folders.ts';
import { ledgerChildren } from './ledger-children.ts';
import type { LedgerChild } from './ledger-children.ts';
import { destinationAsRecorded } from './destination-as-recorded.ts';

export interface ScopeOptions {
  readonly dirty: DirtyFolders;
  readonly ledger: Ledger;
  readonly filter: PathFilter;
  /** What takes part at the destination. */
  readonly destinationFilter: PathFilter;
  readonly visit: Visit;
}

/**
 * The merge of a pass over some folders only: what the source and the ledger have in each dirty folder, in path order,
 * with the ledger's word for what is at the destination. Reads folders of the source and rows of the ledger.
 *
 * All direct children of a dirty folder are visited. A folder below that the ledger does not know is walked to its end,
 * and one that the source no longer has is visited to its end. A folder that both have is left alone: it is there, and
 * may hold anything. Memory is the children of the folders on the way down.
 */
export async function mergeScope(options: ScopeOptions): Promise<void> {
  const merge = new ScopeMerge(options);
  if (options.dirty.has('')) await merge.contents('', (await options.dirty.childrenOf('')) ?? []);
  else await merge.passThrough('');
}

/** A direct child of a dirty folder, as the source and the ledger have it. */
interface Child {
  readonly path: RelPath;
  readonly entry: SourceEntry | undefined;
  readonly row: LedgerRow | undefined;
  /** A dirty folder is at or below it. */
  readonly leads: boolean;
}

/** The children that the source listed, that the ledger knows, or that lead to a dirty folder, in path order. */
function* childrenInOrder(
  listed: readonly SourceEntry[],
  known: Iterator<LedgerChild>,
  ways: readonly RelPath[],
): Generator<Child, void> {
  let at = 0;
  let way = 0;
  let inLedger = known.next();
  for (;;) {
    const nextListed = listed[at];
    const nextKnown = inLedger.done === true ? undefined : inLedger.value;
    const path = first(first(nextListed?.path, nextKnown?.path), ways[way]);
    if (path === undefined) return;
    const entry = nextListed?.path === path ? nextListed : undefined;
    const leads = ways[way] === path;
    if (entry !== undefined) at++;
    if (leads) way++;
    // the reader of the ledger goes on before the child is visited: a visit may change the row
    if (nextKnown?.path === path) inLedger = known.next();
    yield { path, entry, row: nextKnown?.path === path ? nextKnown.row : undefined, leads };
  }
}

class ScopeMerge {
  readonly #options: ScopeOptions;

  constructor(options: ScopeOptions) {
    this.#options = options;
  }

  /** Visits all children of a folder that is looked at. */
  async contents(folder: RelPath, listed: readonly SourceEntry[]): Promise<void> {
    const { dirty, ledger } = this.#options;
    const entries: SourceEntry[] = [];
    for (const entry of listed) {
      if (entry.kind === 'unknown' && entry.covers === 'nothing')
        await this.#visit(entry.path, entry, undefined);
      else entries.push(entry);
    }
    const known = ledgerChildren(ledger, folder);
    for (const child of childrenInOrder(entries, known, dirty.waysFrom(folder))) {
      if (child.path.endsWith('/')) await this.#folder(child);
      else await this.#visit(child.path, child.entry, child.row);
    }
  }

  async #folder({ path, entry, row, leads }: Child): Promise<void> {
    const { dirty } = this.#options;
    if (entry?.kind === 'unknown') return this.#visit(path, entry, row);
    // a folder that leads to a dirty one was there when the dirty one was looked at
    if (entry === undefined && !leads && !(await this.#isListable(path))) return this.#vanished(path);
    if (dirty.has(path) || (row === undefined && entry !== undefined)) return this.#enter(path, row);
    await this.#leaveAlone(path, row);
    return this.passThrough(path);
  }

  /** Whether a folder that its parent did not list may be there nevertheless: as excluded, with more below it. */
  async #isListable(folder: RelPath): Promise<boolean> {
    const { dirty, filter } = this.#options;
    return (
      filter.excludes(folder) && (filter.prunes(folder) || (await dirty.childrenOf(folder)) !== undefined)
    );
  }

  /** Visits a folder that is dirty or new, and what is in it. */
  async #enter(path: RelPath, row: LedgerRow | undefined): Promise<void> {
    const listed = await this.#options.dirty.childrenOf(path);
    // the folder was there a moment ago; what became of it is told as another change
    if (listed === undefined) return this.#visit(path, vanishing(path), row);
    const only = listed[0];
    if (only?.kind === 'unknown' && only.path === path) return this.#visit(path, only, row);
    const source = (await this.#isImplied(path, listed)) ? { kind: 'folder' as const, path } : undefined;
    if (source !== undefined || row !== undefined) await this.#visit(path, source, row);
    await this.contents(path, listed);
  }

  /** Whether a folder takes part: an excluded one does only if something below it is let through. */
  async #isImplied(folder: RelPath, listed: readonly SourceEntry[]): Promise<boolean> {
    const { dirty, filter } = this.#options;
    if (!filter.excludes(folder) || listed.some(({ kind }) => kind !== 'unknown')) return true;
    for (const below of dirty.waysFrom(folder)) {
      const children = dirty.has(below) ? await dirty.childrenOf(below) : [];
      if (await this.#isImplied(below, children ?? [])) return true;
    }
    return false;
  }

  /** Visits the dirty folders below one that is not dirty itself. */
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

  /** Visits a folder that the source has, without looking into it. */
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

  /** Visits all that the ledger has of a folder that the source no longer has. */
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
