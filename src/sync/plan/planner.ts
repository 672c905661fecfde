import type { FileEntry, Problem } from '../../model/entry.ts';
import { isReservedName } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { FolderReason } from '../../model/plan.ts';
import type { PathFilter } from '../../model/ports.ts';
import type { PathView } from '../compare/merge.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { folderRow } from '../ledger/ledger-row.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import { FilePlanner } from './file-planner.ts';
import { WholeFolders } from './moves/whole-folders.ts';
import { Lessons } from './lessons.ts';
import { NameClashes } from './name-clashes.ts';
import { FILE_IN_THE_WAY, FOLDER_IN_THE_WAY } from './plan-problems.ts';
import type { Arrival, PlanStore } from './store/plan-store.ts';

/** Counts of what needs no action. */
export interface Standing {
  unchanged: number;
  adopted: number;
  /** Files on Stage that take part: what a percentage of removals is of. */
  atDestination: number;
  /** Files the source has that can be synced. */
  inSource: number;
}

export interface PlannerOptions {
  readonly removal: 'none' | 'ours' | 'everything';
  readonly compare: 'size' | 'content';
  /** With `compare: 'content'`: read again what the ledger knows, too. */
  readonly verify: boolean;
  readonly moves: boolean;
  readonly maxFileBytes: number;
  /** What takes part on Stage. */
  readonly filter: PathFilter;
  /** Whether a folder is known to hold what others put there, whatever the listing or the ledger says. */
  readonly stays: (folder: RelPath) => boolean;
  /** What Stage has is the ledger's word: there is nothing to learn from it. */
  readonly believes: boolean;
  /** Write what was learnt (adopted, confirmed, forgotten) into the ledger; false under --dry-run. */
  readonly learn: boolean;
  /** Whether the content has this digest; undefined where it cannot be told. */
  readonly digestOf: (entry: FileEntry) => Promise<string | undefined>;
  readonly onProblem: (path: RelPath, problem: Problem) => void;
  /** A file or folder on Stage with a name that only a stagesync gives. */
  readonly onHidden: (path: RelPath, modifiedMs: number | undefined) => void;
  /** Uploads and folders that need not wait for the end of the comparison. Absent: all of them wait in the store. */
  readonly stream?: {
    upload(arrival: Arrival): void | Promise<void>;
    createFolder(path: RelPath, reason: FolderReason): void | Promise<void>;
  };
}

/** Turns what the merge sees into a plan. Decides and writes down; sends nothing. */
export class Planner {
  readonly standing: Standing = { unchanged: 0, adopted: 0, atDestination: 0, inSource: 0 };
  readonly #store: PlanStore;
  readonly #ledger: Ledger;
  readonly #options: PlannerOptions;
  readonly #frames: WholeFolders;
  readonly #clashes = new NameClashes();
  readonly #lessons: Lessons;
  readonly #files: FilePlanner;

  constructor(store: PlanStore, ledger: Ledger, options: PlannerOptions) {
    this.#store = store;
    this.#ledger = ledger;
    this.#options = options;
    this.#lessons = new Lessons(ledger);
    this.#frames = new WholeFolders(store, (folder, mayMove) => this.#folderStays(folder, mayMove));
    this.#files = new FilePlanner({
      store,
      ledger,
      options,
      standing: this.standing,
      frames: this.#frames,
      clashes: this.#clashes,
      learn: (lesson) => this.#learn(lesson),
    });
  }

  visit = (view: PathView): void | Promise<void> => {
    const { path, source, destination, row } = view;
    const { filter, onProblem } = this.#options;
    if (source?.kind === 'unknown' && source.echo !== true) onProblem(path, source.problem);
    if (destination?.kind === 'unknown') onProblem(path, destination.problem);
    if (source?.kind === 'unknown' && source.covers === 'nothing') return undefined;
    this.#frames.leave(path);
    this.#clashes.leave(path);
    this.#count(view);
    if (this.#clashes.isClosed(path)) return undefined;
    if (destination?.kind === 'excluded') return this.#excluded(path, destination.modifiedMs);
    // outside the filter nothing is known of either end, and nothing is to be concluded
    if (source === undefined && destination === undefined && filter.excludes(path)) {
      if (row !== undefined) this.#frames.block();
      return undefined;
    }
    return path.endsWith('/') ? this.#visitFolder(view) : this.#files.visit(view);
  };

  finish(): void {
    this.#frames.closeAll();
    this.#lessons.write();
  }

  #count({ path, source, destination }: PathView): void {
    if (path.endsWith('/')) return;
    if (destination !== undefined && destination.kind !== 'excluded') this.standing.atDestination++;
    const sendable = source?.kind === 'file' && source.size <= this.#options.maxFileBytes;
    if (sendable || (source?.kind === 'unknown' && source.file === true)) this.standing.inSource++;
  }

  /** It stays where it is, and what holds it stays with it. */
  #excluded(path: RelPath, modifiedMs: number | undefined): void {
    this.#frames.block();
    this.#clashes.file(path, 'stays');
    if (isReservedName(path)) this.#options.onHidden(path, modifiedMs);
  }

  #visitFolder(view: PathView): void | Promise<void> {
    const { path, source, destination, row, sourceUnknown, destinationUnknown } = view;
    const unseen = destination?.kind === 'folder' && destination.unseen;
    if (unseen && isReservedName(path)) this.#options.onHidden(path, undefined);
    const inTheWay =
      source === undefined && this.#options.stream === undefined && this.#clashes.at(path) === 'arrives';
    if (sourceUnknown || destinationUnknown || unseen || this.#options.stays(path)) {
      this.#frames.block();
      if (destination !== undefined) this.#frames.open(path, true, undefined, false, inTheWay);
      return undefined;
    }
    if (source !== undefined)
      return destination === undefined ? this.#newFolder(path, row) : this.#standingFolder(path, row);
    if (destination === undefined) {
      if (row !== undefined) this.#learn(() => this.#ledger.forget(path));
      return undefined;
    }
    const ours = row !== undefined && !row.adopted;
    const mayGo =
      !this.#options.filter.excludes(path) &&
      (this.#options.removal === 'everything' || (this.#options.removal === 'ours' && ours));
    const reason = ours ? 'gone_from_source' : 'not_in_source';
    this.#frames.open(path, true, mayGo ? reason : undefined, ours, inTheWay);
    return undefined;
  }

  #newFolder(path: RelPath, row: LedgerRow | undefined): void | Promise<void> {
    const { stream, moves, onProblem } = this.#options;
    const fate = this.#clashes.at(path);
    const mayMove = fate === 'may_move' && moves && stream === undefined;
    if (fate === 'stays' || (fate === 'may_move' && !mayMove)) {
      onProblem(path, FILE_IN_THE_WAY);
      this.#clashes.close(path);
      return undefined;
    }
    if (mayMove) this.#store.obstacles.add(path.slice(0, -1));
    this.#frames.open(path, false, undefined, false);
    const reason = row === undefined ? 'new' : 'missing';
    if (stream !== undefined) return stream.createFolder(path, reason);
    this.#store.folders.add(path, reason);
    return undefined;
  }

  #standingFolder(path: RelPath, row: LedgerRow | undefined): void {
    this.#frames.open(path, true, undefined, row !== undefined && !row.adopted);
    if (this.#options.stream === undefined) this.#store.commonFolders.add(path);
    if (row === undefined)
      this.#learn(() => this.#ledger.put({ ...folderRow(path), adopted: true }, 'adopted'));
  }

  /** A folder has the name of a file that is to arrive, and is not removed. */
  #folderStays(folder: RelPath, mayMove: boolean): void {
    const file = folder.slice(0, -1);
    if (this.#store.arrivals.get(file) === undefined) return;
    if (mayMove && this.#options.moves) return this.#store.obstacles.add(folder);
    this.#store.arrivals.drop(file);
    this.#options.onProblem(file, FOLDER_IN_THE_WAY);
  }

  #learn(lesson: () => void): void {
    if (this.#options.learn) this.#lessons.add(lesson);
  }
}
