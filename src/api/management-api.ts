import type { CallOptions, Clock } from '../model/ports.ts';
import type { GateUse } from '../remote/gate/gate-use.ts';
import { callOnce, describeCall } from './call.ts';
import type { ApiConnection } from './connection.ts';
import type { AnswerOf, AnyInput, InputOf, Operation } from './operation.ts';

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

/** The Management API as a program uses it: each operation by one call, repeated where that is safe. */
export class ManagementApi implements AsyncDisposable {
  readonly connection: ApiConnection;
  readonly clock: Clock;
  readonly #options: ManagementApiOptions;

  constructor(options: ManagementApiOptions) {
    this.connection = options.connection;
    this.clock = options.clock;
    this.#options = options;
  }

  /** Rejects with a SyncError, or with the reason of the signal. */
  async call<O extends Operation, Options extends ManagementCall = ManagementCall>(
    operation: O,
    input: InputOf<O>,
    options?: Options,
  ): Promise<AnswerOf<O, Options>> {
    const { gate, signal } = this.#options;
    const call = { ...options, signal: options?.signal ?? signal };
    const { operation: kind, path } = describeCall(operation, input as AnyInput);
    const answer = await gate.request({ operation: kind, path }, () =>
      callOnce(this.connection, operation, input, call),
    );
    return answer as AnswerOf<O, Options>;
  }

  async close(): Promise<void> {
    await (this.#options.close ?? (() => this.connection.close()))();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
