import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatchQueue, BatchState, Withdrawal } from '../../../src/cluster/queue/batch-queue.ts';
import { fromWire, toWire } from '../../../src/cluster/queue/wire/batch.ts';
import type { Batch, BatchAnswer, WireBatch } from '../../../src/cluster/queue/wire/batch.ts';
import { SyncError } from '../../../src/model/errors.ts';
import type { Dice } from '../trees/dice.ts';
import { turns } from './turn-clock.ts';

/** How likely it is that something goes wrong, for each batch and each answer; 0 to 1. */
export interface BrokerFaults {
  readonly dice: Dice;
  /** A batch, or an answer, is given out again although it was dealt with. */
  readonly repeats: number;
  /** It comes later, and so after others. */
  readonly delays: number;
  /** It is gone. */
  readonly forgets: number;
  /** The worker dies, or is cut off, in the middle of it. */
  readonly losesWorkers: number;
}

interface Held {
  readonly wire: WireBatch;
  readonly id: string;
  state: 'waiting' | 'active';
  deliveries: number;
}

/** A batch in the hands of a worker. */
export interface Delivery {
  readonly redelivered: boolean;
  /** Aborted when the broker gives it to another, or when the worker finds that. */
  readonly lost: AbortSignal;
  /** Throws where nothing may be sent any more: right before each request the worker asks its clock. */
  readonly check: () => void;
}

/** What a worker of the broker does with a batch. */
export type CarryOut = (batch: Batch, delivery: Delivery) => Promise<BatchAnswer>;

/** A broker in memory, which does everything that a broker may do wrong. */
export class MemoryBroker {
  faults: BrokerFaults | undefined;
  /** While it is away every command fails. */
  isAway = false;
  /** What happened, by name. */
  readonly counts = new Map<string, number>();
  readonly #batches = new Map<string, Held>();
  readonly #answers = new Map<string, BatchAnswer>();
  readonly #runs = new Map<string, { readonly run: string; readonly epoch: number; readonly life: number }>();
  /** Counts how often it came back with an older copy. */
  #life = 0;
  /** As the clock of a broker it goes on when what the broker holds is lost. */
  #epochs = 0;
  readonly #listeners = new Map<string, (answer: BatchAnswer) => Promise<void>>();
  readonly #pairOf = new Map<string, string>();
  readonly #working = new Set<Promise<void>>();
  readonly #planned = new Set<{ left: number; readonly happen: () => void }>();
  readonly #carryOut: CarryOut;
  readonly #atOnce: number;

  /** `atOnce`: batches that its workers carry out at the same time; 0: there are no workers. */
  constructor(carryOut: CarryOut, { atOnce = 3 }: { readonly atOnce?: number } = {}) {
    this.#carryOut = carryOut;
    this.#atOnce = atOnce;
  }

  /** Batches and answers that it has. */
  get size(): number {
    return this.#batches.size + this.#answers.size;
  }

  /** Everything in it is gone. */
  flush(): void {
    this.#batches.clear();
    this.#answers.clear();
    this.#runs.clear();
  }

  /** What it holds, to be restored later: what came since is then gone, and what went is back. */
  snapshot(): () => void {
    const [batches, answers, runs] = [
      [...this.#batches].map(([id, held]): [string, Held] => [
        id,
        { ...held, state: 'waiting', deliveries: 1 },
      ]),
      [...this.#answers],
      [...this.#runs],
    ];
    return () => {
      this.flush();
      for (const [id, held] of batches) this.#batches.set(id, held);
      for (const [id, answer] of answers) this.#answers.set(id, answer);
      for (const [pair, run] of runs) this.#runs.set(pair, run);
      this.#life++;
      this.#work();
      this.#tellAll();
    };
  }

  /** Calls back at the nth command from now on. */
  after(commands: number, happen: () => void): void {
    this.#planned.add({ left: commands, happen });
  }

  #count(): void {
    for (const one of this.#planned)
      if (--one.left === 0) {
        this.#planned.delete(one);
        one.happen();
      }
  }

  /** Resolves when no worker is at work. What was to happen later does not. */
  async settled(): Promise<void> {
    this.#planned.clear();
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  queue(pair: string, root: string): BatchQueue {
    const asked = async <T>(answer: () => T): Promise<T> => {
      await nextTurn();
      this.#count();
      if (this.isAway)
        throw new SyncError('queue_unreachable', 'the broker is away', {
          verdict: 'end_run',
          fact: 'out_of_reach',
        });
      return answer();
    };
    const known = (id: string): boolean => this.#batches.has(id) || this.#answers.has(id);
    return {
      name: 'memory',
      claim: (run) =>
        asked(() => {
          const epoch = Math.max(this.#runs.get(pair)?.epoch ?? 0, ++this.#epochs);
          this.#setRun(pair, run, epoch);
          return epoch;
        }),
      reclaim: (run, epoch) =>
        asked(() => {
          if ((this.#runs.get(pair)?.epoch ?? 0) > epoch)
            throw new SyncError('locked', 'another run has taken over', { verdict: 'end_run' });
          this.#setRun(pair, run, epoch);
        }),
      release: (run) =>
        asked(() => {
          if (this.#runs.get(pair)?.run === run) this.#runs.delete(pair);
        }),
      ship: (batch, { again = false } = {}) =>
        asked(() => {
          if (this.#happens('forgets')) return;
          const wire = JSON.parse(JSON.stringify(toWire(batch, root))) as WireBatch;
          this.#later('delays', () => {
            if (!known(batch.id)) this.#add(wire, again);
          });
        }),
      known: (ids) =>
        asked(
          () =>
            new Map(
              ids
                .filter(known)
                .map((id): [string, BatchState] => [id, this.#batches.get(id)?.state ?? 'answered']),
            ),
        ),
      batches: () =>
        asked(() =>
          [...this.#batches.values()].map(({ wire }) => fromWire(wire)).filter((b) => b.pair === pair),
        ),
      withdraw: (id) => asked(() => this.#withdraw(id)),
      active: () => asked(() => [...this.#batches.values()].filter(({ state }) => state === 'active').length),
      answers: () =>
        asked(() => [...this.#answers.values()].filter(({ batch }) => this.#pairOf.get(batch) === pair)),
      acknowledge: (batch) => asked(() => void this.#answers.delete(batch)),
      listen: (listener) =>
        asked(() => {
          if (listener === undefined) this.#listeners.delete(pair);
          else this.#listeners.set(pair, listener);
          this.#tellAll();
        }),
      close: () => Promise.resolve(),
    };
  }

  /** What waited for the run to claim again goes on. */
  #setRun(pair: string, run: string, epoch: number): void {
    this.#runs.set(pair, { run, epoch, life: this.#life });
    this.#work();
  }

  #happens(fault: 'repeats' | 'delays' | 'forgets' | 'losesWorkers'): boolean {
    const happens = this.faults?.dice.chance(this.faults[fault]) === true;
    if (happens) this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
    return happens;
  }

  #later(fault: 'delays', happen: () => void): void {
    if (this.#happens(fault)) void turns(1 + this.faults!.dice.below(120)).then(happen);
    else happen();
  }

  #add(wire: WireBatch, again: boolean): void {
    this.#batches.set(wire.id, { wire, id: wire.id, state: 'waiting', deliveries: again ? 1 : 0 });
    this.#pairOf.set(wire.id, wire.pair);
    this.#work();
  }

  #withdraw(id: string): Withdrawal {
    const held = this.#batches.get(id);
    if (held === undefined) return 'gone';
    if (held.state === 'active') return 'busy';
    this.#batches.delete(id);
    return held.deliveries > 0 ? 'begun' : 'not_begun';
  }

  #work(): void {
    for (const held of this.#batches.values()) {
      if (this.#working.size >= this.#atOnce) return;
      if (held.state === 'active' || this.#isUnconfirmed(held.wire)) continue;
      held.state = 'active';
      held.deliveries++;
      const work = this.#deliver(held).finally(() => {
        this.#working.delete(work);
        this.#work();
      });
      this.#working.add(work);
    }
  }

  /** Its run has not claimed since the broker came back: what names it may be older than the run's last name. */
  #isUnconfirmed({ pair, run }: WireBatch): boolean {
    const counts = this.#runs.get(pair);
    return counts?.run === run && counts.life !== this.#life;
  }

  async #deliver(held: Held): Promise<void> {
    const batch = fromWire(held.wire);
    if (this.#runs.get(batch.pair)?.run !== batch.run) {
      this.#batches.delete(batch.id);
      return;
    }
    const lost = new AbortController();
    const redelivered = held.deliveries > 1;
    const isLost = this.#happens('losesWorkers');
    // of one that is only stopped for a while, Stage still carries out what it had sent
    const isAsleep = isLost && this.faults!.dice.chance(0.3);
    const lose = (): void => lost.abort(new Error('the lock is lost'));
    let isOver = false;
    if (isLost)
      void turns(this.faults!.dice.below(80)).then(() => {
        isOver = true;
        held.state = 'waiting';
        if (!isAsleep) lose();
        this.#work();
      });
    const check = (): void => {
      if (isOver) lose();
      lost.signal.throwIfAborted();
    };
    let answer: BatchAnswer;
    try {
      answer = await this.#carryOut(batch, { redelivered, lost: lost.signal, check });
    } catch {
      if (this.#batches.get(batch.id) === held) held.state = 'waiting';
      return;
    }
    // a worker that was asleep finds that the batch is somebody else's
    if (isLost && held.state === 'waiting') return;
    if (!this.#happens('forgets')) this.#answers.set(batch.id, answer);
    if (this.#batches.get(batch.id) === held) this.#batches.delete(batch.id);
    if (this.#happens('repeats')) this.#add(held.wire, true);
    this.#later('delays', () => this.#tell(answer));
  }

  #tellAll(): void {
    for (const answer of this.#answers.values()) this.#tell(answer);
  }

  #tell(answer: BatchAnswer): void {
    const listener = this.#listeners.get(this.#pairOf.get(answer.batch)!);
    if (listener === undefined || !this.#answers.has(answer.batch)) return;
    const repeats = this.#happens('repeats');
    void listener(answer).then(
      () => {
        this.#answers.delete(answer.batch);
        if (repeats) void listener(answer).catch(() => undefined);
      },
      () => undefined,
    );
  }
}
