import type { Job, Queue } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../model/ports.ts';
import type { Batch, BatchAnswer } from '../wire/batch.ts';
import { readBatch, type BatchHead, type ReadBatch } from '../wire/read-batch.ts';
import { HeldBatch } from '../worker/held-batch.ts';
import { JOB_OPTIONS, LOCK_MS } from './bull-batch-queue.ts';
import { Consumer, withinReach } from './consumer.ts';
import { queueOptions, resultsQueue, transfersQueue } from './keys.ts';
import type { QueueServer } from './open-queue.ts';
import { CannotServe, otherVersion, refused, type Refusal } from './refusal.ts';
import { RunRecord } from './run-record.ts';
import { ServerLife } from './server-life.ts';
import { leaveList, listWorkers } from './worker-list.ts';

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
  /** Called for what lies in the queue and is no batch of this program: it is dropped. */
  readonly onStrange?: ((why: string) => void) | undefined;
}

/** A batch that was taken and has the shape of one. */
interface TakenBatch {
  readonly read: Exclude<ReadBatch, { readonly kind: 'damaged' }>;
  /** May be called more than once. */
  readonly begun: () => void;
}

/** Milliseconds until a batch that was given back is given to somebody again. */
const GIVEN_BACK_MS = 500;
/** Queues of answers that are kept open, at most. */
const MOST_QUEUES = 32;
/** Milliseconds after a failed try to hand in an answer. */
const AGAIN_MS = 500;
/** How often, and after how many milliseconds, a run is looked for that has not claimed its pair since the server came back. */
const CLAIM_LOOKS = { count: 12, everyMs: 500 };
/** The deployment of a Stage's address. */
const DEPLOYMENT = /^stage:\/\/([^/]*)/;

/** Takes the batches of one deployment, and hands in what became of them. */
export class BatchService {
  readonly #options: BatchServiceOptions;
  readonly #consumer: Consumer;
  readonly #results = new Map<string, Queue>();
  readonly #life: ServerLife;
  readonly #runs: RunRecord;

  constructor(options: BatchServiceOptions) {
    this.#options = options;
    const { server, deployment, name, lockMs = LOCK_MS, room } = options;
    this.#life = new ServerLife(server.client);
    this.#runs = new RunRecord(server.client, this.#life);
    this.#consumer = new Consumer({
      bullmq: server.bullmq,
      client: server.connect(),
      queue: transfersQueue(deployment),
      name,
      lockMs,
      room,
      take: (job, token) => this.#take(job, token),
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

  async #take(job: Job, token: string): Promise<void> {
    const read = readBatch(job.data);
    const why = this.#strangeness(read, job);
    if (read.kind === 'damaged' || why !== undefined) {
      // nobody's: trying it again would not make it a batch
      this.#options.onStrange?.(why ?? '');
      await withinReach(job.moveToCompleted(null, token, false));
      return;
    }
    // at once: the next batch is asked for before anything of this one is carried out
    const begun = this.#options.coming(read.kind === 'batch' ? read.batch.items.length : 0);
    try {
      await this.#serve(job, token, { read, begun });
    } finally {
      begun();
    }
  }

  /** Why what lies in the queue is no batch for this deployment; undefined: it is one. */
  #strangeness(read: ReadBatch, { id }: Job): string | undefined {
    if (read.kind === 'damaged') return `"${read.why}" is not what stagesync writes there`;
    if (read.shipped.id !== id) return 'its name is not that of its place in the queue';
    const isElsewhere = read.kind === 'batch' && DEPLOYMENT.exec(read.batch.to)?.[1] !== this.deployment;
    return isElsewhere ? 'it is for another deployment than its queue' : undefined;
  }

  async #serve(job: Job, token: string, { read, begun }: TakenBatch): Promise<void> {
    const { clock, lockMs = LOCK_MS } = this.#options;
    const { shipped } = read;
    using held = new HeldBatch({ clock, lockMs, renew: () => this.#consumer.renew(shipped.id, token) });
    await held.confirm();
    if (!(await this.#isWanted(shipped))) {
      await withinReach(job.moveToCompleted(null, token, false));
      return;
    }
    let answer: BatchAnswer | undefined;
    const redelivered = await this.#isRedelivered(read, job);
    try {
      answer = await this.#carryOut({ read, begun }, held, redelivered);
    } catch (error) {
      if (!(error instanceof CannotServe)) throw error;
      answer = await this.#refuse(job, token, { head: shipped, refusal: { why: error, redelivered } });
    }
    if (answer === undefined) return;
    await this.#handIn(shipped, answer, held);
    await withinReach(job.moveToCompleted(null, token, false));
  }

  /** Batches of a run that is over, or that another took over from, are nobody's. */
  async #isWanted(run: BatchHead): Promise<boolean> {
    for (let looks = 0; looks < CLAIM_LOOKS.count; looks++) {
      const standing = await this.#runs.standing(run);
      if (standing !== 'unconfirmed') return standing === 'counts';
      await sleep(CLAIM_LOOKS.everyMs);
    }
    return false;
  }

  async #isRedelivered(read: TakenBatch['read'], { attemptsStarted }: Job): Promise<boolean> {
    if (read.kind === 'other_version' || attemptsStarted > 1) return true;
    const { again, life } = read.shipped;
    return again || life !== (await this.#life.id());
  }

  async #carryOut({ read, begun }: TakenBatch, held: HeldBatch, redelivered: boolean): Promise<BatchAnswer> {
    if (read.kind === 'other_version') throw otherVersion(read.shipped);
    const carried = this.#options.carryOut(read.batch, held, { redelivered });
    begun();
    return carried;
  }

  /** Gives the batch back, for another worker. Resolves with an answer where no worker that is there can open its ends. */
  async #refuse(
    job: Job,
    token: string,
    { head, refusal }: { readonly head: BatchHead; readonly refusal: Refusal },
  ): Promise<BatchAnswer | undefined> {
    const { server, deployment, name } = this.#options;
    const refusedBy = [...new Set([...(head.refusedBy ?? []), name])];
    const workers = await listWorkers(server.client, deployment);
    const isLast = workers.every((worker) => refusedBy.includes(worker.name));
    if (isLast) return refused(head, name, refusal);
    await job.updateData({ ...(job.data as object), refusedBy });
    // a delay that the broker keeps would end by the clock of whoever takes the job, and begin by this one's
    await sleep(GIVEN_BACK_MS);
    await job.moveToWait(token);
    return undefined;
  }

  /** Tries for as long as the batch is this worker's. */
  async #handIn({ pair }: BatchHead, answer: BatchAnswer, held: HeldBatch): Promise<void> {
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
