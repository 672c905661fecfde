import { currentOrganization, type Organization } from '../api/resources/organizations.ts';
import type { ApiConnection } from '../api/connection.ts';
import { isSyncError } from '../model/errors.ts';
import type { CallOptions } from '../model/ports.ts';
import type { GateUse } from '../remote/gate/gate-use.ts';
import { openApi, type OpenApi } from '../jobs/ends/open-api.ts';
import { resolveStageSettings, type StageSettings } from '../jobs/ends/stage-settings.ts';
import type { StageSurroundings } from '../jobs/surroundings.ts';

/** How long a 429 is waited for, in milliseconds. */
const MAX_WAIT_MS = 5_000;
const LANES = 4;

/**
 * The Management API as a diagnosis asks it: each request is made once and not repeated, so that what is wrong is told
 * soon, and several checks share the answers. Nothing is opened before it is asked for.
 */
export class ApiLook implements AsyncDisposable {
  readonly #around: StageSurroundings;
  readonly #opened = new AsyncDisposableStack();
  #settings: Promise<StageSettings> | undefined;
  #open: Promise<{ readonly connection: ApiConnection; readonly use: GateUse }> | undefined;
  #organization: Promise<Organization> | undefined;
  #rights: Promise<string | undefined> | undefined;

  constructor(around: StageSurroundings) {
    this.#around = around;
  }

  /** Rejects with `config` without a token, or where a setting cannot be used. */
  settings(): Promise<StageSettings> {
    return (this.#settings ??= resolveStageSettings(this.#around));
  }

  /** The organization that the token belongs to; asked for once, with the signal of the first who asks. */
  organization(call: CallOptions): Promise<Organization> {
    return (this.#organization ??= this.ask((connection) => currentOrganization(connection, call)));
  }

  /** What `find` tells of the rights of the token; it is called once. */
  rights(find: () => Promise<string | undefined>): Promise<string | undefined> {
    return (this.#rights ??= find());
  }

  /** Makes a request, which passes the gate, once. */
  async ask<T>(request: (connection: ApiConnection) => Promise<T>): Promise<T> {
    const { connection, use } = await (this.#open ??= this.#connect());
    return use.request({ operation: 'look_up', path: '' }, () => request(connection));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }

  async #connect() {
    const settings = await this.settings();
    const { connection, gate } = await openAlone(this.#around, settings);
    this.#opened.defer(() => connection.close());
    const { draining } = this.#around;
    const use = gate.use({
      name: 'the Management API',
      concurrency: LANES,
      attempts: 1,
      maxRequestsPerSecond: undefined,
      maxWaitMs: MAX_WAIT_MS,
      maxWaitFlag: undefined,
      draining,
      signal: draining,
      onEvent: () => undefined,
    });
    this.#opened.use(use);
    return { connection, use };
  }
}

/** The check of the servers tells of one that does not answer: it must not hide what the API says. */
async function openAlone(around: StageSurroundings, settings: StageSettings): Promise<OpenApi> {
  const options = { settings, concurrency: LANES };
  try {
    return await openApi(around, options);
  } catch (error) {
    if (!isSyncError(error) || !error.code.startsWith('queue_')) throw error;
    const { authority, environment } = around;
    return openApi(
      {
        ...around,
        authority: { ...authority, budget: undefined },
        environment: { ...environment, budgetUrl: undefined },
        queue: undefined,
      },
      options,
    );
  }
}
