import type { BatchQueue } from '../../../src/cluster/queue/batch-queue.ts';
import type { Destination, Source } from '../../../src/model/ports.ts';
import { Gate } from '../../../src/remote/gate/gate.ts';
import type { PassOptions } from '../../../src/sync/pass-options.ts';
import { createStageClock } from '../stage/stage-clock.ts';
import { createDice } from '../trees/dice.ts';
import type { Dice } from '../trees/dice.ts';
import { MemoryBroker } from './memory-broker.ts';
import { fasterClock, queuedTransfers, workersOf } from './queued-pair.ts';

/** Milliseconds for a second of the queue. */
const SECOND_MS = 4;

/** A queue and its workers for one trial; chance decides what goes wrong with them. */
export class TrialQueue {
  readonly #broker: MemoryBroker;
  readonly #queue: BatchQueue;
  readonly #dice: Dice;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor({
    seed,
    source,
    destination,
  }: {
    readonly seed: number;
    readonly source: Source;
    readonly destination: Destination;
  }) {
    this.#dice = createDice(seed ^ 0x3c9d_a71b);
    const clock = createStageClock();
    const ends = { source, destination, gate: new Gate(clock) };
    this.#broker = new MemoryBroker(workersOf({ ends, clock }));
    this.#queue = this.#broker.queue('trial', destination.root);
  }

  /** Things go wrong with the queue during the pass. */
  disturbed(): PassOptions['transfers'] {
    const dice = this.#dice;
    const chance = (most: number): number => dice.next() * most;
    this.#broker.faults = {
      dice,
      repeats: chance(0.4),
      delays: chance(0.5),
      forgets: chance(0.3),
      losesWorkers: chance(0.3),
    };
    if (dice.chance(0.3)) this.#later(() => this.#broker.flush());
    // a copy from before the pass would bring back what the pass has taken back
    if (dice.chance(0.3)) this.#later(() => this.#later(this.#broker.snapshot()));
    return queuedTransfers(this.#queue, fasterClock(SECOND_MS), 'trial');
  }

  /** Nothing goes wrong with it. */
  undisturbed(): PassOptions['transfers'] {
    this.#broker.faults = undefined;
    return queuedTransfers(this.#queue, fasterClock(SECOND_MS), 'trial');
  }

  /** Resolves when no worker sends anything more. */
  async settled(): Promise<void> {
    this.#broker.faults = undefined;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#broker.settled();
  }

  #later(happen: () => void): void {
    this.#timers.add(setTimeout(happen, 5 + this.#dice.below(40)));
  }
}
