import PQueue from 'p-queue';
import type { Priority } from './attempts.ts';

type Job = () => Promise<void>;

/**
 * Runs jobs of several queues, at most `limit` at the same time. The queues take turns, job by job: one that holds few
 * jobs does not wait for all jobs of one that holds many.
 *
 * One task of the PQueue runs many jobs, one after the other (a "lane"). A task costs tens of microseconds in events and
 * contexts, and a small file costs hardly more than that in all: a task for each job would be too much.
 */
export class Slots {
  readonly #lanes: PQueue;
  /** The queue whose turn comes next is the first. */
  readonly #queues: SlotQueue[] = [];
  /** Queues whose user has ended. */
  readonly #leaving = new Set<SlotQueue>();
  #limit: number;
  #open = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#lanes = new PQueue({ concurrency: limit });
  }

  get limit(): number {
    return this.#limit;
  }

  /** Slots that are taken: their jobs run, or are about to. */
  get taken(): number {
    return this.#open;
  }

  /** Running jobs go on; a lower limit holds from the next job on. */
  set limit(limit: number) {
    this.#limit = limit;
    this.#lanes.concurrency = limit;
    const waiting = this.#queues.reduce((sum, queue) => sum + queue.waiting, 0);
    for (let more = Math.min(limit - this.#open, waiting); more > 0; more--) this.#openLane();
  }

  /** A further queue, which runs at most `limit` of its jobs at the same time. */
  queue(limit: number): SlotQueue {
    const queue = new SlotQueue(limit, () => {
      if (this.#open < this.#limit) this.#openLane();
    });
    this.#queues.push(queue);
    return queue;
  }

  /** Takes the queue out as soon as it is empty; a job that it still holds is run. */
  remove(queue: SlotQueue): void {
    this.#leaving.add(queue);
    this.#dropIfEmpty(queue);
  }

  #dropIfEmpty(queue: SlotQueue): void {
    if (queue.waiting > 0 || !this.#leaving.delete(queue)) return;
    const index = this.#queues.indexOf(queue);
    if (index !== -1) this.#queues.splice(index, 1);
  }

  #openLane(): void {
    this.#open++;
    void this.#lanes.add(() => this.#work());
  }

  async #work(): Promise<void> {
    while (this.#open <= this.#limit) {
      const queue = this.#nextQueue();
      if (queue === undefined) break;
      const job = queue.begin();
      this.#dropIfEmpty(queue);
      await job?.();
      queue.ended();
    }
    this.#open--;
  }

  /** The next queue that has a job to run, an idle one only where no other job waits; it goes to the end of the row. */
  #nextQueue(): SlotQueue | undefined {
    let index = this.#queues.findIndex((queue) => queue.isReady && !queue.isIdle);
    if (index === -1) index = this.#queues.findIndex((queue) => queue.isReady);
    if (index === -1) return undefined;
    const queue = this.#queues[index]!;
    if (this.#queues.length > 1) this.#queues.push(...this.#queues.splice(index, 1));
    return queue;
  }
}

/** The jobs of one user, run in the order in which they come: urgent ones before all others, idle ones after them. */
export class SlotQueue {
  readonly #limit: number;
  readonly #onJob: () => void;
  readonly #urgent: Job[] = [];
  readonly #jobs: Job[] = [];
  readonly #idle: Job[] = [];
  #idleWaits = false;
  readonly #waitingForRoom: (() => void)[] = [];
  #running = 0;

  /** `onJob`: called when a job has come that may run at once. */
  constructor(limit: number, onJob: () => void) {
    this.#limit = limit;
    this.#onJob = onJob;
  }

  /** Jobs that have not begun. */
  get waiting(): number {
    return this.queued + this.#idle.length;
  }

  /** Those of them that are not idle: an idle one takes no room from others. */
  get queued(): number {
    return this.#urgent.length + this.#jobs.length;
  }

  /** Whether no other than idle jobs wait. */
  get isIdle(): boolean {
    return this.queued === 0;
  }

  /** Whether somebody waits for idle jobs: they run as normal ones then. */
  set idleWaits(waits: boolean) {
    this.#idleWaits = waits;
    if (waits) this.#jobs.push(...this.#idle.splice(0));
  }

  get isReady(): boolean {
    return this.#running < this.#limit && this.waiting > 0;
  }

  /** Resolves when fewer than `jobs` are queued. */
  async room(jobs: number): Promise<void> {
    while (this.queued >= jobs) await new Promise<void>((resolve) => this.#waitingForRoom.push(resolve));
  }

  /** Settles as the job does; `job` must not throw before it gives its promise. */
  run<T>(job: () => Promise<T>, priority: Priority): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#jobsOf(priority).push(() => job().then(resolve, reject));
      if (this.#running < this.#limit) this.#onJob();
    });
  }

  /** The next job, from now on counted as running. */
  begin(): Job | undefined {
    const job = this.#urgent.shift() ?? this.#jobs.shift() ?? this.#idle.shift();
    this.#running++;
    this.#tellOfRoom();
    return job;
  }

  #jobsOf(priority: Priority): Job[] {
    if (priority === 'urgent') return this.#urgent;
    return priority === 'idle' && !this.#idleWaits ? this.#idle : this.#jobs;
  }

  /** A job that was begun has settled. */
  ended(): void {
    this.#running--;
  }

  /**
   * Wakes one waiter for each job that has begun. When no job is left, wakes all: a waiter may have gone away
   * meanwhile.
   */
  #tellOfRoom(): void {
    const told = this.queued === 0 ? this.#waitingForRoom.length : 1;
    for (const resume of this.#waitingForRoom.splice(0, told)) resume();
  }
}
