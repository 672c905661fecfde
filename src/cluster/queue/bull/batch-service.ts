import type { Job, Queue } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSyncError, messageOf } from '../../../model/errors.ts';
import type { Clock } from '../../../model/ports.ts';
import { fromWire, type Batch, type BatchAnswer } from '../wire/batch.ts';
import { toWireError } from '../wire/wire-error.ts';
import { HeldBatch } from '../worker/held-batch.ts';
import { JOB_OPTIONS, LOCK_MS, type ShippedBatch } from './bull-batch-queue.ts';
import { Consumer } from './consumer.ts';
import { queueOptions, resultsQueue, runKey, transfersQueue } from './keys.ts';
import type { QueueServer } from './open-queue.ts';
import { ServerLife } from './server-life.ts';
import { leaveList, listWorkers } from './worker-list.ts';

/** The ends of a batch cannot be opened here: another worker may be able to. Its message is for people. */
export class CannotServe extends Error {
  /** It can open them, but sees none of the files as it was listed. */
  readonly seesOthers: boolean;

  constructor(
    message: string,
    { seesOthers = false, cause }: ErrorOptions & { readonly seesOthers?: boolean } = {},
  ) {
    super(message, { cause });
    this.seesOthers = seesOthers;
  }
}

export interface BatchServiceOptions {
  readonly server: QueueServer;
  readonly deployment: string;
  /** Names this worker among all others, for people too. */
  readonly name: string;
  readonly clock: Clock;
  /** How long a batch is this worker's without a renewal, in milliseconds. */
  readonly lockMs?: number | undefined;
  /** Resolves when another batch may be taken. */
  readonly room: () => Promise<void>;
  /** Transfers of a batch that was taken, until what is returned is called: by then they are carried out, or will not be. */
  readonly coming: (transfers: number) => () => void;
  /** Carries out a batch. Rejects with CannotServe before anything was begun; with anything else, others get the batch. */
  readonly carryOut: (
    batch: Batch,
    held: HeldBatch,
    delivery: { readonly redelivered: boolean },
  ) => Promise<BatchAnswer>;
}

interface TakenBatch {
  readonly batch: Batch;
  /** May be called more than once. */
  readonly begun: () => void;
}

type Data = ShippedBatch & { readonly refusedBy?: readonly string[] };

/** Milliseconds until a batch that was given back is given to somebody again. */
const GIVEN_BACK_MS = 500;
/** Queues of answers that are kept open, at most. */
const MOST_QUEUES = 32;
/** Milliseconds after a failed try to hand in an answer. */
const AGAIN_MS = 500;

/** Takes the batches of one deployment, and hands in what became of them. */
export class BatchService {
  readonly #options: BatchServiceOptions;
  readonly #consumer: Consumer;
  readonly #results = new Map<string, Queue>();
  readonly #life: ServerLife;

  constructor(options: BatchServiceOptions) {
    this.#options = options;
    const { server, deployment, name, lockMs = LOCK_MS, room } = options;
    this.#life = new ServerLife(server.client);
    this.#consumer = new Consumer({
      bullmq: server.bullmq,
      client: server.connect(),
      queue: transfersQueue(deployment),
      name,
      lockMs,
      room,
      take: (job, token) => this.#take(job as Job<Data>, token),
    });
  }

  get deployment(): string {
    return this.#options.deployment;
  }

  /** Takes nothing more. Resolves once what was taken is carried out and handed in. */
  async drain(): Promise<void> {
    const { server, deployment, name } = this.#options;
    await Promise.all([
      this.#consumer.drain(),
      leaveList(server.client, deployment, name).catch(() => undefined),
    ]);
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await this.#consumer.close();
    await Promise.allSettled([...this.#results.values()].map((queue) => queue.close()));
  }

  async #take(job: Job<Data>, token: string): Promise<void> {
    const batch = fromWire(job.data);
    // at once: the next batch is asked for before anything of this one is carried out
    const begun = this.#options.coming(batch.items.length);
    try {
      await this.#serve(job, token, { batch, begun });
    } finally {
      begun();
    }
  }

  async #serve(job: Job<Data>, token: string, { batch, begun }: TakenBatch): Promise<void> {
    const { server, clock, lockMs = LOCK_MS, carryOut } = this.#options;
    // batches of a run that is over, or that another took over from, are nobody's
    if ((await server.client.hget(runKey(batch.pair), 'run')) !== batch.run) {
      await job.moveToCompleted(null, token, false);
      return;
    }
    const { again, life } = job.data;
    const redelivered = job.attemptsStarted > 1 || again || life !== (await this.#life.id());
    using held = new HeldBatch({ clock, lockMs, renew: () => this.#consumer.renew(batch.id, token) });
    let answer: BatchAnswer;
    try {
      const carried = carryOut(batch, held, { redelivered });
      begun();
      answer = await carried;
    } catch (error) {
      if (!(error instanceof CannotServe)) throw error;
      const refusal = await this.#refuse(job, token, { why: error, redelivered });
      if (refusal === undefined) return;
      answer = refusal;
    }
    await this.#handIn(batch, answer, held);
    await job.moveToCompleted(null, token, false);
  }

  /** Gives the batch back, for another worker. Resolves with an answer where no worker that is there can open its ends. */
  async #refuse(job: Job<Data>, token: string, refusal: Refusal): Promise<BatchAnswer | undefined> {
    const { server, deployment, name } = this.#options;
    const { data } = job;
    const refusedBy = [...new Set([...(data.refusedBy ?? []), name])];
    const workers = await listWorkers(server.client, deployment);
    const isLast = workers.every((worker) => refusedBy.includes(worker.name));
    if (isLast) return refused(data, name, refusal);
    await job.updateData({ ...data, refusedBy });
    // a delay that the broker keeps would end by the clock of whoever takes the job, and begin by this one's
    await sleep(GIVEN_BACK_MS);
    await job.moveToWait(token);
    return undefined;
  }

  /** Tries for as long as the batch is this worker's. */
  async #handIn({ pair }: Batch, answer: BatchAnswer, held: HeldBatch): Promise<void> {
    for (;;) {
      held.check();
      try {
        await this.#resultsOf(pair).add('answer', answer, { ...JOB_OPTIONS, jobId: answer.batch });
        return;
      } catch {
        await sleep(AGAIN_MS);
      }
    }
  }

  #resultsOf(pair: string): Queue {
    const { bullmq, client } = this.#options.server;
    const open = this.#results.get(pair);
    if (open !== undefined) return open;
    const [oldest] = this.#results.keys();
    if (this.#results.size >= MOST_QUEUES && oldest !== undefined) this.#results.delete(oldest);
    const queue = new bullmq.Queue(resultsQueue(pair), queueOptions(client));
    queue.on('error', () => undefined);
    this.#results.set(pair, queue);
    return queue;
  }
}

interface Refusal {
  readonly why: CannotServe;
  readonly redelivered: boolean;
}

function refused({ id, run, from }: Data, worker: string, { why, redelivered }: Refusal): BatchAnswer {
  const { cause } = why;
  const said = messageOf(why);
  const message = `no worker can send the files of ${from}; ${worker} says: ${said}`;
  const error = toWireError(cause);
  return {
    batch: id,
    run,
    worker,
    redelivered,
    seesOthers: why.seesOthers,
    refused: {
      ...error,
      code: isSyncError(cause) ? cause.code : 'config',
      message,
      besidePath: message,
      verdict: 'end_run',
      inDoubt: false,
    },
    outcomes: [],
  };
}
