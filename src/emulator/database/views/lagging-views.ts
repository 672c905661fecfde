import { QueryConnection } from './query-connection.ts';
import type { QueryContext } from './query-connection.ts';

interface Snapshot {
  readonly at: number;
  readonly connection: QueryConnection;
}

/** How many snapshots there are within the time by which the views lag. */
const PER_LAG = 4;

/** What the views showed some time ago, for `viewsLagMs`: readers that hold what was there when they were made. */
export class LaggingViews {
  readonly #path: string;
  readonly #context: QueryContext;
  #snapshots: Snapshot[] = [];

  constructor(path: string, context: QueryContext) {
    this.#path = path;
    this.#context = context;
  }

  /** To be called every now and then. */
  look(): void {
    const lag = this.#context.behaviour().viewsLagMs;
    if (lag === 0) {
      if (this.#snapshots.length > 0) this.close();
      return;
    }
    const now = performance.now();
    if (now - (this.#snapshots.at(-1)?.at ?? -Infinity) >= lag / PER_LAG) {
      const connection = new QueryConnection(this.#path, this.#context);
      connection.hold();
      this.#snapshots.push({ at: now, connection });
    }
    while (this.#snapshots.length > 1 && now - this.#snapshots[1]!.at >= lag)
      this.#snapshots.shift()!.connection.close();
  }

  /** Undefined when the views do not lag. */
  get connection(): QueryConnection | undefined {
    this.look();
    return this.#snapshots[0]?.connection;
  }

  close(): void {
    for (const { connection } of this.#snapshots) connection.close();
    this.#snapshots = [];
  }
}
