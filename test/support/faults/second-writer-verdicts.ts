import type { RequestInfo } from '../../../src/emulator/request-info.ts';
import { isInTrash, TRASH } from '../../../src/sync/execute/trash/trash-names.ts';
import { foldersOf } from '../../../src/model/path.ts';
import type { LeftOut } from '../cli/left-out.ts';
import { pathOf, within } from '../stage/stage-model.ts';
import type { StageModel, StageWitness, Thing, ThingFolder } from '../stage/stage-model.ts';

export interface VerdictOptions {
  readonly root: string;
  readonly mirror: boolean;
  /** What is removed or replaced goes into the trash: what a listing has shown is neither overwritten nor deleted. */
  readonly keeps: boolean;
  readonly leftOut: LeftOut;
  /** Paths that the source has, or had during this run; folders with their slash. */
  readonly sourcePaths: ReadonlySet<string>;
  readonly marker: string | undefined;
  /** Whether this Stage moves folders: where it does not, one that goes cannot be hidden first. */
  readonly movesFolders: () => boolean;
  /** Whether this Stage shows when files were put. */
  readonly showsTimes: () => boolean;
}

/** What became of things of others, as far as it is allowed. */
export interface Tally {
  /** The source has that very path. */
  overwritten: number;
  /** A mirror removed what it had seen. */
  mirrored: number;
  /** A single file removed or moved, of whose change no listing before could tell: the one-request window. */
  window: number;
  /** Went with a folder that was empty in the last listing, on a Stage that moves no folders. */
  folderWindow: number;
  /** Put into a moved folder after its move and before the listing there, so taken for carried along, and moved "back". */
  strayed: number;
  /** Carried along by a run that ended between a move and the look after it, and of no time that Stage shows. */
  stayed: number;
  /** Carried along, and others put another file under its name before it could go back. */
  superseded: number;
}

export const emptyTally = (): Tally => ({
  overwritten: 0,
  mirrored: 0,
  window: 0,
  folderWindow: 0,
  strayed: 0,
  stayed: 0,
  superseded: 0,
});

/** A folder moved as a whole in this run. */
interface FolderMove {
  readonly from: string;
  readonly to: string;
  readonly at: number;
}

/** Says of each change of ours whether it may do that to what others put there. */
export class Verdicts implements StageWitness {
  readonly losses: string[] = [];
  readonly tally = emptyTally();
  readonly #options: VerdictOptions;
  /** Nothing is expected of them any more: they went elsewhere within a window, or are told of already. */
  readonly #adrift = new Set<Thing>();
  /** The source has their path, and they stepped aside for its file: a later run may finish what a killed one began. */
  readonly #replaced = new Set<Thing>();
  /** Could not go back to their places when the run began. */
  readonly #stuck = new Set<Thing>();
  /** Could not once: the source's file may have the name of its folder since, which others' file had. */
  readonly #everStuck = new Set<Thing>();
  /** Every folder that the source ever had. */
  readonly #everFolders = new Set<string>();
  #folderMoves: FolderMove[] = [];
  /** When our runs looked at single names last. */
  readonly #looks = new Map<string, number>();
  #runBegan = 0;
  #lastUpload = 0;
  #model: StageModel | undefined;

  constructor(options: VerdictOptions) {
    this.#options = options;
  }

  runBegins(model: StageModel): void {
    this.#model = model;
    this.#runBegan = model.now;
    for (const path of this.#options.sourcePaths) if (path.endsWith('/')) this.#everFolders.add(path);
    this.#stuck.clear();
    for (const thing of within(model.root)) {
      if (!thing.theirs || thing === model.root) continue;
      // a folder that the source had too is nobody's alone, whatever becomes of it later
      if (thing.kind === 'folder' && this.#isShared(thing)) this.#adrift.add(thing);
      if (pathOf(thing) !== thing.home && this.#cannotReturn(thing, model)) this.#stuck.add(thing);
    }
    for (const thing of this.#stuck) this.#everStuck.add(thing);
  }

  uploaded(now: number): void {
    this.#lastUpload = now;
  }

  overwritten(thing: Thing, by: RequestInfo): void {
    if (this.#adrift.has(thing)) return;
    if (this.#options.keeps && thing.kind === 'file' && this.#seen(thing))
      return this.#lost(thing, 'overwritten instead of kept', by);
    const itsOwn = pathOf(thing) === thing.home && this.#sourceHas(thing);
    if (itsOwn || this.#replaced.has(thing)) this.tally.overwritten++;
    // a name that was free a request ago, for what an interrupted run left under a hidden one
    else if (by.kind === 'move' && (this.#looks.get(by.to!) ?? thing.written) < thing.written)
      this.tally.window++;
    else this.#lost(thing, 'overwritten', by);
  }

  lookedAt(path: string, now: number): void {
    this.#looks.set(path, now);
  }

  removed(thing: Thing, by: RequestInfo): void {
    if (this.#adrift.has(thing) || (thing.kind === 'folder' && this.#isShared(thing))) return;
    const seen = this.#seen(thing);
    if (this.#options.keeps && thing.kind === 'file' && seen && !by.path.startsWith(TRASH))
      return this.#lost(thing, 'removed instead of kept', by);
    if (this.#sourceHas(thing) || this.#replaced.has(thing)) this.tally.overwritten++;
    else if (this.#isSuperseded(thing)) this.tally.superseded++;
    else if (this.#mayGo(thing) && seen) this.tally.mirrored++;
    else if (this.#isAlone(thing, by)) {
      if (seen || !this.#withinWindow(thing, true)) this.#lost(thing, 'removed', by);
      else this.tally.window++;
    } else if (!this.#options.movesFolders() && this.#wasEmpty(by)) this.tally.folderWindow++;
    else this.#lost(thing, seen ? 'seen, and it went along' : 'went along', by);
  }

  moved(thing: Thing, by: RequestInfo): void {
    if (by.to === thing.home) this.#replaced.delete(thing);
    // back from where it was carried to
    if (this.#adrift.has(thing) || by.path.includes('.stagesync-') || by.to === thing.home) return;
    if (this.#sourceHas(thing)) {
      if (!this.#isAlone(thing, by)) return;
      this.#replaced.add(thing);
      this.#keptFromReturning(thing);
      return;
    }
    if (pathOf(thing) !== thing.home || (thing.kind === 'folder' && this.#isShared(thing))) return;
    const seen = this.#seen(thing);
    if (this.#strays(thing, by)) {
      this.tally.strayed++;
      this.#adrift.add(thing);
    } else if (seen && this.#mayGo(thing)) {
      // in the trash it stays
      if (isInTrash(by.to!)) this.#adrift.add(thing);
    } else if (seen) this.#lost(thing, 'seen, and moved', by);
    // what came after the last look into a folder is carried along with it, and has to come back
    else if (this.#isAlone(thing, by)) {
      if (this.#withinWindow(thing, false)) this.tally.window++;
      else this.#lost(thing, 'moved without a look', by);
      this.#adrift.add(thing);
    }
  }

  movedFolder(_folder: ThingFolder, { path, to }: RequestInfo, now: number): void {
    this.#folderMoves.push({ from: path, to: to!, at: now });
  }

  /** After a run that came to its end: what was carried along is back where it was. */
  checkHomes(model: StageModel): void {
    for (const thing of within(model.root)) {
      if (!thing.theirs || thing === model.root || this.#adrift.has(thing)) continue;
      const path = pathOf(thing);
      if (path === thing.home || this.#replaced.has(thing) || this.#stuck.has(thing)) continue;
      if (this.#cannotReturn(thing, model)) continue;
      if (path !== undefined && this.#stays(thing, path)) {
        this.tally.stayed++;
        this.#adrift.add(thing);
        continue;
      }
      const file = this.#filesAbove(thing, model)[0];
      if (file !== undefined && this.#everStuck.has(thing)) continue;
      const inTheWay = file === undefined ? '' : `, and our file ${pathOf(file)} is in its way`;
      this.losses.push(`carried: ${thing.home} is at ${path}${inTheWay}`);
      this.#adrift.add(thing);
    }
    // what a killed run moved, the next one looks at
    this.#folderMoves = [];
  }

  /** Whether something of others waits in a place of ours because it has none to go back to. */
  holdsWhatCannotReturn(model: StageModel): boolean {
    return [...within(model.root)].some(
      (thing) =>
        thing.theirs &&
        thing !== model.root &&
        pathOf(thing) !== thing.home &&
        (this.#cannotReturn(thing, model) || this.#filesAbove(thing, model).length > 0),
    );
  }

  /** Whether something waited when the run began: what comes back at its end is for the next run to look at. */
  get heldSome(): boolean {
    return this.#stuck.size > 0;
  }

  /** Its place belongs to the source, or others took it anew or put a file where its folder was. */
  #cannotReturn(thing: Thing, model: StageModel): boolean {
    if (this.#sourceHas(thing)) return true;
    const there = model.find(thing.home);
    if (there !== undefined && (there.theirs || thing.kind === 'folder')) return true;
    const { home } = thing;
    const ofOtherKind = model.find(home.endsWith('/') ? home.slice(0, -1) : `${home}/`);
    return ofOtherKind?.theirs === true || this.#filesAbove(thing, model).some((file) => file.theirs);
  }

  /** What could not go back in this run because of a file of others, whose name the source's file takes now. */
  #keptFromReturning({ home }: Thing): void {
    for (const thing of within(this.#model!.root))
      if (thing.theirs && thing.home.startsWith(`${home}/`) && pathOf(thing) !== thing.home)
        this.#everStuck.add(thing);
  }

  /** Files that have the name of a folder on the way to its place. */
  #filesAbove = ({ home }: Thing, model: StageModel): Thing[] =>
    foldersOf(home).flatMap((folder) => model.find(folder.slice(0, -1)) ?? []);

  /** Carried along, and others put the same name anew meanwhile: that is what they wrote last. */
  #isSuperseded(thing: Thing): boolean {
    const there = this.#model?.find(thing.home);
    return there !== undefined && there !== thing && there.theirs && there.written > thing.written;
  }

  /** A folder that the source has or had is one like the other. */
  #isShared({ home }: Thing): boolean {
    const { root } = this.#options;
    return home.startsWith(root) && this.#everFolders.has(home.slice(root.length));
  }

  #lost(thing: Thing, how: string, { kind, path, to }: RequestInfo): void {
    const left = this.#isLeftOut(thing) ? ', which is left out' : '';
    this.losses.push(
      `${how}: ${thing.home}${left}, by ${kind} ${path}${to === undefined ? '' : ` to ${to}`}`,
    );
    this.#adrift.add(thing);
  }

  /** A listing of this run showed it. */
  #seen = ({ seen, written }: Thing): boolean => seen > written && seen > this.#runBegan;

  /** Its folder was listed in this run, and for a removal nothing was uploaded since: that comes before. */
  #withinWindow(thing: Thing, removal: boolean): boolean {
    const { listed } = thing.parent!;
    return !this.#isLeftOut(thing) && listed > this.#runBegan && !(removal && this.#lastUpload > listed);
  }

  /** The folder it went with had nothing in it when this run listed it last. */
  #wasEmpty({ path }: RequestInfo): boolean {
    const gone = this.#model?.findFolder(path);
    if (gone === undefined || gone.listed <= this.#runBegan) return false;
    return [...gone.children.values()].every(({ seen }) => seen < gone.listed);
  }

  /** It came to a folder's new place before anybody looked there: nobody can tell it from what was carried there. */
  #strays(thing: Thing, { path, to }: RequestInfo): boolean {
    return this.#folderMoves.some(
      (move) =>
        path.startsWith(move.to) && to === move.from + path.slice(move.to.length) && thing.written > move.at,
    );
  }

  /** An earlier run was cut off between a folder's move and the look at it, and nothing shows when this came. */
  #stays(thing: Thing, path: string): boolean {
    const undated = thing.kind === 'folder' || !this.#options.showsTimes();
    return undated && this.#folderMoves.some(({ to, at }) => path.startsWith(to) && at < this.#runBegan);
  }

  #isAlone = (thing: Thing, by: RequestInfo): boolean => thing.kind === 'file' && pathOf(thing) === by.path;

  #mayGo = (thing: Thing): boolean => this.#options.mirror && !this.#isLeftOut(thing);

  #sourceHas(thing: Thing): boolean {
    const { root, sourcePaths, marker } = this.#options;
    if (!thing.home.startsWith(root) || this.#isLeftOut(thing)) return false;
    const path = thing.home.slice(root.length);
    return sourcePaths.has(path) || path === marker;
  }

  /** By a filter, or because it is another run's. */
  #isLeftOut({ home }: Thing): boolean {
    const { root, leftOut } = this.#options;
    return !home.startsWith(root) || home.includes('.stagesync-') || leftOut.has(home.slice(root.length));
  }
}
