import type { DestinationWords } from '../../model/destination-words.ts';
import type { FileEntry } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';
import { decideFile, sameAtDestination, shownOf } from '../compare/decide.ts';
import type { DecideOptions, GoneDecision, PresentDecision } from '../compare/decide.ts';
import type { PathView } from '../compare/merge.ts';
import { rowOf } from '../ledger/ledger-row.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import type { WholeFolders } from './moves/whole-folders.ts';
import type { NameClashes } from './name-clashes.ts';
import {
  adoptedAndKept,
  changedAndKept,
  notOverwritten,
  notReplaced,
  overSize,
  tooLarge,
} from './plan-problems.ts';
import type { Arrival, DigestQuestion, OldContentQuestion, Planned } from './planned.ts';

export interface FilePlannerOptions extends DecideOptions {
  /** Larger files are reported and left out, in bytes. */
  readonly maxFileBytes: number;
  /** The same as whoever runs the sync wants it. */
  readonly maxFileSize?: number | undefined;
  /** False: what the destination has already stays, also where it differs. */
  readonly overwrite?: boolean | undefined;
  /** True: only what we put there, and nobody changed since, is replaced. */
  readonly keepsOthers?: boolean | undefined;
  /** The destination was not listed: what it has is taken from the ledger, which can learn nothing from that. */
  readonly believes: boolean;
  /** What sentences call the destination. */
  readonly words: DestinationWords;
  /** A changed file is asked about: it may be sent before the whole plan is known. */
  readonly sendsEarly: boolean;
}

export interface FilePlannerParts {
  readonly options: FilePlannerOptions;
  readonly folders: WholeFolders;
  readonly clashes: NameClashes;
  readonly emit: (planned: Planned) => void;
}

/** What the destination and the ledger have of a file. */
interface Known {
  readonly shown: ShownVersion | undefined;
  readonly row: LedgerRow | undefined;
}

const UNCHANGED: Planned = { kind: 'unchanged' };
const STAYS = { goes: false, freed: false } as const;

/**
 * The files of a plan: each file's decision becomes what has to be done or remembered. Pure but for the running sums of
 * the planner whose part it is: the same views in the same order give the same plan.
 */
export class FilePlanner {
  readonly #options: FilePlannerOptions;
  readonly #folders: WholeFolders;
  readonly #clashes: NameClashes;
  readonly #emit: (planned: Planned) => void;

  constructor({ options, folders, clashes, emit }: FilePlannerParts) {
    this.#options = options;
    this.#folders = folders;
    this.#clashes = clashes;
    this.#emit = emit;
  }

  visit({ path, source, destination, row, sourceUnknown, destinationUnknown }: PathView): void {
    if (sourceUnknown || destinationUnknown) {
      this.#folders.block();
      if (destination !== undefined) this.#clashes.file(path, 'stays');
      return;
    }
    const { maxFileBytes, maxFileSize = Infinity } = this.#options;
    const entry = source?.kind === 'file' ? source : undefined;
    const shown = destination?.kind === 'file' ? destination : undefined;
    if (entry !== undefined && entry.size > Math.min(maxFileBytes, maxFileSize)) {
      this.#seen(shown, STAYS);
      const isWanted = entry.size <= maxFileSize;
      const problem = isWanted ? tooLarge(entry.size, maxFileBytes) : overSize(entry.size, maxFileSize);
      this.#emit({ kind: 'problem', path, problem });
      return;
    }
    if (entry === undefined)
      this.#planGone(decideFile(entry, shown, row, this.#options), { path, shown, row });
    else this.#planPresent(decideFile(entry, shown, row, this.#options), { entry, shown, row });
  }

  /** Goes on where a digest was asked for; undefined: it could not be told. */
  answer({ entry, shown, row }: DigestQuestion, digest: string | undefined): void {
    if (digest === undefined || digest !== row.digest)
      return this.#upload({ path: entry.path, reason: 'changed', entry, replaces: shown, digest }, row);
    this.#seen(shown, STAYS);
    this.#renew({ ...rowOf(entry, digest), adopted: row.adopted }, row, shown);
  }

  /** Goes on where it was asked about the old content of a changed file. */
  answerOldContent({ arrival, row }: OldContentQuestion, isWanted: boolean): void {
    if (isWanted) return this.#uploadAndFree(arrival, row);
    this.#seen(arrival.replaces, STAYS);
    this.#emit({ kind: 'uploadNow', arrival });
  }

  /** A file that the source has. */
  #planPresent(
    decision: PresentDecision,
    { entry, shown, row }: Known & { readonly entry: FileEntry },
  ): void {
    const { path } = entry;
    switch (decision.do) {
      case 'upload':
        return this.#upload(
          { path, reason: decision.reason, entry, replaces: shown, digest: undefined },
          row,
        );
      case 'check_digest':
        return this.#emit({ kind: 'askDigest', entry, shown: decision.shown, row: row! });
      case 'unchanged':
        this.#seen(shown, STAYS);
        return this.#emit(UNCHANGED);
      case 'confirm':
        this.#seen(shown, STAYS);
        return this.#emit(
          this.#options.believes
            ? UNCHANGED
            : { kind: 'confirm', path, shownModifiedMs: decision.shown.modifiedMs },
        );
      case 'renew':
        this.#seen(shown, STAYS);
        return this.#renew({ ...rowOf(entry, row!.digest), adopted: row!.adopted }, row!, decision.shown);
      case 'adopt':
        this.#seen(shown, STAYS);
        return this.#emit({ kind: 'adopt', row: adoptedRow(entry, decision.shown) });
      case 'compare_content':
        this.#seen(shown, STAYS);
        return this.#emit({
          kind: 'compareContent',
          check: { entry, shown: decision.shown, known: row !== undefined },
        });
    }
  }

  /** A file that the source does not have. */
  #planGone(decision: GoneDecision, { path, shown, row }: Known & { readonly path: RelPath }): void {
    switch (decision.do) {
      case 'remove': {
        const { reason } = decision;
        const freed = reason === 'gone_from_source';
        this.#seen(shown, { goes: true, freed });
        const stamp = String(stampOf(shown));
        this.#emit({ kind: 'remove', removal: { path, reason, files: 1, stamp, shown } });
        if (freed) this.#free(row!, { gone: true });
        return;
      }
      case 'leave':
        this.#seen(shown, { goes: false, freed: true });
        this.#clashes.file(path, 'may_move');
        return this.#free(row!, { gone: true });
      case 'keep':
        this.#seen(shown, STAYS);
        return this.#keep(path, decision.why, row!);
      case 'forget':
        if (decision.stays !== undefined) {
          this.#seen(shown, STAYS);
          this.#clashes.file(path, 'stays');
        }
        return this.#emit({ kind: 'forget', path });
      case 'nothing':
        this.#seen(shown, STAYS);
        if (shown !== undefined) this.#clashes.file(path, 'stays');
        return;
    }
  }

  #keep(path: RelPath, why: 'changed' | 'adopted', row: LedgerRow): void {
    this.#clashes.file(path, 'stays');
    const { words } = this.#options;
    const problem = why === 'changed' ? changedAndKept(words) : adoptedAndKept(words);
    this.#emit({ kind: 'problem', path, problem });
    // an adopted file is told once, and then counts as one that others put there; so does a file that was never confirmed
    this.#emit({ kind: 'keep', path, code: problem.code, forgets: why === 'adopted' || row.pending });
  }

  #upload(arrival: Arrival, row: LedgerRow | undefined): void {
    const { path, replaces, reason } = arrival;
    const { overwrite = true, words } = this.#options;
    if (replaces !== undefined && !overwrite) {
      this.#seen(replaces, STAYS);
      return this.#emit({ kind: 'problem', path, problem: notOverwritten(words) });
    }
    const isOurs =
      replaces !== undefined &&
      row !== undefined &&
      !row.adopted &&
      row.loaded !== true &&
      sameAtDestination(replaces, row, this.#options);
    if (replaces !== undefined && !isOurs && this.#options.keepsOthers === true)
      return this.#leave(arrival, row);
    if (isOurs && reason === 'changed' && this.#options.sendsEarly)
      return this.#emit({ kind: 'askOldContent', arrival, row });
    if (isOurs) return this.#uploadAndFree(arrival, row);
    this.#seen(replaces, STAYS);
    if (replaces === undefined) this.#clashes.file(path, 'arrives');
    this.#emit({ kind: 'upload', arrival });
  }

  /** Keeps what the destination has in place of a file of the source. */
  #leave({ path, replaces, reason }: Arrival, row: LedgerRow | undefined): void {
    this.#seen(replaces, STAYS);
    this.#clashes.file(path, 'stays');
    const wasOurs = row !== undefined && !row.adopted && row.loaded !== true;
    const why = wasOurs ? (reason === 'drifted' ? 'older' : 'changed') : 'not_ours';
    const problem = notReplaced(this.#options.words, why);
    this.#emit({ kind: 'problem', path, problem });
    this.#emit({ kind: 'keep', path, code: problem.code, forgets: false });
  }

  /** A move may take the old content before the upload replaces it. */
  #uploadAndFree(arrival: Arrival, row: LedgerRow): void {
    this.#seen(arrival.replaces, { goes: false, freed: true });
    this.#emit({ kind: 'upload', arrival });
    this.#free(row, { gone: false });
  }

  /** `gone`: the source has no file there any more. */
  #free({ path, size, identity, digest }: LedgerRow, { gone }: { readonly gone: boolean }): void {
    this.#emit({ kind: 'freed', freed: { path, size, identity, digest, gone } });
  }

  /** The same content under another version. A row that a listing has to confirm still waits for one. */
  #renew(renewed: ReturnType<typeof rowOf>, row: LedgerRow, shown: ShownVersion | undefined): void {
    const pending = this.#options.believes && row.pending;
    const { loaded } = row;
    const { modifiedMs } = loaded === true || shown === undefined ? shownOf(row) : shown;
    this.#emit({ kind: 'renew', row: { ...renewed, shownModifiedMs: modifiedMs, pending, loaded } });
  }

  #seen(shown: ShownVersion | undefined, fate: { readonly goes: boolean; readonly freed: boolean }): void {
    if (shown !== undefined) this.#folders.file({ ...fate, stamp: stampOf(shown) });
  }
}

const adoptedRow = (entry: FileEntry, { modifiedMs }: ShownVersion): LedgerRow => ({
  ...rowOf(entry, undefined),
  shownModifiedMs: modifiedMs,
  pending: false,
  adopted: true,
});

/** A number that changes when the destination shows another file. A folder's stamp is the sum over its files. */
const stampOf = (shown: ShownVersion | undefined): number =>
  shown === undefined ? 0 : shown.size + (shown.modifiedMs ?? 0);
