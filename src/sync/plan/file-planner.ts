import type { FileEntry } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';
import { decideFile, sameAtDestination } from '../compare/decide.ts';
import type { FileDecision } from '../compare/decide.ts';
import type { PathView } from '../compare/merge.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { rowOf } from '../ledger/ledger-row.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import type { WholeFolders } from './moves/whole-folders.ts';
import type { NameClashes } from './name-clashes.ts';
import { ADOPTED_KEPT, KEPT, tooLarge } from './plan-problems.ts';
import type { Arrival, PlanStore } from './store/plan-store.ts';
import type { PlannerOptions, Standing } from './planner.ts';

export interface FilePlannerParts {
  readonly store: PlanStore;
  readonly ledger: Ledger;
  readonly options: PlannerOptions;
  readonly standing: Standing;
  readonly frames: WholeFolders;
  readonly clashes: NameClashes;
  /** Writes into the ledger what the comparison taught, where it may. */
  readonly learn: (lesson: () => void) => void;
}

/** The files of a plan: each gets its decision, and its place in the plan or in the ledger. */
export class FilePlanner {
  readonly #parts: FilePlannerParts;

  constructor(parts: FilePlannerParts) {
    this.#parts = parts;
  }

  visit(view: PathView): void | Promise<void> {
    const { path, source, destination, row, sourceUnknown, destinationUnknown } = view;
    const { maxFileBytes, onProblem, digestOf } = this.#parts.options;
    if (sourceUnknown || destinationUnknown) {
      this.#parts.frames.block();
      if (destination !== undefined) this.#parts.clashes.file(path, 'stays');
      return undefined;
    }
    const file = source as FileEntry | undefined;
    const shown: ShownVersion | undefined = destination?.kind === 'file' ? destination : undefined;
    if (file !== undefined && file.size > maxFileBytes) {
      this.#seen(shown, false, false);
      onProblem(path, tooLarge(file.size, maxFileBytes));
      return undefined;
    }
    const decision = decideFile(file, shown, row, this.#parts.options);
    if (decision.do !== 'check_digest') return this.#carryOut(decision, view, file, shown);
    return digestOf(file!).then((digest) => {
      if (digest === undefined || digest !== row!.digest)
        return this.#upload({ path, reason: 'changed', entry: file!, replaces: shown, digest }, row);
      this.#seen(shown, false, false);
      this.#parts.standing.unchanged++;
      this.#renew({ ...rowOf(file!, digest), adopted: row!.adopted }, row!, decision.shown);
      return undefined;
    });
  }

  #carryOut(
    decision: Exclude<FileDecision, { do: 'check_digest' }>,
    { path, row }: PathView,
    file: FileEntry | undefined,
    shown: ShownVersion | undefined,
  ): void | Promise<void> {
    const goes = decision.do === 'remove';
    const freed = decision.do === 'leave' || (goes && decision.reason === 'gone_from_source');
    if (decision.do !== 'upload') this.#seen(shown, goes, freed);
    switch (decision.do) {
      case 'upload':
        if (shown === undefined) this.#parts.clashes.file(path, 'arrives');
        return this.#upload(
          { path, reason: decision.reason, entry: file!, replaces: shown, digest: undefined },
          row,
        );
      case 'unchanged':
        this.#parts.standing.unchanged++;
        break;
      case 'confirm':
        this.#parts.standing.unchanged++;
        if (!this.#parts.options.believes)
          this.#parts.learn(() => this.#parts.ledger.confirm(path, decision.shown.modifiedMs));
        break;
      case 'renew': {
        this.#parts.standing.unchanged++;
        const { digest, adopted } = row!;
        this.#renew({ ...rowOf(file!, digest), adopted }, row!, decision.shown);
        break;
      }
      case 'adopt': {
        this.#parts.standing.adopted++;
        const shownModifiedMs = decision.shown.modifiedMs;
        const adopted = { ...rowOf(file!, undefined), shownModifiedMs, pending: false, adopted: true };
        this.#parts.learn(() => this.#parts.ledger.put(adopted, 'adopted'));
        break;
      }
      case 'compare_content':
        this.#parts.store.contentChecks.add({
          entry: file!,
          shown: decision.shown,
          known: row !== undefined,
        });
        break;
      case 'remove':
        this.#parts.store.removals.add({
          path,
          reason: decision.reason,
          files: 1,
          stamp: String(stampOf(shown)),
          shown,
        });
        if (freed) this.#free(row!, true);
        break;
      case 'leave':
        this.#parts.clashes.file(path, 'may_move');
        this.#free(row!, true);
        break;
      case 'keep':
        this.#keep(path, decision.why, row!);
        break;
      case 'forget':
        this.#parts.learn(() => this.#parts.ledger.forget(path));
        break;
      case 'nothing':
        if (shown !== undefined) this.#parts.clashes.file(path, 'stays');
        break;
    }
    return undefined;
  }

  #keep(path: RelPath, why: 'changed' | 'adopted', row: LedgerRow): void {
    this.#parts.clashes.file(path, 'stays');
    const problem = why === 'changed' ? KEPT : ADOPTED_KEPT;
    this.#parts.options.onProblem(path, problem);
    this.#parts.learn(() => {
      // told once: from now on it is as any other file that others put there; so is one that no listing had confirmed
      if (why === 'adopted' || row.pending) this.#parts.ledger.forget(path);
      this.#parts.ledger.note(path, 'keep', problem.code);
    });
  }

  #seen(shown: ShownVersion | undefined, goes: boolean, freed: boolean): void {
    if (shown !== undefined) this.#parts.frames.file(goes, freed, stampOf(shown));
  }

  #upload(arrival: Arrival, row: LedgerRow | undefined): void | Promise<void> {
    const { replaces } = arrival;
    const freed =
      replaces !== undefined && row !== undefined && !row.adopted && sameAtDestination(replaces, row);
    this.#seen(replaces, false, freed);
    if (this.#parts.options.stream !== undefined) return this.#parts.options.stream.upload(arrival);
    this.#parts.store.arrivals.add(arrival);
    if (freed) this.#free(row, false);
    return undefined;
  }

  #free({ path, size, identity, digest }: LedgerRow, gone: boolean): void {
    if (this.#parts.options.stream === undefined)
      this.#parts.store.freed.add({ path, size, identity, digest, gone });
  }

  /** The same content under a new version; what a listing has to confirm still waits for one. */
  #renew(renewed: ReturnType<typeof rowOf>, row: LedgerRow, { modifiedMs }: ShownVersion): void {
    const waits = this.#parts.options.believes && row.pending;
    this.#parts.learn(() =>
      this.#parts.ledger.put({ ...renewed, shownModifiedMs: modifiedMs, pending: waits }, 'touched'),
    );
  }
}

/** Tells apart what Stage showed of a file at two moments; sums of them do so for folders. */
const stampOf = (shown: ShownVersion | undefined): number =>
  shown === undefined ? 0 : shown.size + (shown.modifiedMs ?? 0);
