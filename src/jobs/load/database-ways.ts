import type { SqlCredentials } from '../../data-api/credentials.ts';
import type { DataApi } from '../../data-api/data-api.ts';
import type { GateUse } from '../../remote/gate/gate-use.ts';
import type { StageAddress } from '../addresses.ts';
import { beforeChange } from '../ends/open-api.ts';
import type { StageSurroundings } from '../surroundings.ts';
import { usageError } from '../usage-errors.ts';

export interface ReachDatabaseOptions {
  /** The Stage whose deployment's database is meant. */
  readonly address: Pick<StageAddress, 'deployment'>;
  /** The name that was given; undefined: the one of the environment. */
  readonly database: string | undefined;
  /** Hears what waking a workspace costs. */
  readonly tell?: ((text: string) => void) | undefined;
}

/** A database whose login is known; nothing was sent yet. */
export interface ReachableDatabase {
  readonly database: string;
  /** Finds the endpoint, wakes the workspace where that was asked for, and opens the way. */
  open(): Promise<DataApi>;
  /** Closes all that was opened. */
  close(): Promise<void>;
}

/** Attempts of a read: a database that is away is told soon, because most that is asked of it can wait. */
const ATTEMPTS = 4;
const MAX_WAIT_MS = 60_000;
const LANES = 4;

const never = new AbortController().signal;

/** The ways to a database that were opened, with the gate that all requests pass. */
export class DatabaseWays {
  readonly #opened = new AsyncDisposableStack();
  readonly #around: StageSurroundings;

  constructor(around: StageSurroundings) {
    this.#around = around;
  }

  /** `account` tells accounts apart, and is no secret. */
  async open(
    endpoint: URL,
    credentials: SqlCredentials,
    at: { readonly origin: string; readonly account: string },
  ): Promise<DataApi> {
    const { openDataApi } = await import('../../data-api/data-api.ts');
    const gate = this.#gate(at);
    this.#opened.use(gate);
    const { proxy } = this.#around.environment;
    const api = await openDataApi({
      endpoint,
      credentials,
      gate,
      proxy,
      beforeChange: beforeChange(this.#around),
    });
    return this.#opened.use(api);
  }

  onClose(close: () => Promise<void>): void {
    this.#opened.defer(close);
  }

  close(): Promise<void> {
    return this.#opened.disposeAsync();
  }

  #gate({ origin, account }: { readonly origin: string; readonly account: string }): GateUse {
    const { gates, draining } = this.#around;
    return gates.of(origin, account).use({
      name: 'the database',
      concurrency: LANES,
      attempts: ATTEMPTS,
      maxRequestsPerSecond: undefined,
      maxWaitMs: MAX_WAIT_MS,
      maxWaitFlag: undefined,
      draining,
      // each call has a signal of its own; what is in flight when a run drains is finished
      signal: never,
      onEvent: () => undefined,
    });
  }
}

/** Rejects with `usage` where nobody names a database. */
export function databaseNamed(given: string | undefined, usual: string | undefined): string {
  const database = given ?? usual;
  if (database !== undefined) return database;
  throw usageError(
    'no database is named whose pipelines read the Stage: give --load-database NAME, or set SINGLESTOREDB_DATABASE',
  );
}
