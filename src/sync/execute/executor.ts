import type { FileEntry } from '../../model/entry.ts';
import { isSyncError, SyncError } from '../../model/errors.ts';
import { nameOf, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { FolderReason } from '../../model/plan.ts';
import type { Clock, Source } from '../../model/ports.ts';
import type { Gate } from '../flow/gate.ts';
import type { Intent, Ledger } from '../ledger/ledger.ts';
import { folderRow, rowOf } from '../plan/planner.ts';
import type { Arrival, Removal } from '../plan/plan-store.ts';
import type { OrderedMove } from '../plan/order-moves.ts';
import { describeError } from '../tally.ts';
import type { Tally } from '../tally.ts';
import type { FolderMaker } from './folder-maker.ts';
import { Journal } from './journal.ts';
import type { Remote } from './remote.ts';
import { besideDetour, publish, refusesName } from './replace.ts';
import type { Detour } from './replace.ts';

export type MoveStep = OrderedMove & { readonly files?: number; readonly arrival?: Arrival };

export interface ExecutorOptions {
  readonly remote: Remote;
  readonly gate: Gate;
  readonly ledger: Ledger;
  readonly source: Source;
  readonly folders: FolderMaker;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly concurrency: number;
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
  /** With --atomic: a hidden folder outside the target, as a full Stage path; files are uploaded there first. */
  readonly staging: RelPath | undefined;
  /** With --publish-set: nothing takes its name before `publishSet`. */
  readonly holdBack: boolean;
}

/** Intents that share one commit. A kill leaves at most these, plus those in flight, in doubt. */
const INTENT_BATCH = 64;

/** Carries out actions, many at the same time, each written down before it is sent and after it is done. */
export class Executor {
  readonly journal: Journal;
  readonly #options: ExecutorOptions;
  readonly #active = new Set<Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #batch: Arrival[] = [];
  #flushing: NodeJS.Immediate | undefined;
  #fatal: { readonly error: unknown } | undefined;
  /** This Stage does not let a PUT replace a file: learnt from its first refusal. */
  #refusesOverwrite = false;
  #heldBack: {
    readonly arrival: Arrival;
    readonly id: number;
    readonly detour: Detour;
    readonly digest: string | undefined;
  }[] = [];
  #stagingMade: Promise<void> | undefined;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.journal = new Journal(options.ledger, options.clock);
  }

  /** Rejects with what ended the run, if something did. */
  throwIfEnded(): void {
    if (this.#fatal !== undefined) throw this.#fatal.error;
  }

  /** Nothing more is begun: the run was asked to stop, or cannot go on. */
  get stopped(): boolean {
    return this.#fatal !== undefined || this.#options.draining.aborted || this.#options.signal.aborted;
  }

  /** Takes an upload; the promise, where there is one, says when there is room for more. */
  upload(arrival: Arrival): void | Promise<void> {
    if (this.stopped) return undefined;
    this.#batch.push(arrival);
    if (this.#batch.length >= INTENT_BATCH) this.#launchBatch();
    else this.#flushing ??= setImmediate(() => this.#launchBatch());
    return this.#active.size < this.#limit ? undefined : this.#room();
  }

  get #limit(): number {
    return this.#options.concurrency * 2 + INTENT_BATCH;
  }

  async #room(): Promise<void> {
    while (this.#active.size >= this.#limit && !this.stopped) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  createFolder(path: RelPath, reason: FolderReason): void | Promise<void> {
    if (this.stopped) return undefined;
    this.#track(this.#createFolder(path, reason));
    return this.#active.size < this.#limit ? undefined : this.#room();
  }

  async #createFolder(path: RelPath, reason: FolderReason): Promise<void> {
    const { folders, tally, ledger, clock } = this.#options;
    const started = clock.now();
    try {
      await folders.make(path);
      ledger.put(folderRow(path), reason);
      tally.foldersCreated++;
      tally.emit({
        type: 'action',
        kind: 'createFolder',
        path,
        reason,
        ms: clock.now() - started,
        outcome: 'done',
      });
    } catch (error) {
      this.#failed('createFolder', path, reason, started, error);
    }
  }

  #launchBatch(): void {
    clearImmediate(this.#flushing);
    this.#flushing = undefined;
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length === 0 || this.stopped) return;
    let ids: number[];
    try {
      ids = this.journal.begin(batch.map(intentOf));
    } catch (error) {
      this.#end(error);
      return;
    }
    for (const [index, arrival] of batch.entries()) this.#track(this.#upload(arrival, ids[index]!));
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#end(error))
      .finally(() => {
        this.#active.delete(tracked);
        for (const resume of this.#waiting.splice(0)) resume();
      });
    this.#active.add(tracked);
  }

  async #upload(arrival: Arrival, id: number): Promise<void> {
    const { clock, folders, gate } = this.#options;
    const { path, reason } = arrival;
    const started = clock.now();
    try {
      await gate.room();
      if (this.stopped) {
        this.journal.end(id);
        return;
      }
      const folder = folders.ready(parentOf(path));
      if (folder !== undefined) await folder;
      const sent = await this.#send(arrival, id);
      if (sent === 'held') return;
      this.#uploaded(sent.arrival, id, sent.digest, started);
    } catch (error) {
      // what may have been stored stays in doubt; what certainly was not is settled
      if (this.#notBegun(error) || (isSyncError(error) && !error.inDoubt)) this.journal.end(id);
      this.#failed('upload', path, reason, started, error);
    }
  }

  #uploaded(arrival: Arrival, id: number, digest: string | undefined, started: number): void {
    const { tally, clock, ledger } = this.#options;
    const { path, reason, entry } = arrival;
    this.journal.end(id, () => {
      ledger.put({ ...rowOf(entry, digest), stageModifiedMs: undefined, pending: true }, reason);
    });
    tally.uploaded++;
    tally.bytes += entry.size;
    tally.emit({
      type: 'action',
      kind: 'upload',
      path,
      reason,
      bytes: entry.size,
      ms: clock.now() - started,
      outcome: 'done',
    });
  }

  /** Sends one file, again when it changed at the source while it was read: its newest version counts. */
  async #send(
    arrival: Arrival,
    id: number,
  ): Promise<'held' | { arrival: Arrival; digest: string | undefined }> {
    const { source, signal } = this.#options;
    for (let current = arrival, again = 2; ; again--) {
      try {
        const digest = await this.#sendOnce(current, id);
        return digest === HELD ? 'held' : { arrival: current, digest };
      } catch (error) {
        if (!isSyncError(error) || error.code !== 'entry_changed' || again === 0 || source.stat === undefined)
          throw error;
        const entry: FileEntry | undefined = await source.stat(arrival.path, { signal });
        if (entry === undefined || this.stopped) throw error;
        current = { ...current, entry, digest: undefined };
      }
    }
  }

  async #sendOnce(arrival: Arrival, id: number): Promise<string | undefined | typeof HELD> {
    const { remote, folders, staging } = this.#options;
    const { entry, replaces } = arrival;
    const final = remote.root + arrival.path;
    if (staging !== undefined) {
      await this.#makeStaging(staging);
      const stem = `${staging}${id}-`;
      return this.#sendVia(arrival, id, {
        via: `${stem}new-${nameOf(final)}`,
        aside: `${stem}old-${nameOf(final)}`,
      });
    }
    if (replaces !== undefined && this.#refusesOverwrite)
      return this.#sendVia(arrival, id, besideDetour(final, id));
    try {
      return await remote.put(entry, final, replaces);
    } catch (error) {
      if (!isSyncError(error)) throw error;
      if (replaces !== undefined && refusesName(error)) {
        const digest = await this.#sendVia(arrival, id, besideDetour(final, id));
        this.#refusesOverwrite = true;
        return digest;
      }
      if (replaces !== undefined || !(refusesName(error) || error.code === 'stage_not_found')) throw error;
      // the name was free and the folder there when this was planned; look what changed
      const now = await remote.stat(final);
      if (now !== undefined) return this.#sendVia({ ...arrival, replaces: now }, id, besideDetour(final, id));
      await folders.restore(arrival.path);
      return remote.put(entry, final, undefined);
    }
  }

  async #sendVia(arrival: Arrival, id: number, detour: Detour): Promise<string | undefined | typeof HELD> {
    const { remote, holdBack } = this.#options;
    this.journal.detour(id, detour.via, detour.aside);
    const digest = await remote.put(arrival.entry, detour.via, undefined);
    if (holdBack) {
      this.#heldBack.push({ arrival, id, detour, digest });
      return HELD;
    }
    await publish(remote, remote.root + arrival.path, detour, arrival.replaces !== undefined);
    return digest;
  }

  #makeStaging(staging: RelPath): Promise<void> {
    this.#stagingMade ??= this.#options.remote.makeFolder(staging);
    return this.#stagingMade;
  }

  /** Whether the hidden folder was made and is to be removed. */
  get usedStaging(): boolean {
    return this.#stagingMade !== undefined;
  }

  /** Gives every file that was held back its name. Only called when all of them arrived. */
  async publishSet(): Promise<number> {
    const { remote, clock } = this.#options;
    const held = this.#heldBack;
    this.#heldBack = [];
    for (const { arrival, id, detour, digest } of held) {
      if (this.stopped) break;
      const started = clock.now();
      this.#track(
        (async () => {
          try {
            await publish(remote, remote.root + arrival.path, detour, arrival.replaces !== undefined);
            this.#uploaded(arrival, id, digest, started);
          } catch (error) {
            this.#failed('upload', arrival.path, arrival.reason, started, error);
          }
        })(),
      );
      await this.#room();
    }
    await this.idle();
    return held.length;
  }

  /** One move. A file whose move is refused is uploaded instead. `cycles`: the intents of cycles under way. */
  async makeMove(step: MoveStep, reason: string, cycles: Map<OrderedMove, number>): Promise<void> {
    const { remote, tally, clock, ledger } = this.#options;
    const { arrival, files = 1 } = step;
    const started = clock.now();
    const half = step.cycle?.half;
    const begins = step.cycle === undefined || half === 'first';
    const intent = this.#moveIntent(step, reason, cycles);
    try {
      await remote.move(remote.root + step.from, remote.root + step.to, begins);
      const write = (): void => {
        ledger.rename(step.from, step.to);
        const row = arrival === undefined || half === 'first' ? undefined : ledger.get(step.to);
        if (row !== undefined)
          ledger.moved({ ...row, ...rowOf(arrival!.entry, row.digest ?? arrival!.digest) }, reason);
      };
      if (half === 'first') ledger.transaction(write);
      else this.journal.end(intent, write);
      // later steps rename the rows that this one renamed
      this.journal.flush();
      if (half === 'first') return;
      tally.moved += files;
      const path = step.cycle?.whole.from ?? step.from;
      tally.emit({
        type: 'action',
        kind: 'move',
        path,
        to: step.to,
        reason,
        files,
        ms: clock.now() - started,
        outcome: 'done',
      });
    } catch (error) {
      const refused = isSyncError(error) && error.verdict === 'skip_entry';
      if (begins && this.#notBegun(error)) this.journal.end(intent);
      else if (half === undefined && isSyncError(error) && !error.inDoubt) this.journal.end(intent);
      if (refused && arrival !== undefined && half === undefined) await this.upload(arrival);
      else this.#failed('move', step.from, reason, started, error);
    }
  }

  #moveIntent(step: MoveStep, reason: string, cycles: Map<OrderedMove, number>): number {
    if (step.cycle === undefined)
      return this.journal.begin([{ op: 'move', path: step.from, to: step.to, reason }])[0]!;
    const { whole } = step.cycle;
    const begun = cycles.get(whole);
    if (begun !== undefined) return begun;
    const via = this.#options.remote.root + step.to;
    const intent = this.journal.begin([{ op: 'move', path: whole.from, to: whole.to, via, reason }])[0]!;
    cycles.set(whole, intent);
    return intent;
  }

  async remove(removal: Removal): Promise<void> {
    const { remote, tally, clock, ledger } = this.#options;
    const { path, reason, files } = removal;
    const folder = path.endsWith('/');
    const started = clock.now();
    const id = this.journal.begin([{ op: 'remove', path, reason }])[0]!;
    try {
      await remote.remove(remote.root + path, true);
      this.journal.end(id, () => {
        if (folder) ledger.forgetFolder(path);
        else ledger.forget(path);
        ledger.note(path, 'removed', reason);
      });
      tally.removed += files;
      if (folder) tally.foldersRemoved++;
      tally.emit({
        type: 'action',
        kind: 'remove',
        path,
        reason,
        files,
        ms: clock.now() - started,
        outcome: 'done',
      });
    } catch (error) {
      if (this.#notBegun(error) || (isSyncError(error) && !error.inDoubt)) this.journal.end(id);
      this.#failed('remove', path, reason, started, error);
    }
  }

  /** Removes the hidden folder of --atomic; by now it is empty. */
  async removeStaging(): Promise<void> {
    const { remote, staging } = this.#options;
    if (staging !== undefined) await this.run(() => remote.remove(staging));
    await this.idle();
  }

  /** Runs `work` among the others, with room for as many as there may be. */
  async run(work: () => Promise<void>): Promise<void> {
    if (this.stopped) return;
    this.#track(work());
    if (this.#active.size >= this.#limit) await this.#room();
  }

  /** Resolves when nothing is under way, with every outcome written. */
  async idle(): Promise<void> {
    this.#launchBatch();
    while (this.#active.size > 0) await Promise.allSettled(this.#active);
    try {
      this.journal.flush();
    } catch (error) {
      this.#end(error);
    }
  }

  /** Ends the run: nothing more is begun. The first reason counts. */
  #end(error: unknown): void {
    this.#fatal ??= { error };
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** The run was asked to stop before the action's first request was sent: nothing failed, and nothing is in doubt. */
  #notBegun(error: unknown): boolean {
    const { draining } = this.#options;
    return draining.aborted && error === draining.reason;
  }

  #failed(
    kind: 'upload' | 'move' | 'remove' | 'createFolder',
    path: RelPath,
    reason: string,
    started: number,
    error: unknown,
  ): void {
    const { tally, clock, signal, ledger } = this.#options;
    if (signal.aborted || this.#notBegun(error)) return;
    if (isSyncError(error) && error.code === 'entry_gone') {
      tally.problem(path, {
        code: 'entry_gone',
        severity: 'warning',
        message: 'gone before it could be read; left for the next run',
      });
      return;
    }
    tally.failed++;
    if (kind !== 'remove') tally.changesFailed++;
    const described = describeError(error);
    if (!(error instanceof SyncError && error.code === 'state_unusable'))
      ledger.note(path, 'failed', described.code);
    tally.emit({
      type: 'action',
      kind,
      path,
      reason,
      ms: clock.now() - started,
      outcome: 'failed',
      error: described,
    });
    if (!isSyncError(error) || error.verdict === 'end_run' || error.code === 'stage_unreachable')
      this.#end(error);
  }
}

const HELD = Symbol('held back');

const intentOf = (arrival: Arrival): Intent => ({
  op: 'put',
  path: arrival.path,
  size: arrival.entry.size,
  version: arrival.entry.version,
  identity: arrival.entry.identity,
  reason: arrival.reason,
  beforeSize: arrival.replaces?.size,
  beforeModifiedMs: arrival.replaces?.modifiedMs,
});
