import { SyncError } from '../../../src/model/errors.ts';
import type { BatchQueue } from '../../../src/cluster/queue/batch-queue.ts';
import type { Destination, Source } from '../../../src/model/ports.ts';
import { Gate } from '../../../src/remote/gate/gate.ts';
import type { PassOptions } from '../../../src/sync/pass-options.ts';
import { createStageClock } from '../stage/stage-clock.ts';
import { createDice } from '../trees/dice.ts';
import type { Dice } from '../trees/dice.ts';
import { MemoryBroker, type CarryOut } from './memory-broker.ts';
import { queuedTransfers, workersOf } from './queued-pair.ts';
import { createTurnClock } from './turn-clock.ts';

/** A queue and its workers for one trial; chance decides what goes wrong with them. */
export class TrialQueue {
  readonly #broker: MemoryBroker;
  readonly #queue: BatchQueue;
  readonly #dice: Dice;
  #isDisturbed = false;
  /** How likely it is that a batch comes to a worker that has lost its mount; 0 to 1. */
  #blindness = 0;
  readonly #source: Source;

  constructor({
    seed,
    source,
    patient,
    impatient,
  }: {
    readonly seed: number;
    readonly source: Source;
    /** Waits for every answer. */
    readonly patient: Destination;
    /** Waits for no answer for long: some never come while things go wrong. */
    readonly impatient: Destination;
  }) {
    this.#source = source;
    this.#dice = createDice(seed ^ 0x3c9d_a71b);
    const clock = createStageClock();
    const gate = new Gate(clock);
    const to = (destination: Destination, from = source): CarryOut =>
      workersOf({ ends: { source: from, destination, gate }, clock });
    const [slow, quick, blind] = [to(patient), to(impatient), to(impatient, withoutMount(source))];
    this.#broker = new MemoryBroker((...batch) => {
      if (!this.#isDisturbed) return slow(...batch);
      return (this.#dice.chance(this.#blindness) ? blind : quick)(...batch);
    });
    this.#queue = this.#broker.queue('trial', patient.root);
  }

  /** Things go wrong with the queue during the pass. */
  disturbed(): PassOptions['transfers'] {
    this.#isDisturbed = true;
    const dice = this.#dice;
    const chance = (most: number): number => dice.next() * most;
    this.#broker.faults = {
      dice,
      repeats: chance(0.4),
      delays: chance(0.5),
      forgets: chance(0.3),
      losesWorkers: chance(0.3),
    };
    this.#blindness = dice.chance(0.2) ? chance(0.6) : 0;
    if (dice.chance(0.3)) this.#later(() => this.#broker.flush());
    // a copy from before the pass would bring back what the pass has taken back
    if (dice.chance(0.3)) this.#later(() => this.#later(this.#broker.snapshot()));
    return this.#transfers();
  }

  /** Nothing goes wrong with it. */
  undisturbed(): PassOptions['transfers'] {
    this.#isDisturbed = false;
    this.#broker.faults = undefined;
    return this.#transfers();
  }

  /** Resolves when no worker sends anything more. */
  async settled(): Promise<void> {
    this.#broker.faults = undefined;
    await this.#broker.settled();
  }

  #transfers(): PassOptions['transfers'] {
    const [queue, source] = [this.#queue, this.#source];
    return queuedTransfers({ queue, source, clock: createTurnClock(), pair: 'trial' });
  }

  #later(happen: () => void): void {
    this.#broker.after(1 + this.#dice.below(60), happen);
  }
}

/** The same source as a worker sees it whose mount went away. */
const withoutMount = (source: Source): Source => ({
  ...source,
  read: ({ path }) =>
    Promise.reject(
      new SyncError('entry_gone', (name) => `${name} is gone from the source since it was listed`, {
        verdict: 'skip_entry',
        fact: 'gone',
        operation: 'read',
        path,
      }),
    ),
});
