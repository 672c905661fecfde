import type { FileEntry, Problem } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';
import type { FolderReason, StageVersion, UploadReason } from '../../model/plan.ts';
import type { PathFilter } from '../../model/ports.ts';
import { decideFile, sameOnStage } from '../compare/decide.ts';
import type { Sighting } from '../compare/merge.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { FolderFrames } from './folder-frames.ts';
import type { Arrival, PlanStore } from './plan-store.ts';

/** Counts of what needs no action. */
export interface Standing {
  unchanged: number;
  adopted: number;
  /** Files on Stage that take part: what a percentage of removals is of. */
  onStage: number;
  /** Files the source has. */
  inSource: number;
  /** Entries the source could not tell about. */
  unknownInSource: number;
}

export interface PlannerOptions {
  readonly removal: 'none' | 'ours' | 'everything';
  readonly compare: 'size' | 'content';
  readonly maxFileBytes: number;
  readonly filter: PathFilter;
  /** Write what was learnt (adopted, confirmed, forgotten) into the ledger; false under --dry-run. */
  readonly learn: boolean;
  /** Whether the content has this digest; undefined where it cannot be told. */
  readonly digestOf: (entry: FileEntry) => Promise<string | undefined>;
  readonly onProblem: (path: RelPath, problem: Problem) => void;
  /** Uploads and folders that need not wait for the end of the comparison. Absent: all of them wait in the store. */
  readonly stream?: {
    upload(arrival: Arrival): void | Promise<void>;
    createFolder(path: RelPath, reason: FolderReason): void | Promise<void>;
  };
}

const LEARN_BATCH = 500;

/** Turns what the merge sees into a plan. Decides and writes down; sends nothing. */
export class Planner {
  readonly standing: Standing = { unchanged: 0, adopted: 0, onStage: 0, inSource: 0, unknownInSource: 0 };
  readonly #store: PlanStore;
  readonly #ledger: Ledger;
  readonly #options: PlannerOptions;
  readonly #frames: FolderFrames;
  #lessons: (() => void)[] = [];

  constructor(store: PlanStore, ledger: Ledger, options: PlannerOptions) {
    this.#store = store;
    this.#ledger = ledger;
    this.#options = options;
    this.#frames = new FolderFrames(store);
  }

  visit = (sighting: Sighting): void | Promise<void> => {
    const { path, source, stage, row } = sighting;
    if (source?.kind === 'unknown') this.standing.unknownInSource++;
    if (source?.kind === 'unknown' && source.echo !== true) this.#options.onProblem(path, source.problem);
    if (stage?.kind === 'unknown') this.#options.onProblem(path, stage.problem);
    if (source?.kind === 'unknown' && source.covers === 'nothing') return undefined;
    this.#frames.leave(path);
    // outside the filter nothing is known of either end, and nothing is to be concluded
    if (source === undefined && stage === undefined && this.#options.filter.excludes(path)) return undefined;
    return path.endsWith('/') ? this.#visitFolder(sighting) : this.#visitFile(sighting, row);
  };

  finish(): void {
    this.#frames.closeAll();
    this.#flush();
  }

  #visitFolder({ path, source, stage, row, sourceUnknown, stageUnknown }: Sighting): void | Promise<void> {
    const unseen = stage?.kind === 'folder' && stage.unseen;
    if (sourceUnknown || stageUnknown || unseen) {
      this.#frames.block();
      if (stage !== undefined) this.#frames.open(path, true, undefined, false);
      return undefined;
    }
    if (source !== undefined) {
      if (stage === undefined) {
        this.#frames.open(path, false, undefined, false);
        const reason = row === undefined ? 'new' : 'missing';
        const { stream } = this.#options;
        if (stream !== undefined) return stream.createFolder(path, reason);
        this.#store.addFolder(path, reason);
        return undefined;
      }
      this.#frames.open(path, true, undefined, row !== undefined);
      if (this.#options.stream === undefined) this.#store.addStanding(path);
      if (row === undefined) this.#learn(() => this.#ledger.put(folderRow(path), 'adopted'));
      return undefined;
    }
    if (stage === undefined) {
      if (row !== undefined) this.#learn(() => this.#ledger.forget(path));
      return undefined;
    }
    const mayGo =
      !this.#options.filter.excludes(path) &&
      (this.#options.removal === 'everything' || (this.#options.removal === 'ours' && row !== undefined));
    const reason = row === undefined ? 'not_in_source' : 'gone_from_source';
    this.#frames.open(path, true, mayGo ? reason : undefined, row !== undefined);
    return undefined;
  }

  #visitFile(
    { path, source, stage, sourceUnknown, stageUnknown }: Sighting,
    row: Sighting['row'],
  ): void | Promise<void> {
    if (stage !== undefined) this.standing.onStage++;
    if (source?.kind === 'file') this.standing.inSource++;
    if (sourceUnknown || stageUnknown) {
      this.#frames.block();
      return undefined;
    }
    const file = source as FileEntry | undefined;
    const shown: StageVersion | undefined = stage?.kind === 'file' ? stage : undefined;
    if (file !== undefined && file.size > this.#options.maxFileBytes) {
      if (shown !== undefined) this.#frames.file(false, false, 0);
      this.#options.onProblem(path, tooLarge(file.size, this.#options.maxFileBytes));
      return undefined;
    }
    const decision = decideFile(file, shown, row, this.#options);
    if (decision.do === 'check_digest') {
      return this.#options.digestOf(file!).then((digest) => {
        if (digest !== undefined && digest === row!.digest) {
          this.#seen(shown, false, false);
          this.standing.unchanged++;
          const stageModifiedMs = decision.stage.modifiedMs;
          this.#learn(() =>
            this.#ledger.put({ ...rowOf(file!, digest), stageModifiedMs, pending: false }, 'touched'),
          );
          return undefined;
        }
        return this.#upload(path, file!, 'changed', shown, row, digest);
      });
    }
    switch (decision.do) {
      case 'upload':
        return this.#upload(path, file!, decision.reason, shown, row, undefined);
      case 'unchanged':
        this.standing.unchanged++;
        this.#seen(shown, false, false);
        break;
      case 'confirm':
        this.standing.unchanged++;
        this.#seen(shown, false, false);
        this.#learn(() => this.#ledger.confirm(path, decision.stage.modifiedMs));
        break;
      case 'adopt':
        this.standing.adopted++;
        this.#seen(shown, false, false);
        this.#learn(() =>
          this.#ledger.put(
            { ...rowOf(file!, undefined), stageModifiedMs: decision.stage.modifiedMs, pending: false },
            'adopted',
          ),
        );
        break;
      case 'compare_content':
        this.#seen(shown, false, false);
        this.#store.addMeeting(file!, decision.stage);
        break;
      case 'remove':
        this.#seen(shown, true, decision.reason === 'gone_from_source');
        this.#store.addRemoval({ path, reason: decision.reason, files: 1, stamp: String(stampOf(shown)) });
        if (decision.reason === 'gone_from_source') this.#free(row!, true);
        break;
      case 'leave':
        this.#seen(shown, false, true);
        this.#free(row!, true);
        break;
      case 'keep':
        this.#seen(shown, false, false);
        this.#options.onProblem(path, KEPT);
        this.#learn(() => this.#ledger.note(path, 'keep', KEPT.code));
        break;
      case 'forget':
        this.#learn(() => this.#ledger.forget(path));
        break;
      case 'nothing':
        this.#seen(shown, false, false);
        break;
    }
    return undefined;
  }

  #seen(shown: StageVersion | undefined, goes: boolean, freed: boolean): void {
    if (shown !== undefined) this.#frames.file(goes, freed, stampOf(shown));
  }

  #upload(
    path: RelPath,
    entry: FileEntry,
    reason: UploadReason,
    replaces: StageVersion | undefined,
    row: Sighting['row'],
    digest: string | undefined,
  ): void | Promise<void> {
    const freed = replaces !== undefined && row !== undefined && sameOnStage(replaces, row);
    this.#seen(replaces, false, freed);
    const arrival: Arrival = { path, reason, entry, replaces, digest };
    if (this.#options.stream !== undefined) return this.#options.stream.upload(arrival);
    this.#store.addArrival(arrival);
    if (freed) this.#free(row, false);
    return undefined;
  }

  #free(row: NonNullable<Sighting['row']>, gone: boolean): void {
    if (this.#options.stream !== undefined) return;
    this.#store.addFreed({
      path: row.path,
      size: row.size,
      identity: row.identity,
      digest: row.digest,
      gone,
    });
  }

  #learn(lesson: () => void): void {
    if (!this.#options.learn) return;
    this.#lessons.push(lesson);
    if (this.#lessons.length >= LEARN_BATCH) this.#flush();
  }

  #flush(): void {
    if (this.#lessons.length === 0) return;
    const lessons = this.#lessons;
    this.#lessons = [];
    this.#ledger.transaction(() => {
      for (const lesson of lessons) lesson();
    });
  }
}

/** What the ledger keeps of a file just put, or found equal. */
export const rowOf = (entry: FileEntry, digest: string | undefined) => ({
  path: entry.path,
  size: entry.size,
  version: entry.version,
  identity: entry.identity,
  digest,
});

export const folderRow = (path: RelPath) => ({
  path,
  size: 0,
  version: '',
  identity: undefined,
  digest: undefined,
  stageModifiedMs: undefined,
  pending: false,
});

/** Tells apart what Stage showed of a file at two moments; sums of them do so for folders. */
const stampOf = (shown: StageVersion | undefined): number =>
  shown === undefined ? 0 : shown.size + (shown.modifiedMs ?? 0);

const KEPT: Problem = {
  code: 'changed_on_stage',
  severity: 'warning',
  message: 'gone from the source, but someone changed it on Stage; kept (remove it by hand, or use --mirror)',
};

const tooLarge = (size: number, limit: number): Problem => ({
  code: 'too_large',
  severity: 'failure',
  message: `${size} bytes is over the limit of ${limit} bytes for one file; split it, exclude it, or raise --max-file-size`,
});
