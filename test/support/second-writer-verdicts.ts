import type { RequestInfo } from '../../src/emulator/options.ts';
import type { LeftOut } from './left-out.ts';
import { pathOf, within } from './stage-model.ts';
import type { StageModel, StageWitness, Thing } from './stage-model.ts';

export interface VerdictOptions {
  readonly root: string;
  readonly mirror: boolean;
  readonly leftOut: LeftOut;
  /** Paths that the source has, or had during this run; folders with their slash. A marker counts too. */
  readonly sourcePaths: ReadonlySet<string>;
  readonly marker: string | undefined;
}

/** What became of things of others, as far as it is allowed. */
export interface Tally {
  /** The source has that very path. */
  overwritten: number;
  /** A mirror removed what it had seen. */
  mirrored: number;
  /** A single file removed or moved, of whose change no listing before could tell: the one-request window. */
  window: number;
}

/** Says of each change of ours whether it may do that to what others put there. */
export class Verdicts implements StageWitness {
  readonly losses: string[] = [];
  readonly tally: Tally = { overwritten: 0, mirrored: 0, window: 0 };
  readonly #options: VerdictOptions;
  /** Went elsewhere within the window: nothing is expected of them any more. */
  readonly #adrift = new Set<Thing>();
  #runBegan = 0;
  #lastUpload = 0;

  constructor(options: VerdictOptions) {
    this.#options = options;
  }

  runBegins(model: StageModel): void {
    this.#runBegan = model.now;
    // a folder that the source has too is nobody's alone, whatever becomes of it later
    for (const thing of within(model.root))
      if (thing.theirs && thing.kind === 'folder' && this.#sourceHas(thing)) this.#adrift.add(thing);
  }

  uploaded(now: number): void {
    this.#lastUpload = now;
  }

  overwritten(thing: Thing, by: RequestInfo): void {
    if (this.#adrift.has(thing)) return;
    if (this.#sourceHas(thing) && pathOf(thing) === thing.home) this.tally.overwritten++;
    else this.#lost(thing, 'overwritten', by);
  }

  removed(thing: Thing, by: RequestInfo): void {
    if (this.#adrift.has(thing)) return;
    if (this.#sourceHas(thing)) {
      this.tally.overwritten++;
      return;
    }
    const seen = this.#seen(thing);
    if (this.#mayGo(thing) && seen) this.tally.mirrored++;
    else if (!this.#isAlone(thing, by))
      this.#lost(thing, seen ? 'seen, and it went along' : 'went along', by);
    else if (seen || !this.#withinWindow(thing, true)) this.#lost(thing, 'removed', by);
    else this.tally.window++;
  }

  moved(thing: Thing, by: RequestInfo): void {
    // back from where it was carried to
    if (this.#adrift.has(thing) || by.path.includes('.stagesync-') || by.to === thing.home) return;
    if (this.#sourceHas(thing) || pathOf(thing) !== thing.home) return;
    const seen = this.#seen(thing);
    if (this.#mayGo(thing) && seen) return;
    // what came after the last look is carried along, and has to come back
    if (seen) this.#lost(thing, 'seen, and moved', by);
    else if (this.#isAlone(thing, by)) {
      if (this.#withinWindow(thing, false)) this.tally.window++;
      else this.#lost(thing, 'moved without a look', by);
      this.#adrift.add(thing);
    }
  }

  /** After a run that came to its end: what was carried along is back where it was. */
  checkHomes(model: StageModel): void {
    for (const thing of within(model.root)) {
      if (!thing.theirs || thing === model.root || this.#adrift.has(thing)) continue;
      const path = pathOf(thing);
      if (path === thing.home) continue;
      // its place belongs to the source, or others took it anew; and a folder is one like the other
      const there = model.find(thing.home);
      if (this.#sourceHas(thing) || there?.theirs === true) continue;
      if (thing.kind === 'folder' && there !== undefined) continue;
      this.losses.push(`carried: ${thing.home} is at ${path}`);
      this.#adrift.add(thing);
    }
  }

  #lost(thing: Thing, how: string, { kind, path, to }: RequestInfo): void {
    const left = this.#isLeftOut(thing) ? ', which is left out' : '';
    this.losses.push(
      `${how}: ${thing.home}${left}, by ${kind} ${path}${to === undefined ? '' : ` to ${to}`}`,
    );
    this.#adrift.add(thing);
  }

  /** A listing of this run showed it. */
  #seen(thing: Thing): boolean {
    const { listed } = thing.parent!;
    return listed > thing.written && listed > this.#runBegan;
  }

  /** Its folder was listed in this run, and for a removal nothing was uploaded since: that comes before. */
  #withinWindow(thing: Thing, removal: boolean): boolean {
    const { listed } = thing.parent!;
    return !this.#isLeftOut(thing) && listed > this.#runBegan && !(removal && this.#lastUpload > listed);
  }

  #isAlone = (thing: Thing, by: RequestInfo): boolean => thing.kind === 'file' && pathOf(thing) === by.path;

  #mayGo = (thing: Thing): boolean => this.#options.mirror && !this.#isLeftOut(thing);

  #sourceHas(thing: Thing): boolean {
    const { root, sourcePaths } = this.#options;
    return (
      thing.home.startsWith(root) && sourcePaths.has(thing.home.slice(root.length)) && !this.#isLeftOut(thing)
    );
  }

  /** By a filter, or because it is another run's. */
  #isLeftOut({ home }: Thing): boolean {
    const { root, leftOut } = this.#options;
    return !home.startsWith(root) || home.includes('.stagesync-') || leftOut.has(home.slice(root.length));
  }
}
