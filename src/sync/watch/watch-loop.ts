import { errorData, messageOf } from '../../model/errors.ts';
import type { SyncError } from '../../model/errors.ts';
import type { LoadReport, SyncEvent } from '../../model/events.ts';
import type { RelPath } from '../../model/path.ts';
import type { Clock, PathFilter, Source, Watching } from '../../model/ports.ts';
import type { ChangedFolders } from '../overtaking/changed-folders.ts';
import type { PassResult } from '../pass-options.ts';
import type { Unsettled } from '../unsettled-paths.ts';
import { asSyncError } from './after-error.ts';
import { Agenda, BATCH_MS } from './agenda.ts';
import type { Work } from './agenda.ts';
import { ChangesMeanwhile } from './changes-meanwhile.ts';
import { followUps, LoadLooks, SOONEST_AGAIN_MS } from './follow-ups.ts';
import { Pauses, PROBE_MS } from './pauses.ts';
import { Retries } from './retries.ts';
import { SettlingSource, STILL_CHANGING } from './settling-source.ts';
import type { SettlingOptions } from './settling-source.ts';
import { Sleeper } from './sleeper.ts';
import { StatusRecord } from './watch-status.ts';
import type { WatchEvent, WatchStatus } from './watch-events.ts';
import { duration } from '../../model/quantities/duration.ts';

interface PassRequest {
  readonly source: Source;
  /** Undefined: everything. */
  readonly scope: readonly RelPath[] | undefined;
  /** Folders that change while the pass works. */
  readonly changed: ChangedFolders;
  readonly onEvent: (event: SyncEvent) => void;
}

export interface WatchLoopOptions {
  readonly source: Source;
  readonly filter: PathFilter;
  readonly pass: (request: PassRequest) => Promise<PassResult>;
  readonly isRecorded: SettlingOptions['isRecorded'];
  readonly clock: Clock;
  /** How long a file has to stand still, in milliseconds; 0 where files appear whole, as in a bucket. */
  readonly settleMs: number;
  /** The time between two passes over everything, in milliseconds. */
  readonly fullEveryMs: number;
  /** Do not watch: look at everything so often, in milliseconds. */
  readonly pollMs: number | undefined;
  /** Aborted: finish what is in flight and end. */
  readonly draining: AbortSignal;
  /** Aborted: end at once. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: WatchEvent) => void;
}

/** How often to look at a source that cannot be watched, where nobody said how often. */
const POLL_MS = 300_000;

interface Ended {
  readonly error: SyncError | undefined;
  readonly unsettled: Unsettled;
  readonly load?: LoadReport | undefined;
}

/** Keeps one pair in step until it is told to stop. See watch-events.ts for its states. */
export class WatchLoop {
  readonly #options: WatchLoopOptions;
  readonly #agenda: Agenda;
  readonly #retries: Retries;
  readonly #loads = new LoadLooks();
  readonly #settling: SettlingSource | undefined;
  readonly #record: StatusRecord;
  /** Aborted by either way of stopping. */
  readonly #until: AbortSignal;
  readonly #sleeper: Sleeper;
  readonly #pauses: Pauses;
  readonly #meanwhile: ChangesMeanwhile;
  #watching: Watching | undefined;
  #working: Work | undefined;
  #nextFullMs: number | undefined;

  constructor(options: WatchLoopOptions) {
    this.#options = options;
    const { clock, settleMs, source } = options;
    const batchMs = settleMs > 0 ? settleMs : BATCH_MS;
    this.#agenda = new Agenda(batchMs);
    this.#retries = new Retries(() => clock.random());
    this.#settling =
      settleMs > 0
        ? new SettlingSource(source, { clock, settleMs, isRecorded: options.isRecorded })
        : undefined;
    this.#record = new StatusRecord(clock, options.onEvent);
    this.#until = AbortSignal.any([options.draining, options.signal]);
    this.#sleeper = new Sleeper(clock, this.#until);
    this.#meanwhile = new ChangesMeanwhile({ clock, batchMs, until: this.#until });
    this.#pauses = new Pauses({
      ...options,
      until: this.#until,
      sleeper: this.#sleeper,
      record: this.#record,
    });
  }

  get status(): WatchStatus {
    const { clock } = this.#options;
    const oldest = Math.min(this.#agenda.oldestMs ?? Infinity, this.#working?.sinceMs ?? Infinity);
    const dated = (ms: number): number => Math.round(clock.now() - clock.elapsed() + ms);
    return {
      ...this.#record.status,
      mode: this.#watching?.mode ?? 'polling',
      watches: this.#watching?.watches ?? 0,
      waiting: this.#agenda.size + (this.#working?.folders?.size ?? 0),
      oldestChangeMs: Number.isFinite(oldest) ? dated(oldest) : undefined,
      nextFullPassMs: this.#nextFullMs === undefined ? undefined : dated(this.#nextFullMs),
    };
  }

  /**
   * Looks at everything at once, or as soon as the pass that works has ended; a pause after an error is over. `settled` is
   * called once nothing that happened at the source before is left to do; never, where that does not come about.
   */
  look(reason: string, settled?: () => void): void {
    const now = this.#options.clock.elapsed();
    this.#agenda.everything(
      reason,
      now,
      now,
      settled === undefined ? [] : [{ folders: 'everything', settled }],
    );
    this.#sleeper.hurry();
  }

  /** Resolves once stopped, with everything in flight recorded; it does not end by itself. */
  async run(): Promise<void> {
    const { clock } = this.#options;
    this.#record.enter('starting');
    try {
      await this.#watch();
      this.#agenda.everything('start', clock.elapsed(), clock.elapsed());
      while (!this.#stopped) await this.#turn();
    } finally {
      this.#record.enter('stopping');
      await this.#watching?.close();
    }
  }

  get #stopped(): boolean {
    return this.#until.aborted;
  }

  async #turn(): Promise<void> {
    const now = this.#options.clock.elapsed();
    const everyMs = this.#fullEveryMs;
    if (this.#nextFullMs !== undefined && now >= this.#nextFullMs) {
      this.#nextFullMs = undefined;
      this.#agenda.everything('its time has come', now, now);
    }
    const work = this.#agenda.take(now);
    if (work === undefined) {
      this.#record.enter('idle');
      const due = Math.min(this.#agenda.nextDueMs ?? Infinity, this.#nextFullMs ?? Infinity);
      await this.#sleeper.sleepUntilWoken(due - now);
      return;
    }
    this.#working = work;
    const result = await this.#meanwhile.during(work.folders, (changed) => this.#pass(work, changed));
    const ended = this.#options.clock.elapsed();
    if (work.folders === undefined) this.#nextFullMs = Math.max(now + everyMs, ended + SOONEST_AGAIN_MS);
    if (result.error === undefined) this.#afterPass(work, result);
    else await this.#afterError(work, result.error);
    this.#working = undefined;
  }

  get #fullEveryMs(): number {
    const { pollMs, fullEveryMs, source } = this.#options;
    if (pollMs !== undefined) return pollMs;
    if (this.#watching !== undefined) return fullEveryMs;
    return source.watch === undefined
      ? Math.min(fullEveryMs, POLL_MS)
      : Math.min(fullEveryMs, PROBE_MS.remote);
  }

  async #watch(): Promise<void> {
    const { source, filter, pollMs, clock } = this.#options;
    if (pollMs !== undefined || source.watch === undefined || this.#stopped) return;
    try {
      this.#watching = await source.watch(
        (hint) => {
          this.#agenda.hint(hint, clock.elapsed());
          if ('folders' in hint) this.#meanwhile.hint(hint.folders);
          if ('everything' in hint) this.#record.notice(hint.reason);
          this.#sleeper.wake();
        },
        { filter, signal: this.#until },
      );
    } catch (error) {
      if (this.#stopped) return;
      const every = duration(this.#fullEveryMs);
      this.#record.notice(
        `cannot watch ${source.label}: ${messageOf(error)}; it is looked at every ${every} instead`,
      );
    }
  }

  /** Never rejects: an error that the program did not foresee must not end a daemon either. */
  async #pass(work: Work, changed: ChangedFolders): Promise<Ended> {
    const { clock, pass, source } = this.#options;
    const startedMs = clock.now();
    this.#record.enter('listing');
    try {
      const { report, error, unsettled } = await pass({
        source: this.#settling?.source ?? source,
        scope: work.folders === undefined ? undefined : [...work.folders],
        changed,
        onEvent: (event) => this.#heard(event),
      });
      this.#record.passed({
        startedMs,
        folders: work.folders?.size,
        reason: work.reason,
        report,
        error: error && errorData(error),
      });
      return { error, unsettled, load: report.load };
    } catch (error) {
      return { error: asSyncError(error), unsettled: { changing: [], failed: [] } };
    }
  }

  #heard(event: SyncEvent): void {
    if (event.type === 'transfer' || event.type === 'action') this.#record.enter('transferring');
    // not trouble: the file is looked at again
    if (event.type === 'problem' && event.code === STILL_CHANGING) return;
    this.#options.onEvent({ type: 'sync', event });
  }

  #afterPass(work: Work, { unsettled, load }: Ended): void {
    const { clock, settleMs, source } = this.#options;
    this.#pauses.reset();
    const later = followUps({
      work,
      unsettled,
      leftOut: this.#settling?.takeLeftOut() ?? new Map<RelPath, number>(),
      settleMs,
      nowMs: clock.elapsed(),
      retryInMs: (failed) => this.#retries.after(work.folders, failed),
    });
    for (const { folders, dueMs, acknowledgements } of later)
      if (folders === undefined)
        this.#agenda.everything('some changes could not be made', dueMs, work.sinceMs, acknowledgements);
      else this.#agenda.again(folders, dueMs, work.sinceMs, acknowledgements);
    const look = this.#loads.after(load, clock.elapsed());
    // a look at no folder is a look at some folders, which not every source lets one take
    if (look?.folders !== undefined && source.listFolder !== undefined)
      this.#agenda.again(look.folders, look.dueMs, look.dueMs, []);
  }

  /** Looks at everything once the watch can go on: that finds what the pass left undone. */
  async #afterError(work: Work, error: SyncError): Promise<void> {
    const { clock } = this.#options;
    this.#settling?.takeLeftOut();
    if (this.#stopped) return;
    // also after a pass that was broken off alone: what it left undone is found by a later look at everything
    await this.#pauses.after(error);
    this.#agenda.everything('an error before', clock.elapsed(), work.sinceMs, work.acknowledgements);
  }
}
