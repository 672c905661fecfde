import type { FileEntry, Problem } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import type { FolderReason } from '../model/plan.ts';
import type { PathView } from './compare/merge.ts';
import type { Ledger } from './ledger/ledger.ts';
import { Lessons } from './ledger/lessons.ts';
import type { OvertakenPaths } from './overtaking/overtaken-paths.ts';
import { Counts } from './plan/counts.ts';
import type { Arrival, OldContentQuestion, Planned } from './plan/planned.ts';
import { Planner } from './plan/planner.ts';
import type { PlannerOptions } from './plan/planner.ts';
import type { PlanStore } from './plan/store/plan-store.ts';

export interface PlanningOptions {
  readonly planner: Omit<PlannerOptions, 'streams' | 'sendsEarly'>;
  /** Keeps the conclusions that are not carried out at once. */
  readonly store: PlanStore;
  readonly ledger: Ledger;
  /** Files that overtook the pass: nothing is concluded of them. */
  readonly overtaken?: OvertakenPaths | undefined;
  /** Whether the ledger gains what the comparison shows (adopted, confirmed, forgotten); false under --dry-run. */
  readonly learns: boolean;
  /** SHA-256 of the content in hex; undefined where it cannot be told. */
  readonly digestOf: (entry: FileEntry) => Promise<string | undefined>;
  readonly onProblem: (path: RelPath, problem: Problem) => void;
  /** A file or folder at the destination with a name that only a stagesync gives. */
  readonly onHidden: (path: RelPath, modifiedMs: number | undefined) => void;
  /** Carries out uploads and folders as soon as they are planned. Absent: they wait in the store. */
  readonly stream?: {
    upload(arrival: Arrival): void | Promise<void>;
    createFolder(path: RelPath, reason: FolderReason): void | Promise<void>;
    /** The merge has come to this path: no upload follows that comes before it. */
    passed(path: RelPath): void;
  };
  /** Sends changed files before the whole plan is known, where that may be. Absent: all of them wait. */
  readonly early?: {
    maySend(question: OldContentQuestion): Promise<boolean>;
    upload(arrival: Arrival): void | Promise<void>;
  };
}

/** What is neither a question nor carried out at once. */
type Kept = Exclude<Planned, { readonly kind: 'askDigest' | 'askOldContent' | 'uploadNow' }>;

/**
 * Draws up a plan while the merge goes from path to path. Shows each path to the planner, and hands the planner's
 * conclusions on, in order: to the executor, the plan store, the ledger, the counts, and as problems to people.
 */
export class Planning {
  readonly counts: Counts;
  readonly #planner: Planner;
  readonly #lessons: Lessons;
  readonly #options: PlanningOptions;

  constructor(options: PlanningOptions) {
    this.#options = options;
    const [streams, sendsEarly] = [options.stream !== undefined, options.early !== undefined];
    this.#planner = new Planner({ ...options.planner, streams, sendsEarly });
    this.counts = new Counts(Math.min(options.planner.maxFileBytes, options.planner.maxFileSize ?? Infinity));
    this.#lessons = new Lessons(options.ledger);
  }

  /** The merge waits for a promise before it goes on to the next path. */
  visit = (seen: PathView): void | Promise<void> => {
    const view = this.#options.overtaken?.veil(seen) ?? seen;
    this.counts.see(view);
    this.#options.stream?.passed(view.path);
    return this.#carryAll(this.#planner.visit(view));
  };

  /** Writes down what the ledger has gained so far. */
  writeLessons(): void {
    this.#lessons.write();
  }

  /** After the last path. */
  async finish(): Promise<void> {
    await this.#carryAll(this.#planner.finish());
    this.#lessons.write();
  }

  #carryAll(planned: readonly Planned[], from = 0): void | Promise<void> {
    for (let at = from; at < planned.length; at++) {
      const pending = this.#carry(planned[at]!);
      if (pending !== undefined) return pending.then(() => this.#carryAll(planned, at + 1));
    }
    return undefined;
  }

  #carry(planned: Planned): void | Promise<void> {
    const { stream, early, digestOf, overtaken } = this.#options;
    this.counts.add(planned);
    // a file that is asked about may go ahead before there is an answer
    const unless = (path: RelPath, conclude: () => void | Promise<void>): void | Promise<void> =>
      overtaken?.has(path) === true ? undefined : conclude();
    if (planned.kind === 'askDigest')
      return digestOf(planned.entry).then((digest) =>
        unless(planned.entry.path, () => this.#carryAll(this.#planner.answer(planned, digest))),
      );
    if (planned.kind === 'askOldContent')
      return early!
        .maySend(planned)
        .then((may) =>
          unless(planned.arrival.path, () => this.#carryAll(this.#planner.answerOldContent(planned, !may))),
        );
    if (planned.kind === 'uploadNow') return early!.upload(planned.arrival);
    if (stream === undefined) {
      this.#keep(planned);
      return undefined;
    }
    if (planned.kind === 'upload') return stream.upload(planned.arrival);
    if (planned.kind === 'createFolder') return stream.createFolder(planned.path, planned.reason);
    // nothing moves while actions are carried out at once: what moves would be found from is not kept
    if (planned.kind !== 'freed' && planned.kind !== 'commonFolder') this.#keep(planned);
    return undefined;
  }

  /** Puts a conclusion into the store, into the ledger, or before people. */
  #keep(planned: Kept): void {
    const { store, learns, onProblem, onHidden } = this.#options;
    switch (planned.kind) {
      case 'upload':
        return store.arrivals.add(planned.arrival);
      case 'createFolder':
        return store.folders.add(planned.path, planned.reason);
      case 'remove':
        return store.removals.add(planned.removal);
      case 'withdrawUpload':
        return store.arrivals.drop(planned.path);
      case 'compareContent':
        return store.contentChecks.add(planned.check);
      case 'freed':
        return store.freed.add(planned.freed);
      case 'commonFolder':
        return store.commonFolders.add(planned.path);
      case 'wholeFolder':
        return store.wholeFolders.add(planned.path, planned.files);
      case 'obstacle':
        return store.obstacles.add(planned.path);
      case 'problem':
        onProblem(planned.path, planned.problem);
        return;
      case 'hidden':
        onHidden(planned.path, planned.modifiedMs);
        return;
      case 'confirm':
      case 'renew':
      case 'adopt':
      case 'forget':
      case 'keep':
        if (learns) this.#lessons.add(planned);
        return;
      case 'unchanged':
    }
  }
}
