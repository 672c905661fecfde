import { isSyncError, messageOf, SyncError } from '../../model/errors.ts';
import type { SyncEvent } from '../../model/events.ts';
import type { RelPath } from '../../model/path.ts';
import type { Clock, ListOptions, PathFilter, Source, Watching } from '../../model/ports.ts';
import type { PassResult } from '../options.ts';
import { Agenda } from './agenda.ts';
import type { Work } from './agenda.ts';
import { divideDebts } from './debts.ts';
import type { Debt } from './debts.ts';
import { afterError, GrowingDelay } from './halts.ts';
import { foldersOfAll, LooseEnds } from './loose-ends.ts';
import { Retries } from './retries.ts';
import { SettlingSource, STILL_CHANGING } from './settling-source.ts';
import type { SettlingOptions } from './settling-source.ts';
import type { PassSummary, WatchEvent, WatchState, WatchStatus } from './watch-events.ts';

export interface PassRequest {
  readonly source: Source;
  /** Undefined: everything. */
  readonly scope: readonly RelPath[] | undefined;
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
  /** Between two passes over everything. */
  readonly fullEveryMs: number;
  /** Do not watch: look at everything so often. */
  readonly pollMs: number | undefined;
  /** Aborted: finish what is in flight and end. */
  readonly draining: AbortSignal;
  /** Aborted: end at once. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: WatchEvent) => void;
}

/** Without settling, hints wait this long for others of the same change. */
const BATCH_MS = 500;
/** Where the source offers no way to watch and nobody said how often to look. */
const POLL_MS = 300_000;
const SOONEST_AGAIN_MS = 100;
const BACK_OFF_MS = { first: 1000, longest: 300_000 };
const HALT_MS = { first: 30_000, longest: 600_000 };
/** How often a source that is gone is looked for; in a bucket each look is a request. */
const PROBE_MS = { local: 5000, remote: 60_000 };

/** Keeps one pair in step until it is told to stop. See watch-events.ts for its states. */
export class WatchLoop {
  readonly #options: WatchLoopOptions;
  readonly #agenda: Agenda;
  readonly #retries: Retries;
  readonly #settling: SettlingSource | undefined;
  readonly #backOff: GrowingDelay;
  readonly #haltDelay: GrowingDelay;
  #state: WatchState = 'starting';
  #reason: string | undefined;
  #stateSinceMs: number;
  #watching: Watching | undefined;
  #wake: AbortController | undefined;
  #working: Work | undefined;
  #lastPass: PassSummary | undefined;
  #lastFullPass: PassSummary | undefined;
  #nextFullMs: number | undefined;
  #lastNotice: string | undefined;

  constructor(options: WatchLoopOptions) {
    this.#options = options;
    const { clock, settleMs, source } = options;
    this.#agenda = new Agenda(settleMs > 0 ? settleMs : BATCH_MS);
    const random = (): number => clock.random();
    this.#retries = new Retries(random);
    this.#settling =
      settleMs > 0
        ? new SettlingSource(source, { clock, settleMs, isRecorded: options.isRecorded })
        : undefined;
    this.#backOff = new GrowingDelay(BACK_OFF_MS.first, BACK_OFF_MS.longest, random);
    this.#haltDelay = new GrowingDelay(HALT_MS.first, HALT_MS.longest, random);
    this.#stateSinceMs = clock.now();
  }

  get status(): WatchStatus {
    const { clock } = this.#options;
    const oldest = Math.min(this.#agenda.oldestMs ?? Infinity, this.#working?.sinceMs ?? Infinity);
    const dated = (ms: number): number => Math.round(clock.now() - clock.elapsed() + ms);
    return {
      state: this.#state,
      reason: this.#reason,
      stateSinceMs: this.#stateSinceMs,
      mode: this.#watching?.mode ?? 'polling',
      watches: this.#watching?.watches ?? 0,
      waiting: this.#agenda.size + (this.#working?.folders?.size ?? 0),
      oldestChangeMs: Number.isFinite(oldest) ? dated(oldest) : undefined,
      lastPass: this.#lastPass,
      lastFullPass: this.#lastFullPass,
      nextFullPassMs: this.#nextFullMs === undefined ? undefined : dated(this.#nextFullMs),
    };
  }

  /** Resolves once stopped, with everything in flight recorded; it does not end by itself. */
  async run(): Promise<void> {
    const { clock } = this.#options;
    this.#set('starting');
    try {
      await this.#watch();
      this.#agenda.everything('start', clock.elapsed(), clock.elapsed());
      while (!this.#stopped) await this.#turn();
    } finally {
      this.#set('stopping');
      await this.#watching?.close();
    }
  }

  get #stopped(): boolean {
    return this.#options.draining.aborted || this.#options.signal.aborted;
  }

  get #until(): AbortSignal {
    return AbortSignal.any([this.#options.draining, this.#options.signal]);
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
      this.#set('idle');
      const due = Math.min(this.#agenda.nextDueMs ?? Infinity, this.#nextFullMs ?? Infinity);
      await this.#sleep(due - now, true);
      return;
    }
    this.#working = work;
    const result = await this.#pass(work);
    const ended = this.#options.clock.elapsed();
    if (work.folders === undefined) this.#nextFullMs = Math.max(now + everyMs, ended + SOONEST_AGAIN_MS);
    if (result.error === undefined) this.#afterPass(work, result.ends);
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
          if ('everything' in hint) this.#notice(hint.reason);
          this.#wake?.abort();
        },
        { filter, signal: this.#until },
      );
    } catch (error) {
      if (this.#stopped) return;
      const every = `${this.#fullEveryMs / 1000} s`;
      this.#notice(
        `cannot watch ${source.label}: ${messageOf(error)}; it is looked at every ${every} instead`,
      );
    }
  }

  /** Once, however often it is said in a row: scanning says the same every time. */
  #notice(message: string): void {
    if (message === this.#lastNotice) return;
    this.#lastNotice = message;
    this.#options.onEvent({ type: 'notice', message });
  }

  /** Never rejects: what the program did not foresee must not end a daemon either. */
  async #pass(work: Work): Promise<{ error: SyncError | undefined; ends: LooseEnds }> {
    const { clock, pass, source, onEvent } = this.#options;
    const startedMs = clock.now();
    const ends = new LooseEnds();
    this.#set('listing');
    try {
      const { report, error } = await pass({
        source: this.#settling?.source ?? source,
        scope: work.folders === undefined ? undefined : [...work.folders],
        onEvent: (event) => this.#heard(event, ends),
      });
      const summary: PassSummary = {
        startedMs,
        folders: work.folders?.size,
        reason: work.reason,
        report,
        error,
      };
      this.#lastPass = summary;
      if (work.folders === undefined) this.#lastFullPass = summary;
      onEvent({ type: 'pass', ...summary });
      return { error, ends };
    } catch (error) {
      const unforeseen = isSyncError(error)
        ? error
        : new SyncError('source_failed', `unexpected: ${messageOf(error)}`, {
            verdict: 'end_run',
            cause: error,
          });
      return { error: unforeseen, ends };
    }
  }

  #heard(event: SyncEvent, ends: LooseEnds): void {
    if (event.type === 'transfer' || event.type === 'action') this.#set('transferring');
    // not trouble: the file is looked at again
    if (event.type === 'problem' && event.code === STILL_CHANGING) return;
    ends.hear(event);
    this.#options.onEvent({ type: 'sync', event });
  }

  #afterPass(work: Work, ends: LooseEnds): void {
    const { clock, settleMs } = this.#options;
    const now = clock.elapsed();
    this.#backOff.reset();
    this.#haltDelay.reset();
    let readyMs = ends.moving.size > 0 ? now + Math.max(settleMs, BATCH_MS) : Infinity;
    for (const [path, ready] of this.#settling?.takeLeftOut() ?? []) {
      ends.moving.add(path);
      readyMs = Math.min(readyMs, ready);
    }
    const scope = work.folders ?? EVERYTHING;
    const moving = foldersOfAll(ends.moving, scope);
    const failed = foldersOfAll(ends.failed, scope);
    const retryInMs = this.#retries.after(work.folders, failed);
    const [waiting = [], failing = []] = divideDebts(work.debts, [...ends.moving], [...ends.failed]);
    if (moving.size > 0) this.#again(moving, Math.max(readyMs, now + SOONEST_AGAIN_MS), work, waiting);
    if (failed.size > 0) this.#again(failed, now + retryInMs, work, failing);
  }

  #again(folders: ReadonlySet<RelPath>, dueMs: number, work: Work, debts: readonly Debt[]): void {
    if (folders === EVERYTHING)
      this.#agenda.everything('some changes could not be made', dueMs, work.sinceMs, debts);
    else this.#agenda.again(folders, dueMs, work.sinceMs, debts);
  }

  /** Whatever the pass left undone is found by looking at everything once it can go on. */
  async #afterError(work: Work, error: SyncError): Promise<void> {
    const { clock } = this.#options;
    this.#settling?.takeLeftOut();
    if (error.code === 'interrupted' || this.#stopped) return;
    const what = afterError(error);
    if (what === 'await_source') {
      this.#set('halted', error.message);
      await this.#awaitSource();
    } else {
      this.#set(what === 'halt' ? 'halted' : 'backing_off', error.message);
      const delay = (what === 'halt' ? this.#haltDelay : this.#backOff).next();
      await this.#sleep(Math.max(delay, error.retryAfterMs ?? 0), false);
    }
    this.#agenda.everything('an error before', clock.elapsed(), work.sinceMs, work.debts);
  }

  /** Waits until the source can be listed and has something in it. */
  async #awaitSource(): Promise<void> {
    const { source, filter } = this.#options;
    const everyMs = source.kind === 's3' ? PROBE_MS.remote : PROBE_MS.local;
    const options: ListOptions = { filter, signal: this.#until };
    while (!this.#stopped) {
      await this.#sleep(everyMs, false);
      if (source.listFolder === undefined) return;
      try {
        const entries = await source.listFolder('', options);
        if (entries !== undefined && entries.length > 0) return;
      } catch (error) {
        if (this.#stopped || !isSyncError(error) || afterError(error) !== 'await_source') return;
      }
    }
  }

  /** Ends early on a stop, and, where `onHint`, on a hint. */
  async #sleep(ms: number, onHint: boolean): Promise<void> {
    const wake = new AbortController();
    if (onHint) this.#wake = wake;
    try {
      await this.#options.clock.sleep(
        Math.min(Math.max(0, ms), LONGEST_SLEEP_MS),
        AbortSignal.any([this.#until, wake.signal]),
      );
    } catch {
      // woken
    } finally {
      this.#wake = undefined;
    }
  }

  #set(state: WatchState, reason?: string): void {
    if (state === this.#state && reason === this.#reason) return;
    this.#state = state;
    this.#reason = reason;
    this.#stateSinceMs = this.#options.clock.now();
    this.#options.onEvent({ type: 'state', state, reason });
  }
}

/** The scope of a pass over all, where one is wanted as a set of folders. */
const EVERYTHING: ReadonlySet<RelPath> = new Set(['']);

/** Timers of the system hold at most 2^31 milliseconds. */
const LONGEST_SLEEP_MS = 86_400_000;
