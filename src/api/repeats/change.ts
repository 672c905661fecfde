import { hasFact, isSyncError, SyncError } from '../../model/errors.ts';
import type { Clock } from '../../model/ports.ts';
import { printable } from '../../model/printable.ts';
import type { GateUse } from '../../remote/gate/gate-use.ts';
import { type ApiCall, outcomeUnknown } from '../api-errors.ts';
import type { AnyInput, Operation } from '../operation.ts';
import type { Decision, LookUp } from './look-up.ts';

export interface ChangeParts {
  readonly operation: Operation;
  readonly input: AnyInput;
  readonly lookUp: LookUp;
  /** The words of the operation, for errors. */
  readonly words: ApiCall;
  readonly gate: Pick<GateUse, 'request' | 'within'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** One request, made once. */
  send(operation: Operation, input: AnyInput): Promise<unknown>;
}

/** How long the service's own client waits for its lock, attempt by attempt. */
const LOCK_WAITS_MS: readonly number[] = [20_000, 40_000, 60_000];
/** Lists lag behind: for so long a look that does not show our change is not believed. */
const LATE_WAITS_MS: readonly number[] = [1000, 2000, 4000];

/** For so long, a refusal may come from our own change, which is under way. */
const BUSY_WAITS_MS: readonly number[] = [2000, 5000, 10_000, 30_000, 60_000];

/**
 * A change that is not simply sent again when its reply is lost: a look tells whether it was made, and what of it is still
 * to be sent. Each attempt is a fresh request, made in its turn at the gate.
 */
export class Change {
  readonly #parts: ChangeParts;
  #input: AnyInput;
  #before: unknown;
  /** Whether an attempt may have been carried out; 'locked': it probably was not. */
  #doubt: 'none' | 'locked' | 'lost' = 'none';
  #locks = 0;
  /** Refusals after an attempt that may have been carried out. */
  #refusals = 0;
  /** A part that is not sent again, although nobody knows whether it arrived. */
  #lost: string | undefined;

  constructor(parts: ChangeParts) {
    this.#parts = parts;
    this.#input = parts.input;
  }

  /** Resolves with the reply, or with what a look says in its place. Rejects as callOnce does. */
  async make(): Promise<unknown> {
    const { gate, words } = this.#parts;
    const { operation, path } = words;
    let reply: unknown;
    try {
      reply = await gate.request({ operation, path }, (attempt) => this.#attempt(attempt));
    } catch (error) {
      const found = await this.#lastLook();
      if (found === undefined) throw this.#told(error);
      reply = found.reply;
    }
    if (this.#lost !== undefined) throw this.#partLost(this.#lost);
    return reply;
  }

  async #attempt(attempt: number): Promise<unknown> {
    const { operation, lookUp } = this.#parts;
    if (lookUp.before || (attempt > 1 && this.#doubt !== 'none')) {
      const decision = await this.#judge();
      if (decision.is === 'done') return decision.reply;
      if (decision.is === 'refused') throw this.#refused(decision.why);
      this.#input = decision.input;
      this.#lost = decision.lost;
      if (isEmptyBody(operation, this.#input)) return undefined;
    }
    try {
      return await this.#parts.send(operation, this.#input);
    } catch (error) {
      return this.#afterRefusal(error);
    }
  }

  /** A look, made again where what was changed may show late. */
  async #judge(): Promise<Decision> {
    const { lookUp, clock, signal } = this.#parts;
    const waits = lookUp.showsLate && this.#doubt === 'lost' ? LATE_WAITS_MS : [];
    for (const ms of waits) {
      const decision = await this.#lookOnce();
      if (decision.is !== 'send') return decision;
      await clock.sleep(ms, signal);
    }
    return this.#lookOnce();
  }

  async #lookOnce(): Promise<Decision> {
    const { gate, lookUp } = this.#parts;
    const { operation, input: of } = lookUp.look(this.#input);
    const shown = await gate
      .within(() => this.#parts.send(operation, of))
      .catch((error: unknown) => {
        if (hasFact(error, 'missing')) return undefined;
        throw error;
      });
    if (this.#doubt === 'none') this.#before = shown;
    return this.#decide(shown);
  }

  #decide(shown: unknown): Decision {
    const { lookUp, input } = this.#parts;
    return lookUp.decide({ input, shown, before: this.#before, inDoubt: this.#doubt !== 'none' });
  }

  /** After an attempt that failed: resolves where a look shows the change all the same, else rejects. */
  async #afterRefusal(error: unknown): Promise<unknown> {
    if (!isSyncError(error)) throw error;
    const wasInDoubt = this.#doubt === 'lost';
    if (error.code === 'api_locked') return this.#afterLock(error);
    if (error.inDoubt) {
      this.#doubt = 'lost';
      throw error;
    }
    // what is being ended is no longer found by a request that would end it
    if (wasInDoubt && error.fact === 'missing' && this.#parts.operation.verb === 'DELETE') {
      const gone = this.#decide(undefined);
      if (gone.is === 'done') return gone.reply;
    }
    const mayBeDone = wasInDoubt || this.#parts.lookUp.ofState === true;
    if (!mayBeDone || !hasFact(error, 'refused', 'taken', 'missing')) throw error;
    const decision = await this.#lookOnce();
    if (decision.is === 'done') return decision.reply;
    if (!wasInDoubt || error.fact === 'missing') throw error;
    // an earlier attempt may be what stands in the way, and may not show yet
    throw error.with({ verdict: 'retry', inDoubt: true, retryAfterMs: BUSY_WAITS_MS[this.#refusals++] });
  }

  async #afterLock(error: SyncError): Promise<unknown> {
    if (this.#doubt === 'none') this.#doubt = 'locked';
    const decision = await this.#lookOnce();
    if (decision.is === 'done') return decision.reply;
    const waitMs = LOCK_WAITS_MS[this.#locks++];
    throw waitMs === undefined
      ? error.with({ verdict: 'skip_entry', inDoubt: this.#doubt === 'lost' })
      : error.with({ retryAfterMs: waitMs });
  }

  /** When no attempt is left: what a look shows, where it shows the change. */
  async #lastLook(): Promise<{ readonly reply: unknown } | undefined> {
    if (this.#doubt !== 'lost' || this.#parts.signal.aborted) return undefined;
    const decision = await this.#judge().catch(() => undefined);
    return decision?.is === 'done' ? { reply: decision.reply } : undefined;
  }

  /** A look that failed puts nothing in doubt; the gate cannot tell it from the change. */
  #told(error: unknown): unknown {
    if (!isSyncError(error)) return error;
    if (this.#doubt === 'lost') {
      const { verb, path } = this.#parts.words;
      const isOfLook = error.path !== path;
      return outcomeUnknown(
        error.with({ inDoubt: true }),
        isOfLook ? `${verb} ${printable(path)}` : undefined,
      );
    }
    return error.inDoubt ? error.with({ inDoubt: false }) : error;
  }

  #refused(why: string): SyncError {
    const { words } = this.#parts;
    return new SyncError('api_conflict', (name) => `Cannot ${words.verb} ${name}. ${why}`, {
      verdict: 'skip_entry',
      fact: 'taken',
      operation: words.operation,
      path: words.path,
    });
  }

  #partLost(part: string): SyncError {
    const { words } = this.#parts;
    return new SyncError(
      'api_unavailable',
      (name) =>
        `The reply to ${words.verb} ${name} was lost, and nobody knows whether ${part} was changed; all else is as asked for. Set ${part} again.`,
      { verdict: 'skip_entry', inDoubt: true, operation: words.operation, path: words.path },
    );
  }
}

const isEmptyBody = ({ verb }: Operation, { body }: AnyInput): boolean =>
  verb === 'PATCH' && typeof body === 'object' && body !== null && Object.keys(body).length === 0;
