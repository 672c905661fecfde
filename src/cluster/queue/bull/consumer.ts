import type { Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { PREFIX } from './keys.ts';

export interface ConsumerOptions {
  readonly bullmq: typeof import('bullmq');
  /** Of its own: commands on it wait for as long as Redis is away. */
  readonly client: Redis;
  readonly queue: string;
  /** For people, in the list of those who take from the queue. */
  readonly name: string;
  /** How long a job is this consumer's without a renewal, in milliseconds. */
  readonly lockMs: number;
  /** Resolves when another job may be taken. */
  readonly room: () => Promise<void>;
  /** Carries out a job that was taken, and completes it. Rejects: the job is given to somebody else. */
  readonly take: (job: Job, token: string) => Promise<void>;
}

/** Stalled jobs are given to others as often as it takes. */
const MOST_STALLS = 1_000_000;
/** Seconds for which one command waits for a job, at most. */
const BLOCK_S = 2;
/** Milliseconds after a failed command. */
const PAUSE_MS = 500;
/** Milliseconds that the last command of a job, or of a consumer that takes nothing more, is waited for. */
const REACH_MS = 2000;

/** Waits for a last command of a job, but not for a broker that is away: others get the job once its lock has expired. */
export async function withinReach(command: Promise<unknown>): Promise<void> {
  const isOver = new AbortController();
  try {
    await Promise.race([command, sleep(REACH_MS, undefined, isOver).catch(() => undefined)]);
  } finally {
    isOver.abort();
  }
}

/**
 * Takes jobs from a queue one by one, each when there is room for it, and has those of dead consumers given to others. The locks of
 * what it took are for `take` to renew.
 */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #worker: Worker;
  readonly #taking = new Set<Promise<void>>();
  #serial = 0;
  readonly #fetching: Promise<void>;
  readonly #closing = Promise.withResolvers<void>();
  #closed = false;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    const { bullmq, client, queue, name, lockMs } = options;
    this.#worker = new bullmq.Worker(queue, null, {
      connection: client,
      prefix: PREFIX,
      name,
      autorun: false,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      maxStalledCount: MOST_STALLS,
      drainDelay: BLOCK_S,
    });
    // a broken connection comes back; without a listener it would end the process
    this.#worker.on('error', () => undefined);
    this.#fetching = this.#fetchOn();
  }

  /** Asks for another `lockMs` for a job. Rejects where it is somebody else's. */
  async renew(id: string, token: string): Promise<void> {
    const lost = await this.#worker.extendJobLocks([id], [token], this.#options.lockMs);
    if (lost.length > 0) throw new Error(`the lock of ${id} is somebody else's`);
  }

  /** Takes nothing more. Resolves once all that was taken is carried out; what it has is renewed and completed as before. */
  async drain(): Promise<void> {
    this.#stop();
    // ends the command that waits for a job, and no other
    await this.#worker.close(true).catch(() => undefined);
    await withinReach(this.#fetching);
    await Promise.allSettled(this.#taking);
  }

  /** Never rejects. What is under way is not waited for. */
  async close(): Promise<void> {
    this.#stop();
    await this.#worker.close(true).catch(() => undefined);
    this.#options.client.disconnect();
  }

  #stop(): void {
    this.#closed = true;
    this.#closing.resolve();
  }

  async #fetchOn(): Promise<void> {
    void this.#worker.startStalledCheckTimer().catch(() => undefined);
    while (!this.#closed) {
      try {
        await Promise.race([this.#options.room(), this.#closing.promise]);
        if (this.#closed) return;
        const token = `${this.#worker.id}-${this.#serial++}`;
        const job = (await this.#worker.getNextJob(token)) as Job | undefined;
        if (job === undefined) continue;
        // what came after that is for others, and at once
        if (this.#closed) await job.moveToWait(token);
        else this.#take(job, token);
      } catch {
        if (!this.#closed) await sleep(PAUSE_MS);
      }
    }
  }

  #take(job: Job, token: string): void {
    const work = async (): Promise<void> => {
      try {
        await this.#options.take(job, token);
      } catch (error) {
        await withinReach(
          job.moveToFailed(error instanceof Error ? error : new Error(String(error)), token, false),
        );
      }
    };
    // where the broker is away, or the lock is lost, others get the job once the lock has expired
    const tracked = work()
      .catch(() => undefined)
      .finally(() => this.#taking.delete(tracked));
    this.#taking.add(tracked);
  }
}
