import type { Job, JobType, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { SyncError } from '../../../model/errors.ts';
import type { BatchQueue, BatchState, ShipOptions, Withdrawal } from '../batch-queue.ts';
import { toWire, type Batch, type BatchAnswer, type ShippedBatch } from '../wire/batch.ts';
import { readAnswer } from '../wire/read-answer.ts';
import { readBatch } from '../wire/read-batch.ts';
import { brokerError } from './broker-errors.ts';
import { Consumer } from './consumer.ts';
import { queueOptions, resultsQueue, transfersQueue } from './keys.ts';
import { RunRecord } from './run-record.ts';
import { ServerLife } from './server-life.ts';
import { leaveSyncs, tellSync, type SyncNote } from './sync-list.ts';

/** A job is removed once it is done, and carried out again for as long as it fails: the ledger, not the broker, says what became of it. */
export const JOB_OPTIONS = { removeOnComplete: true, removeOnFail: true, attempts: 1_000_000 } as const;
/** How long a consumer has a job without a renewal, in milliseconds. */
export const LOCK_MS = 10_000;
/** Wherever a job may be that is not done. */
const PLACES: JobType[] = ['waiting', 'active', 'delayed', 'prioritized'];
/** Answers that are being written down at the same time, at most. */
const ANSWERS_AT_ONCE = 32;
/** Milliseconds until the last answers are acknowledged, at most. */
const ACKNOWLEDGED_MS = 500;

export interface BullBatchQueueOptions {
  readonly bullmq: typeof import('bullmq');
  /** Every command on it fails at once while Redis is away. The queue closes it. */
  readonly client: Redis;
  /** Opens another connection, whose commands wait meanwhile. */
  readonly connect: () => Redis;
  readonly deployment: string;
  readonly pair: string;
  /** The folder that most names lie in. */
  readonly root: string;
  /** What whoever looks at the queue is told of the sync; absent: nothing. */
  readonly told?: Omit<SyncNote, 'pair'> | undefined;
  /** The address without a password, and where it comes from; for people. */
  readonly shown: string;
  readonly from: string;
}

/** The broker of one pair on Redis or Valkey. */
export class BullBatchQueue implements BatchQueue {
  readonly name: string;
  readonly #options: BullBatchQueueOptions;
  readonly #transfers: Queue;
  readonly #results: Queue;
  readonly #life: ServerLife;
  readonly #runs: RunRecord;
  #consumer: Consumer | undefined;

  constructor(options: BullBatchQueueOptions) {
    this.#options = options;
    const { bullmq, client, deployment, pair, shown } = options;
    this.name = shown;
    this.#life = new ServerLife(client);
    this.#runs = new RunRecord(client, this.#life);
    const opened = queueOptions(client);
    this.#transfers = new bullmq.Queue(transfersQueue(deployment), opened);
    this.#results = new bullmq.Queue(resultsQueue(pair), opened);
    for (const queue of [this.#transfers, this.#results]) queue.on('error', () => undefined);
  }

  claim(run: string): Promise<number> {
    return this.#ask(async ({ pair, deployment }) => {
      const epoch = await this.#runs.claim({ pair, run }, deployment);
      await this.#tellOfSync();
      return epoch;
    });
  }

  reclaim(run: string, epoch: number): Promise<void> {
    return this.#ask(async ({ pair, deployment }) => {
      const claimed = await this.#runs.claim({ pair, run }, deployment, epoch);
      if (claimed === 0) throw takenOver(this.name);
      await this.#tellOfSync();
    });
  }

  release(run: string): Promise<void> {
    return this.#ask(async ({ client, pair, told }) => {
      await this.#runs.release({ pair, run });
      if (told !== undefined) await leaveSyncs(client, pair);
    });
  }

  ship(batch: Batch, { again = false }: ShipOptions = {}): Promise<void> {
    return this.#ask(async ({ pair, root }) => {
      const data: ShippedBatch = { ...toWire(batch, root), again, life: await this.#life.id() };
      await this.#transfers.add(pair, data, { ...JOB_OPTIONS, jobId: batch.id });
    });
  }

  known(ids: readonly string[]): Promise<ReadonlyMap<string, BatchState>> {
    return this.#ask(async ({ client }) => {
      const known = new Map<string, BatchState>();
      // the answer is there before the batch goes
      for (const [state, keyOf] of [
        ['waiting', (id: string) => this.#transfers.toKey(id)],
        ['active', (id: string) => `${this.#transfers.toKey(id)}:lock`],
        ['answered', (id: string) => this.#results.toKey(id)],
      ] as const) {
        const pipeline = client.pipeline();
        for (const id of ids) pipeline.exists(keyOf(id));
        const replies = (await pipeline.exec()) ?? [];
        for (const [at, [error, there]] of replies.entries()) {
          if (error !== null) throw error;
          if (there === 1) known.set(ids[at]!, state);
        }
      }
      return known;
    });
  }

  batches(): Promise<readonly Pick<Batch, 'id' | 'items'>[]> {
    return this.#ask(async ({ pair }) => {
      const jobs = await this.#transfers.getJobs(PLACES);
      return jobs.filter((job) => job?.name === pair).map((job) => asBatch(job as Job));
    });
  }

  withdraw(id: string): Promise<Withdrawal> {
    return this.#ask(async () => {
      const job = (await this.#transfers.getJob(id)) as Job<Partial<ShippedBatch>> | undefined;
      if (job === undefined) return 'gone';
      // somebody who has begun it keeps it locked
      const isRemoved = await this.#transfers.remove(id);
      if (isRemoved !== 1) return 'busy';
      const { again, life } = job.data;
      // a server that came back with an older copy does not know what was begun since
      const isCertain = again === false && life === (await this.#life.id());
      return isCertain && job.attemptsStarted === 0 ? 'not_begun' : 'begun';
    });
  }

  active(): Promise<number> {
    return this.#ask(() => this.#transfers.getActiveCount());
  }

  answers(): Promise<readonly BatchAnswer[]> {
    return this.#ask(async () => {
      const jobs = await this.#results.getJobs(PLACES);
      return jobs.map((job) => readAnswer(job?.data)).filter((answer) => answer !== undefined);
    });
  }

  acknowledge(batch: string): Promise<void> {
    // one that is locked was taken by a run that is gone: it is given again, and ignored then
    return this.#ask(async () => void (await this.#results.remove(batch)));
  }

  async listen(listener: ((answer: BatchAnswer) => Promise<void>) | undefined): Promise<void> {
    const before = this.#consumer;
    this.#consumer = undefined;
    if (before !== undefined) {
      // what was written down a moment ago is acknowledged; a broker that is away is not waited for
      await Promise.race([before.drain(), sleep(ACKNOWLEDGED_MS, undefined, { ref: false })]);
      await before.close();
    }
    if (listener === undefined) return;
    let open = 0;
    let resume: (() => void) | undefined;
    const { bullmq, connect, pair } = this.#options;
    this.#consumer = new Consumer({
      bullmq,
      client: connect(),
      queue: resultsQueue(pair),
      name: 'coordinator',
      lockMs: LOCK_MS,
      room: async () => {
        if (open >= ANSWERS_AT_ONCE) await new Promise<void>((resolve) => (resume = resolve));
      },
      async take(job, token) {
        open++;
        try {
          const answer = readAnswer(job.data);
          if (answer !== undefined) await listener(answer);
          await job.moveToCompleted(null, token, false);
        } finally {
          open--;
          resume?.();
        }
      },
    });
  }

  async close(): Promise<void> {
    await this.listen(undefined);
    await Promise.allSettled([this.#transfers.close(), this.#results.close()]);
    const { client } = this.#options;
    if (client.status === 'ready') await client.quit().catch(() => undefined);
    client.disconnect();
  }

  async #tellOfSync(): Promise<void> {
    const { client, pair, told } = this.#options;
    if (told !== undefined) await tellSync(client, { pair, ...told });
  }

  async #ask<T>(ask: (options: BullBatchQueueOptions) => Promise<T>): Promise<T> {
    const { shown, from } = this.#options;
    try {
      return await ask(this.#options);
    } catch (error) {
      throw brokerError(error, shown, from);
    }
  }
}

/** One that this version cannot read can be taken back, too. */
function asBatch({ id, data }: Job): Pick<Batch, 'id' | 'items'> {
  const read = readBatch(data);
  return { id: id!, items: read.kind === 'batch' && read.batch.id === id ? read.batch.items : [] };
}

const takenOver = (name: string): SyncError =>
  new SyncError('locked', `another run of this pair has taken over what waits in ${name}`, {
    verdict: 'end_run',
  });
