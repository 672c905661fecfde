import { isReservedName } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { PathFilter } from '../../model/ports.ts';
import type { PathView } from '../compare/merge.ts';
import { folderRow } from '../ledger/ledger-row.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import { FilePlanner } from './file-planner.ts';
import type { FilePlannerOptions } from './file-planner.ts';
import { WholeFolders } from './moves/whole-folders.ts';
import type { ClosedFolder } from './moves/whole-folders.ts';
import { NameClashes } from './name-clashes.ts';
import { fileInTheWay, folderInTheWay } from './plan-problems.ts';
import type { DigestQuestion, OldContentQuestion, Planned } from './planned.ts';

export interface PlannerOptions extends FilePlannerOptions {
  readonly moves: boolean;
  /** What takes part at the destination. */
  readonly filter: PathFilter;
  /** Whether a folder is known to hold what others put there, whatever the listing or the ledger says. */
  readonly stays: (folder: RelPath) => boolean;
  /** Uploads and folders are carried out as soon as they are planned: none can be withdrawn, and nothing moves. */
  readonly streams: boolean;
}

const NOTHING: readonly Planned[] = [];

/**
 * Turns what the merge sees, path by path in path order, into a plan. Pure but for its running sums: the same views in
 * the same order give the same plan. Sends nothing and writes nothing; `Planning` does both.
 */
export class Planner {
  readonly #options: PlannerOptions;
  readonly #folders = new WholeFolders();
  readonly #clashes = new NameClashes();
  readonly #files: FilePlanner;
  /** What was concluded and not yet returned. */
  #planned: Planned[] = [];

  constructor(options: PlannerOptions) {
    this.#options = options;
    this.#files = new FilePlanner({
      options,
      folders: this.#folders,
      clashes: this.#clashes,
      emit: (planned) => this.#emit(planned),
    });
  }

  /** What follows from one path, and from all paths before it. */
  visit(view: PathView): readonly Planned[] {
    this.#visit(view);
    return this.#take();
  }

  /**
   * What follows from the digest of the file that was asked about; undefined: it could not be told. To be called before
   * the next path is visited.
   */
  answer(question: DigestQuestion, digest: string | undefined): readonly Planned[] {
    this.#files.answer(question, digest);
    return this.#take();
  }

  /** The same of the question about the old content of a changed file. */
  answerOldContent(question: OldContentQuestion, isWanted: boolean): readonly Planned[] {
    this.#files.answerOldContent(question, isWanted);
    return this.#take();
  }

  /** What follows from there being no more paths. */
  finish(): readonly Planned[] {
    this.#closed(this.#folders.closeAll());
    return this.#take();
  }

  #visit(view: PathView): void {
    const { path, source, destination, row } = view;
    this.#tellProblems(view);
    if (source?.kind === 'unknown' && source.covers === 'nothing') return;
    this.#closed(this.#folders.leave(path));
    this.#clashes.leave(path);
    if (this.#clashes.isClosed(path)) return;
    if (destination?.kind === 'excluded') return this.#excluded(path, destination.modifiedMs);
    // of a path that the filter leaves out nothing is known at either end, so nothing follows
    if (source === undefined && destination === undefined && this.#options.filter.excludes(path)) {
      if (row !== undefined) this.#folders.block();
      return;
    }
    if (path.endsWith('/')) this.#folder(view);
    else this.#files.visit(view);
  }

  #tellProblems({ path, source, destination }: PathView): void {
    if (source?.kind === 'unknown' && source.echo !== true)
      this.#emit({ kind: 'problem', path, problem: source.problem });
    if (destination?.kind === 'unknown') this.#emit({ kind: 'problem', path, problem: destination.problem });
  }

  /** An excluded file stays where it is, and what holds it stays with it. */
  #excluded(path: RelPath, modifiedMs: number | undefined): void {
    this.#folders.block();
    this.#clashes.file(path, 'stays');
    if (isReservedName(path)) this.#emit({ kind: 'hidden', path, modifiedMs });
  }

  #folder({ path, source, destination, row, sourceUnknown, destinationUnknown }: PathView): void {
    const unseen = destination?.kind === 'folder' && destination.unseen;
    if (unseen && isReservedName(path)) this.#emit({ kind: 'hidden', path, modifiedMs: undefined });
    if (sourceUnknown || destinationUnknown || unseen || this.#options.stays(path)) {
      this.#folders.block();
      if (destination === undefined) return;
      const inTheWay = source === undefined && this.#isInTheWay(path);
      this.#folders.open({ path, atDestination: true, inTheWay });
    } else if (source === undefined) {
      if (destination !== undefined) this.#goneFolder(path, row);
      else if (row !== undefined) this.#emit({ kind: 'forget', path });
    } else if (destination === undefined) this.#newFolder(path, row);
    else this.#commonFolder(path, row);
  }

  /** Only the destination has the folder. */
  #goneFolder(path: RelPath, row: LedgerRow | undefined): void {
    const { filter, removal } = this.#options;
    const ours = row !== undefined && !row.adopted;
    const mayGo = !filter.excludes(path) && (removal === 'everything' || (removal === 'ours' && ours));
    const reason = ours ? 'gone_from_source' : 'not_in_source';
    this.#folders.open({
      path,
      atDestination: true,
      mayGo: mayGo ? reason : undefined,
      ours,
      inTheWay: this.#isInTheWay(path),
    });
  }

  /** Only the source has the folder. */
  #newFolder(path: RelPath, row: LedgerRow | undefined): void {
    const { streams, moves, words } = this.#options;
    const fate = this.#clashes.at(path);
    const mayMove = fate === 'may_move' && moves && !streams;
    if (fate === 'stays' || (fate === 'may_move' && !mayMove)) {
      this.#emit({ kind: 'problem', path, problem: fileInTheWay(words) });
      this.#clashes.close(path);
      return;
    }
    if (mayMove) this.#emit({ kind: 'obstacle', path: path.slice(0, -1) });
    this.#folders.open({ path, atDestination: false });
    this.#emit({ kind: 'createFolder', path, reason: row === undefined ? 'new' : 'missing' });
  }

  /** Both ends have the folder. */
  #commonFolder(path: RelPath, row: LedgerRow | undefined): void {
    this.#folders.open({ path, atDestination: true, ours: row !== undefined && !row.adopted });
    this.#emit({ kind: 'commonFolder', path });
    if (row === undefined) this.#emit({ kind: 'adopt', row: { ...folderRow(path), adopted: true } });
  }

  /** Whether a file that is to come has the name of this folder, and can still be withdrawn. */
  #isInTheWay = (folder: RelPath): boolean =>
    !this.#options.streams && this.#clashes.at(folder) === 'arrives';

  #closed(folders: readonly ClosedFolder[]): void {
    for (const { path, removal, movableFiles, inTheWay } of folders) {
      if (removal !== undefined) this.#emit({ kind: 'remove', removal });
      if (movableFiles !== undefined) this.#emit({ kind: 'wholeFolder', path, files: movableFiles });
      if (!inTheWay) continue;
      if (movableFiles !== undefined && this.#options.moves) this.#emit({ kind: 'obstacle', path });
      else this.#giveUp(path.slice(0, -1));
    }
  }

  /** A folder that stays has the name of a file that was to come. */
  #giveUp(path: RelPath): void {
    this.#emit({ kind: 'withdrawUpload', path });
    this.#emit({ kind: 'problem', path, problem: folderInTheWay(this.#options.words) });
  }

  #emit(planned: Planned): void {
    this.#planned.push(planned);
  }

  #take(): readonly Planned[] {
    if (this.#planned.length === 0) return NOTHING;
    const planned = this.#planned;
    this.#planned = [];
    return planned;
  }
}
