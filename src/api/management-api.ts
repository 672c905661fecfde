import { hasFact } from '../model/errors.ts';
import type { CallOptions, Clock } from '../model/ports.ts';
import type { GateUse } from '../remote/gate/gate-use.ts';
import { callOnce, describeCall, prepareRequest, type RequestOptions } from './call.ts';
import type { ApiConnection } from './connection.ts';
import { Names } from './names/names.ts';
import type { AnswerOf, AnyInput, InputOf, Operation, ReplyOf } from './operation.ts';
import { Change } from './repeats/change.ts';
import { LOOK_UPS } from './repeats/look-ups.ts';
import { awaitedAfter } from './waiting/after-change.ts';
import type { Awaited } from './waiting/awaited.ts';
import { answering, answersSql, type EndpointLook } from './waiting/endpoint.ts';
import { WAIT_TIMEOUT_MS, type WaitOptions, waitUntil } from './waiting/wait-for.ts';

export interface ManagementApiOptions {
  readonly connection: ApiConnection;
  /** Every request passes it: repeated and slowed down as those of a sync are. */
  readonly gate: Pick<GateUse, 'request' | 'within'>;
  readonly clock: Clock;
  /** Aborted: calls without a signal of their own end. */
  readonly signal: AbortSignal;
  /** Closes what was opened for it. */
  readonly close?: (() => Promise<void>) | undefined;
}

export interface ManagementCall extends Partial<CallOptions> {
  /** Names of the reply's fields to keep. Only for operations that have `fields`. */
  readonly fields?: readonly string[] | undefined;
}

/** `state`: the service says so. `sql`: its Data API answers as well. */
export type Ready = 'state' | 'sql';

/** The Management API as a program uses it: each operation by one call, repeated where that is safe. */
export class ManagementApi implements AsyncDisposable {
  readonly connection: ApiConnection;
  readonly clock: Clock;
  /** The way from a name to a thing. */
  readonly names: Names;
  readonly #options: ManagementApiOptions;

  constructor(options: ManagementApiOptions) {
    this.connection = options.connection;
    this.clock = options.clock;
    this.names = new Names((operation, input) => this.call(operation, input));
    this.#options = options;
  }

  /**
   * Makes one operation. It is repeated as its `repeat` says; a change whose reply was lost is looked for before it is sent
   * again. Rejects with a SyncError, or with the reason of the signal.
   */
  async call<O extends Operation, Options extends ManagementCall = ManagementCall>(
    operation: O,
    input: InputOf<O>,
    options?: Options,
  ): Promise<AnswerOf<O, Options>> {
    const { gate, clock, signal: always } = this.#options;
    const signal = options?.signal ?? always;
    const { fields } = options ?? {};
    const words = describeCall(operation, input as AnyInput);
    // what does not fit is refused before anything is sent
    prepareRequest(operation, input as AnyInput, { fields });
    const lookUp = LOOK_UPS.get(operation);
    const send = (made: Operation, given: AnyInput, more: Partial<RequestOptions>): Promise<unknown> =>
      callOnce(this.connection, made, given, { signal, ...more });
    const answer =
      lookUp === undefined
        ? gate.request({ operation: words.operation, path: words.path }, async (_, inDoubt) => {
            try {
              return await send(operation, input as AnyInput, { fields });
            } catch (error) {
              // what an attempt before this one has ended is gone
              if (inDoubt && operation.verb === 'DELETE' && hasFact(error, 'missing')) return undefined;
              throw error;
            }
          })
        : new Change({
            operation,
            input: input as AnyInput,
            lookUp,
            words,
            gate,
            clock,
            signal,
            send: (made, given) => send(made, given, { looks: true }),
          }).make();
    try {
      return (await answer) as AnswerOf<O, Options>;
    } finally {
      if (words.changes === true) this.names.forget();
    }
  }

  /**
   * Looks until what is waited for has come, and resolves with what the last look showed: undefined where it is gone.
   * Rejects as waitUntil does.
   */
  async waitFor<O extends Operation>(
    awaited: Awaited<O>,
    options: WaitOptions & { readonly ready?: Ready } = {},
  ): Promise<ReplyOf<O> | undefined> {
    const { clock } = this;
    const signal = options.signal ?? this.#options.signal;
    const began = clock.elapsed();
    const { operation, input } = awaited.look;
    const look = async (): Promise<unknown> => {
      try {
        return await this.call(operation, input as InputOf<O>, { signal });
      } catch (error) {
        if (hasFact(error, 'missing')) return undefined;
        throw error;
      }
    };
    const shown = await waitUntil(awaited, { clock, signal, look }, options);
    if (options.ready === 'sql') {
      const ping = async (): Promise<EndpointLook> => {
        const { endpoint } = ((await look()) ?? {}) as { readonly endpoint?: unknown };
        if (typeof endpoint !== 'string' || endpoint === '') return { endpoint: undefined, answers: false };
        return { endpoint, answers: await answersSql(this.connection, endpoint, signal) };
      };
      const timeoutMs = (options.timeoutMs ?? WAIT_TIMEOUT_MS) - (clock.elapsed() - began);
      await waitUntil(answering(awaited), { clock, signal, look: ping }, { ...options, timeoutMs });
    }
    return shown as ReplyOf<O> | undefined;
  }

  /**
   * Makes a change and waits for its end: the reply says no more than that it has begun. Resolves with the reply, and with
   * what the last look showed: undefined where the thing is gone, or where the change takes effect at once.
   */
  async callAndWait<O extends Operation>(
    operation: O,
    input: InputOf<O> & object,
    options: WaitOptions & { readonly ready?: Ready } = {},
  ): Promise<{ readonly reply: ReplyOf<O>; readonly shown: unknown }> {
    const { signal } = options;
    const reply = await this.call(operation, input, signal === undefined ? {} : { signal });
    const awaited = awaitedAfter(operation, { input, reply });
    return { reply, shown: awaited === undefined ? undefined : await this.waitFor(awaited, options) };
  }

  async close(): Promise<void> {
    await (this.#options.close ?? (() => this.connection.close()))();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
