import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { BatchService } from '../../cluster/queue/bull/batch-service.ts';
import type { QueueServer } from '../../cluster/queue/bull/open-queue.ts';
import {
  leaveAll,
  listAllWorkers,
  listDeployments,
  listWorkers,
} from '../../cluster/queue/bull/worker-list.ts';
import { openBatchTransfers } from '../../cluster/queue/worker/batch-transfers.ts';
import { carryOut } from '../../cluster/queue/worker/carry-out.ts';
import type { HeldBatch } from '../../cluster/queue/worker/held-batch.ts';
import type { Batch, BatchAnswer } from '../../cluster/queue/wire/batch.ts';
import { openFileLimit } from '../../disk/open-files.ts';
import type { QueueWorker } from '../../model/cluster/queue-state.ts';
import { SyncError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { mostLanesWithin, type Concurrency } from '../../remote/gate/lanes.ts';
import type { Gate } from '../../remote/gate/gate.ts';
import { systemClock } from '../../sync/clock.ts';
import { PASS_DEFAULTS } from '../../sync/pass-defaults.ts';
import type { Authority } from '../authority.ts';
import type { Surroundings } from '../surroundings.ts';
import { openServer } from './open-server.ts';
import type { QueuePlace } from './queue-place.ts';
import { WorkerEndsByAddress } from './worker-ends.ts';

export interface ServeTransfersOptions {
  readonly place: QueuePlace;
  readonly around: Surroundings;
  readonly authority: Authority;
  /** IDs of deployments. None: all that there are batches for. */
  readonly deployments: readonly string[];
  readonly localRoots: readonly string[];
  readonly concurrency: Concurrency;
  readonly bytesPerSecond: number | undefined;
  readonly maxWaitMs: number;
  /** Called once it takes batches. */
  readonly onReady?: ((about: { readonly name: string; readonly queue: string }) => void) | undefined;
  /** Called for each batch that was carried out, with the milliseconds that it took. */
  readonly onBatch?: ((answer: BatchAnswer, ms: number) => void) | undefined;
}

/** What a worker is doing, for its HTTP server. */
export interface WorkerState {
  readonly name: string;
  readonly lanes: number;
  /** Requests that are under way, or that wait for the pace. */
  readonly lanesBusy: number;
  readonly transfers: number;
  readonly batches: number;
  readonly isQueueUp: boolean;
}

/** Milliseconds between two notes that this worker is there, and two looks for deployments that have come. */
const NOTE_MS = 2000;
/** Milliseconds without an answer of the queue after which the worker ends with an error: whoever started it starts it again. */
const WATCHDOG_MS = 120_000;

/** A worker: takes batches until it is told to stop. */
export class TransferWorker {
  readonly name = `${hostname()}-${randomBytes(4).toString('hex')}`;
  readonly #options: ServeTransfersOptions;
  readonly #mostLanes = mostLanesWithin(openFileLimit());
  readonly #services = new Map<string, BatchService>();
  readonly #gates = new Set<Gate>();
  readonly #rooms: (() => void)[] = [];
  #transfers = 0;
  /** Of batches that were taken, and that nothing is carried out of yet. */
  #coming = 0;
  #batches = 0;
  #heardAt = systemClock.elapsed();
  #hasToldStrange = false;
  readonly #sinceMs = systemClock.now();

  constructor(options: ServeTransfersOptions) {
    this.#options = options;
  }

  get state(): WorkerState {
    return {
      name: this.name,
      lanes: this.#lanes,
      lanesBusy: this.#lanesBusy,
      transfers: this.#transfers,
      batches: this.#batches,
      isQueueUp: systemClock.elapsed() - this.#heardAt < NOTE_MS * 2,
    };
  }

  /**
   * Resolves when it was told to stop and has finished what it had. Rejects as openQueueServer does, and with `queue_unreachable`
   * when the queue has been away for two minutes.
   */
  async run(): Promise<void> {
    const { place, around, onReady } = this.#options;
    const clientName = `stagesync-worker-${this.name}`;
    const server = await openServer(place, { folder: around.folder, clientName });
    await using ends = new WorkerEndsByAddress({
      ...this.#options,
      mostLanes: this.#mostLanes,
    });
    try {
      if (server.warning !== undefined) around.tell?.(server.warning);
      onReady?.({ name: this.name, queue: server.shown });
      await this.#serve(server, ends);
    } finally {
      await Promise.all([...this.#services.values()].map((service) => service.close()));
      await server.close();
    }
  }

  async #serve(server: QueueServer, ends: WorkerEndsByAddress): Promise<void> {
    const { draining, signal } = this.#options.around;
    while (!draining.aborted) {
      try {
        await this.#tell(server, ends);
        this.#heardAt = systemClock.elapsed();
      } catch (error) {
        if (systemClock.elapsed() - this.#heardAt > WATCHDOG_MS) throw away(server.shown, error);
      }
      await systemClock.sleep(NOTE_MS, draining).catch(() => undefined);
    }
    const drained = Promise.all([
      ...[...this.#services.values()].map((service) => service.drain()),
      leaveAll(server.client, this.name).catch(() => undefined),
    ]);
    await Promise.race([drained, aborted(signal)]);
  }

  /** Tells that this worker is there, and serves what deployments have come. */
  async #tell(server: QueueServer, ends: WorkerEndsByAddress): Promise<void> {
    const { deployments } = this.#options;
    const wanted = deployments.length > 0 ? deployments : await listDeployments(server.client);
    for (const deployment of wanted) {
      if (!this.#services.has(deployment))
        this.#services.set(deployment, this.#open(server, ends, deployment));
      await listWorkers(server.client, deployment, this.#note);
    }
    await listAllWorkers(server.client, this.#note);
  }

  get #note(): QueueWorker {
    const { name, lanes, transfers, batches } = this.state;
    const { pid } = this.#options.around;
    return { name, host: hostname(), pid, sinceMs: this.#sinceMs, lanes, transfers, batches };
  }

  #open(server: QueueServer, ends: WorkerEndsByAddress, deployment: string): BatchService {
    return new BatchService({
      server,
      deployment,
      name: this.name,
      clock: systemClock,
      room: () => this.#room(),
      coming: (transfers) => this.#come(transfers),
      carryOut: (batch, held, delivery) => this.#carryOut(batch, held, { ...delivery, ends }),
      onStrange: (why) => this.#tellStrange(server.shown, why),
    });
  }

  /** Once: whoever can write there can write it often. */
  #tellStrange(queue: string, why: string): void {
    if (this.#hasToldStrange) return;
    this.#hasToldStrange = true;
    this.#options.around.tell?.(
      `something in ${queue} is no batch, and was dropped: ${printable(why)}; others that write there should have a Redis of their own`,
    );
  }

  /** As many as all gates together take, and a batch more, so that none of them waits for the next batch. */
  async #room(): Promise<void> {
    while (this.#transfers + this.#coming >= this.#lanes)
      await new Promise<void>((resolve) => this.#rooms.push(resolve));
  }

  #come(transfers: number): () => void {
    let coming = transfers;
    this.#coming += coming;
    return () => {
      this.#coming -= coming;
      coming = 0;
      this.#resume();
    };
  }

  #resume(): void {
    for (const resume of this.#rooms.splice(0)) resume();
  }

  get #lanes(): number {
    const { concurrency } = this.#options;
    if (concurrency !== 'auto') return concurrency;
    let lanes = 0;
    for (const gate of this.#gates) lanes += Math.min(this.#mostLanes, gate.slots.limit);
    return Math.max(1, lanes);
  }

  get #lanesBusy(): number {
    let busy = 0;
    for (const { slots } of this.#gates) busy += slots.taken;
    return busy;
  }

  async #carryOut(
    batch: Batch,
    held: HeldBatch,
    { redelivered, ends }: { readonly redelivered: boolean; readonly ends: WorkerEndsByAddress },
  ): Promise<BatchAnswer> {
    const { concurrency, maxWaitMs, around } = this.#options;
    const lost = AbortSignal.any([held.lost, around.signal]);
    const startedAt = systemClock.elapsed();
    this.#batches++;
    this.#transfers += batch.items.length;
    let left = batch.items.length;
    const ended = (count: number): void => {
      left -= count;
      this.#transfers -= count;
      this.#resume();
    };
    try {
      const opened = await ends.of(batch, { signal: lost });
      this.#gates.add(opened.gate);
      const pace = {
        concurrency,
        mostLanes: this.#mostLanes,
        attempts: PASS_DEFAULTS.attempts,
        maxWaitMs,
        clock: systemClock,
      };
      using transfers = openBatchTransfers(opened, { lost, check: () => held.check() }, pace);
      const answer = await carryOut({
        batch,
        transfers,
        redelivered,
        lost,
        worker: this.name,
        onEnd: () => ended(1),
      });
      await ends.checkAnswer(batch, answer);
      this.#options.onBatch?.(answer, systemClock.elapsed() - startedAt);
      return answer;
    } finally {
      this.#batches--;
      ended(left);
    }
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

const away = (shown: string, cause: unknown): SyncError =>
  new SyncError(
    'queue_unreachable',
    `${shown} has not answered for two minutes; this worker ends, so that whoever started it starts a fresh one`,
    { verdict: 'end_run', cause },
  );
