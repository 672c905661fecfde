import {
  NO_LEASE,
  holderOf,
  released,
  renewed,
  taken,
  type FormerLeader,
  type LeaseState,
} from '../../src/cluster/lease/lease-rules.ts';
import { isGivenUp, leaseTimes, leftSince } from '../../src/cluster/lease/lease-times.ts';
import { waitToLead, type SeenLease } from '../../src/cluster/lease/wait-to-lead.ts';
import type { Model } from './explore.ts';

/*
 * Two files, each renamed in the source from its name P to its name Q: an upload by a worker, then a removal. Two machines take turns
 * to lead; a worker uploads; a broker carries batches and results; somebody else writes to the Stage. Sets of files are bits.
 */

const FILES = [1, 2];
const BOTH = 3;
/** In milliseconds: the holder gives up after two ticks, the store after three. */
const TICK = 1000;
const TTL = 2500;
const OWN = leaseTimes(TTL).ownMs;
/** Of the store. */
const LIFE = 'this';

export type Content = 'none' | 'ours' | 'theirs';

interface Machine {
  readonly phase: 'standby' | 'waits' | 'leads' | 'down' | 'absent';
  readonly isPaused: boolean;
  readonly epoch: number;
  /** Milliseconds since its last renewal, and until it may lead. */
  readonly since: number;
  readonly waits: number;
  /** The lease of another as it saw it last, or its own that has ended. */
  readonly seen: SeenLease | undefined;
  readonly pass: 'none' | 'sending' | 'removing' | 'saving' | 'done';
  readonly outstanding: number;
  /** Files that were looked at, and are removed next. */
  readonly looked: number;
  /** Its ledger: what is ours under P and under Q. */
  readonly rowsP: number;
  readonly rowsQ: number;
  /** Whether its ledger goes on from the copy that is there. */
  readonly isOfCopy: boolean;
}

export interface World {
  readonly machines: readonly [Machine, Machine];
  /** Its times are left, not since: `untilMs` counts down. */
  readonly lease: LeaseState;
  readonly atP: readonly [Content, Content];
  readonly atQ: number;
  readonly queue: number;
  /** Batches of a run that does not count any more. */
  readonly stale: number;
  readonly worker: { readonly file: number; readonly isPut: boolean };
  /** Results that wait, of each file. */
  readonly results: readonly [number, number];
  readonly copy: { readonly rowsP: number; readonly rowsQ: number; readonly epoch: number };
  readonly left: Budget;
  /** What went wrong for good. */
  readonly harm: string | undefined;
}

/** How much may go wrong. */
export interface Budget {
  readonly kills: number;
  readonly pauses: number;
  readonly redeliveries: number;
  /** The broker loses its batches and results. */
  readonly losses: number;
  /** The broker forgets the lease, and every leader before. */
  readonly forgets: number;
  /** Somebody deletes the lease, or sets the clock of the broker forward. */
  readonly deletions: number;
  /** The broker comes back as it was before the last leader. */
  readonly returns: number;
  /** A daemon is asked to end. */
  readonly stops: number;
  /** A worker of another API takes a batch. */
  readonly strangers: number;
  /** The broker gives out a batch once more, after its answer. */
  readonly repeats: number;
  /** Files of others appear. */
  readonly writes: number;
}

/** Parts of the protocol that can be left out, to see that a law needs them. */
export interface Without {
  readonly fence?: boolean;
  readonly ownDeadline?: boolean;
  readonly waitForForgotten?: boolean;
  readonly sweep?: boolean;
  readonly barrier?: boolean;
  readonly knownResults?: boolean;
  readonly look?: boolean;
  readonly epochOfCopies?: boolean;
  /** Whoever has not seen the lease run out waits. */
  readonly waitOfNewcomers?: boolean;
  readonly lifeOfStore?: boolean;
  /** Who ends while it waits to lead does not say that nobody leads. */
  readonly withdrawal?: boolean;
  readonly originOfBatches?: boolean;
  readonly namesOfRuns?: boolean;
}

const NOTHING: Budget = {
  kills: 0,
  pauses: 0,
  redeliveries: 0,
  losses: 0,
  forgets: 0,
  deletions: 0,
  returns: 0,
  stops: 0,
  strangers: 0,
  repeats: 0,
  writes: 0,
};

const MACHINE: Machine = {
  phase: 'standby',
  isPaused: false,
  epoch: 0,
  since: 0,
  waits: 0,
  seen: undefined,
  pass: 'none',
  outstanding: 0,
  looked: 0,
  rowsP: 0,
  rowsQ: 0,
  isOfCopy: false,
};

type Step = readonly [name: string, next: World];
const NAMES = ['A', 'B'] as const;

/** `files`: with two of them there is one machine alone, which keeps the states few enough. */
export function leaderProtocol(files: 1 | 2, budget: Partial<Budget>, without: Without = {}): Model<World> {
  const left = { ...NOTHING, ...budget };
  const rules = new Rules(without);
  return {
    first: {
      machines: [MACHINE, files === 2 ? { ...MACHINE, phase: 'absent' } : MACHINE],
      // a leader of before is remembered
      lease: {
        ...NO_LEASE,
        last: { epoch: 0, ttlMs: TTL, wasReleased: true, life: LIFE },
      },
      atP: files === 2 ? ['ours', 'ours'] : ['ours', 'none'],
      // the second file has moved already
      atQ: files === 2 ? 0 : 2,
      queue: 0,
      stale: 0,
      worker: { file: 0, isPut: false },
      results: [0, 0],
      copy: { rowsP: files === 2 ? BOTH : 1, rowsQ: files === 2 ? 0 : 2, epoch: 0 },
      left,
      harm: undefined,
    },
    key: keyOf,
    *steps(world) {
      for (const [name, next] of rules.all(world)) yield [name, normal(next)];
    },
    broken: (world) => rules.broken(world),
    brokenInTheEnd: (world) => rules.brokenInTheEnd(world),
  };
}

class Rules {
  readonly #without: Without;
  /** Worlds from which everything comes to a good end. */
  readonly #endsWell = new Set<string>();

  constructor(without: Without) {
    this.#without = without;
  }

  *all(world: World): Generator<Step> {
    yield* this.faults(world);
    yield ['time passes', this.ticked(world)];
    yield* this.worker(world);
    for (const at of [0, 1] as const) yield* this.machine(world, at);
  }

  *machine(world: World, at: 0 | 1): Generator<Step> {
    const machine = world.machines[at];
    if (machine.isPaused || machine.phase === 'down' || machine.phase === 'absent') return;
    const name = NAMES[at];
    if (machine.phase === 'standby') {
      const asked = { id: name, ttlMs: TTL, nowMs: 0, life: LIFE, wallMs: topEpoch(world) + 1 };
      const answer = taken(world.lease, asked);
      if (answer === undefined) {
        const { last, untilMs } = world.lease;
        const isOver = isGivenUp({ ttlMs: TTL, leftMs: untilMs });
        const seen = { epoch: last!.epoch, ttlMs: TTL, isGivenUp: isOver };
        if (seen.epoch !== machine.seen?.epoch || (isOver && !machine.seen.isGivenUp))
          yield [`${name} hears who leads`, withMachine(world, at, { ...machine, seen })];
        return;
      }
      const waits = this.waits(answer.former, machine.seen);
      const next = { ...machine, phase: 'waits', epoch: answer.epoch, since: 0, waits } as const;
      yield [`${name} takes the lease`, { ...withMachine(world, at, next), lease: answer.state }];
      return;
    }
    if (!this.holds(machine)) {
      yield [`${name} stands by again`, gone(world, at, 'standby')];
    } else if (machine.since > 0) {
      const lease = renewed(world.lease, { id: name, ttlMs: TTL, nowMs: 0, life: LIFE });
      const next = withMachine(world, at, { ...machine, since: lease === undefined ? this.#longest : 0 });
      // a lease that another has by now is no reason to go on
      yield [`${name} renews`, lease === undefined ? next : { ...next, lease }];
    }
    if (machine.phase === 'waits') {
      if (machine.waits === 0 && this.holds(machine)) yield [`${name} leads`, led(world, at)];
      return;
    }
    yield* this.pass(world, at);
  }

  *pass(world: World, at: 0 | 1): Generator<Step> {
    const machine = world.machines[at];
    const name = NAMES[at];
    const mayCommit = this.isThrough(machine);
    switch (machine.pass) {
      case 'none':
        // what a worker has begun for a run before is waited for
        if (mayCommit && world.worker.file === 0) yield [`${name} sends`, sent(world, at)];
        break;
      case 'sending':
        yield* this.sending(world, at, mayCommit);
        break;
      case 'removing':
        yield* this.removing(world, at, mayCommit);
        break;
      case 'saving':
        if (mayCommit || this.#without.epochOfCopies === true)
          yield [`${name} puts its ledger`, this.saved(world, at)];
        break;
      case 'done':
        break;
    }
  }

  *sending(world: World, at: 0 | 1, mayCommit: boolean): Generator<Step> {
    const machine = world.machines[at];
    const name = NAMES[at];
    for (const file of FILES) {
      const known = (machine.outstanding & file) !== 0;
      if (mayCommit && world.results[file - 1]! > 0) {
        const counted = this.#without.knownResults === true;
        // whoever counts results instead of knowing them takes one that comes twice for another
        const settled = known ? file : counted ? machine.outstanding & -machine.outstanding : 0;
        const next = withMachine(world, at, {
          ...machine,
          outstanding: machine.outstanding & ~settled,
          rowsQ: machine.rowsQ | settled,
        });
        yield [`${name} takes the result of ${file}`, { ...next, results: addTo(world.results, file, -1) }];
      }
      const isSomewhere = (world.queue | world.worker.file) & file || world.results[file - 1]! > 0;
      if (known && !isSomewhere && this.#without.sweep !== true) {
        const counts = !world.machines.some(({ epoch, pass }) => epoch > machine.epoch && pass !== 'none');
        const queued = counts ? { queue: world.queue | file } : { stale: world.stale | file };
        yield [`${name} sends ${file} again`, { ...world, ...queued }];
      }
    }
    const isFenced = this.#without.namesOfRuns !== true;
    // repetitions that wait are taken back, and one that a worker has begun is waited for
    if (isFenced && world.worker.file !== 0) return;
    if (machine.outstanding === 0 || this.#without.barrier === true)
      yield [
        `${name} begins to remove`,
        {
          ...withMachine(world, at, { ...machine, pass: 'removing' }),
          queue: isFenced ? 0 : world.queue,
        },
      ];
  }

  *removing(world: World, at: 0 | 1, mayCommit: boolean): Generator<Step> {
    const machine = world.machines[at];
    const name = NAMES[at];
    for (const file of FILES) {
      if ((machine.rowsP & file) === 0) continue;
      if ((machine.looked & file) !== 0) {
        if (this.isThrough(machine)) yield [`${name} removes ${file}`, removed(world, at, file)];
        continue;
      }
      const isOurs = world.atP[file - 1] === 'ours' || this.#without.look === true;
      if (isOurs)
        yield [
          `${name} looks at ${file}`,
          withMachine(world, at, { ...machine, looked: machine.looked | file }),
        ];
      else if (mayCommit)
        yield [
          `${name} leaves ${file}`,
          withMachine(world, at, { ...machine, rowsP: machine.rowsP & ~file }),
        ];
    }
    if (machine.rowsP === 0)
      yield [`${name} has removed`, withMachine(world, at, { ...machine, pass: 'saving' })];
  }

  saved(world: World, at: 0 | 1): World {
    const machine = world.machines[at];
    const { rowsP, rowsQ, epoch } = machine;
    const isOver = world.copy.epoch > epoch;
    if (isOver && this.#without.epochOfCopies !== true)
      return withMachine(world, at, { ...ended(machine), since: OWN });
    const others = world.machines.map((each) => ({ ...each, isOfCopy: false })) as [Machine, Machine];
    const next = { ...world, machines: others, copy: { rowsP, rowsQ, epoch } };
    const done = withMachine(next, at, { ...machine, pass: 'done', isOfCopy: true });
    return isOver ? { ...done, harm: 'a ledger of an earlier leader took the place of a later one' } : done;
  }

  *worker(world: World): Generator<Step> {
    const { worker, queue, stale } = world;
    if (worker.file === 0) {
      if (stale !== 0) yield ['the worker drops batches of a run that is over', { ...world, stale: 0 }];
      for (const file of FILES)
        if ((queue & file) !== 0)
          yield [
            `the worker takes ${file}`,
            { ...world, queue: queue & ~file, worker: { file, isPut: false } },
          ];
    } else if (worker.isPut) {
      const results = addTo(world.results, worker.file, 1);
      yield [`the worker tells of ${worker.file}`, { ...world, results, worker: { file: 0, isPut: false } }];
    } else {
      const isBehind = world.machines.some(
        (machine) => (machine.pass === 'removing' || machine.pass === 'saving') && this.holds(machine),
      );
      yield [
        `the worker puts ${worker.file}`,
        {
          ...world,
          atQ: world.atQ | worker.file,
          worker: { ...worker, isPut: true },
          harm: isBehind ? 'a file is sent again while others are removed' : world.harm,
        },
      ];
    }
  }

  *queueFaults(world: World, less: (what: keyof Budget) => Budget): Generator<Step> {
    const { left, queue, worker, results } = world;
    if (left.strangers > 0 && worker.file === 0)
      for (const file of FILES)
        if ((queue & file) !== 0) {
          const isTaken = this.#without.originOfBatches === true;
          const taken = { queue: queue & ~file, results: addTo(results, file, 1) };
          yield [
            `a worker of another API takes ${file}${isTaken ? '' : ', and gives it back'}`,
            { ...world, ...(isTaken && taken), left: less('strangers') },
          ];
        }
    if (left.repeats > 0)
      for (const file of FILES) {
        if ((world.atQ & file) === 0 || world.machines.every(({ pass }) => pass === 'none')) continue;
        // the run has another name once it removes
        const isOver =
          this.#without.namesOfRuns !== true &&
          world.machines.some(({ pass }) => pass !== 'sending' && pass !== 'none');
        const queued = isOver ? { stale: world.stale | file } : { queue: queue | file };
        yield [`${file} is given out once more`, { ...world, ...queued, left: less('repeats') }];
      }
  }

  *faults(world: World): Generator<Step> {
    const { left, worker } = world;
    const less = (what: keyof Budget): Budget => ({ ...left, [what]: left[what] - 1 });
    for (const at of [0, 1] as const) {
      const machine = world.machines[at];
      const name = NAMES[at];
      if (machine.isPaused)
        yield [`${name} wakes up`, withMachine(world, at, { ...machine, isPaused: false })];
      else if (machine.phase === 'down')
        yield [`${name} starts again`, withMachine(world, at, { ...machine, phase: 'standby' })];
      else if (machine.phase === 'leads' || machine.phase === 'waits') {
        if (left.stops > 0 && this.holds(machine)) {
          const hasLed = machine.phase === 'leads' || this.#without.withdrawal === true;
          const lease = released(world.lease, { id: name, hasLed });
          yield [`${name} ends`, { ...gone({ ...world, lease }, at, 'down'), left: less('stops') }];
        }
        if (left.kills > 0) yield [`${name} is killed`, { ...gone(world, at, 'down'), left: less('kills') }];
        if (left.pauses > 0)
          yield [
            `${name} stands still`,
            { ...withMachine(world, at, { ...machine, isPaused: true }), left: less('pauses') },
          ];
      }
    }
    if (left.redeliveries > 0 && worker.file !== 0) {
      const again = { ...world, queue: world.queue | worker.file, left: less('redeliveries') };
      yield [`${worker.file} is delivered again`, again];
      yield ['the worker dies', { ...again, worker: { file: 0, isPut: false } }];
    }
    if (left.losses > 0 && (world.queue !== 0 || world.results.some((count) => count > 0)))
      yield ['the broker loses all batches', { ...world, queue: 0, results: [0, 0], left: less('losses') }];
    yield* this.brokerFaults(world, less);
    yield* this.queueFaults(world, less);
    if (left.writes > 0)
      for (const file of FILES) {
        // what comes between the look and the removal of who leads is beyond any client
        const isWindow = world.machines.some(
          (machine) => (machine.looked & file) !== 0 && this.holds(machine),
        );
        if (world.atP[file - 1] !== 'theirs' && !isWindow)
          yield [
            `somebody writes ${file}`,
            { ...world, atP: withContent(world.atP, file, 'theirs'), left: less('writes') },
          ];
      }
  }

  *brokerFaults(world: World, less: (what: keyof Budget) => Budget): Generator<Step> {
    const { left, lease } = world;
    const { last } = lease;
    const isHeld = holderOf(lease, 0) !== undefined;
    if (left.forgets > 0 && isHeld)
      yield ['the broker forgets the lease', { ...world, lease: NO_LEASE, left: less('forgets') }];
    if (left.deletions > 0 && isHeld)
      yield [
        'somebody deletes the lease',
        { ...world, lease: { ...lease, untilMs: 0 }, left: less('deletions') },
      ];
    if (last === undefined) return;
    if (left.returns > 0 && isHeld)
      yield [
        'the broker comes back as it was',
        {
          ...world,
          lease: {
            ...NO_LEASE,
            last: { ...last, epoch: -1, wasReleased: true, life: 'before' },
          },
          left: less('returns'),
        },
      ];
  }

  /** How long it waits before it leads. */
  waits(former: FormerLeader | undefined, seen: SeenLease | undefined): number {
    const { waitForForgotten, waitOfNewcomers, lifeOfStore } = this.#without;
    if (waitForForgotten === true && former === undefined) return 0;
    if (waitOfNewcomers === true && former !== undefined && former.isOfThisLife) return 0;
    const known = former && { ...former, isOfThisLife: former.isOfThisLife || lifeOfStore === true };
    return waitToLead(known, seen, { ttlMs: TTL });
  }

  /** Whether it takes the lease for its own, by its own clocks. */
  holds({ phase, since }: Machine): boolean {
    if (phase !== 'leads' && phase !== 'waits') return false;
    if (this.#without.ownDeadline === true) return since < 2 * TTL;
    const clock = { elapsed: () => since, now: () => since };
    return leftSince({ elapsedMs: 0, wallMs: 0 }, OWN, clock) > 0;
  }

  /** What the fence says. */
  isThrough(machine: Machine): boolean {
    return this.#without.fence === true || this.holds(machine);
  }

  broken(world: World): string | undefined {
    if (world.harm !== undefined) return world.harm;
    const leaders = world.machines.filter((machine) => machine.phase === 'leads' && this.holds(machine));
    return leaders.length > 1 ? 'two lead at once' : undefined;
  }

  /** From here on nothing goes wrong any more: the pass ends, and the Stage is as the source. */
  brokenInTheEnd(from: World): string | undefined {
    let world: World = normal({
      ...from,
      machines: from.machines.map((each) => ({
        ...each,
        isPaused: false,
        phase: each.phase === 'down' ? 'standby' : each.phase,
      })) as [Machine, Machine],
    });
    const way: string[] = [];
    for (let count = 0; count < 400; count++) {
      const key = keyOf({ ...world, left: NOTHING });
      const done = world.machines.find((machine) => machine.pass === 'done' && this.holds(machine));
      const broken = done === undefined ? world.harm : inStep(world);
      if (broken !== undefined) return broken;
      if (done !== undefined || this.#endsWell.has(key)) {
        for (const each of way) this.#endsWell.add(each);
        return undefined;
      }
      way.push(key);
      world = normal(this.next(world));
    }
    return 'a pass does not end';
  }

  /** What happens next where nothing goes wrong. */
  next(world: World): World {
    for (const at of [0, 1] as const) {
      const [step] = this.machine(world, at);
      if (step !== undefined) return step[1];
    }
    const [work] = this.worker(world);
    return work === undefined ? this.ticked(world) : work[1];
  }

  /** Milliseconds after which it has given up. */
  get #longest(): number {
    return this.#without.ownDeadline === true ? 2 * TTL : OWN;
  }

  ticked(world: World): World {
    const { lease } = world;
    return {
      ...world,
      lease: {
        ...lease,
        untilMs: later(lease.untilMs),
      },
      machines: world.machines.map((machine) => ({
        ...machine,
        since:
          machine.phase === 'leads' || machine.phase === 'waits'
            ? Math.min(this.#longest, machine.since + TICK)
            : 0,
        waits: later(machine.waits),
      })) as [Machine, Machine],
    };
  }
}

/** What is left of it after a tick. */
const later = (ms: number): number => Math.max(0, ms - TICK);

/** Everything in memory is gone; its ledger stays. */
const ended = (machine: Machine): Machine => ({
  ...machine,
  pass: 'none',
  outstanding: 0,
  looked: 0,
  waits: 0,
});

/** It does not lead any more. Its lease runs out: it campaigns as a new candidate. */
function gone(world: World, at: 0 | 1, phase: 'standby' | 'down'): World {
  const { lease } = world;
  const holder = lease.holder === NAMES[at] ? 'nobody any more' : lease.holder;
  const machine = ended(world.machines[at]);
  const seen = phase === 'down' ? undefined : machine.seen;
  return { ...withMachine(world, at, { ...machine, phase, seen }), lease: { ...lease, holder } };
}

/** It leads from now on, with its own ledger where that goes on from the copy, else with the copy. */
function led(world: World, at: 0 | 1): World {
  const machine = world.machines[at];
  const { rowsP, rowsQ } = machine.isOfCopy ? machine : world.copy;
  const seen = { epoch: machine.epoch, ttlMs: TTL, isGivenUp: true };
  return withMachine(world, at, {
    ...machine,
    phase: 'leads',
    rowsP,
    rowsQ,
    isOfCopy: true,
    pass: 'none',
    seen,
  });
}

/** Compares, adopts what is there, and sends the rest to the queue. */
function sent(world: World, at: 0 | 1): World {
  const machine = world.machines[at];
  const outstanding = BOTH & ~world.atQ;
  const next = withMachine(world, at, {
    ...machine,
    pass: 'sending',
    outstanding,
    rowsQ: machine.rowsQ | world.atQ,
  });
  return { ...next, queue: outstanding, stale: world.stale | world.queue };
}

function removed(world: World, at: 0 | 1, file: number): World {
  const machine = world.machines[at];
  const harm =
    world.atP[file - 1] === 'theirs'
      ? 'a file of others was removed'
      : (world.atQ & file) === 0
        ? 'the only copy was removed'
        : undefined;
  const next = withMachine(world, at, {
    ...machine,
    looked: machine.looked & ~file,
    rowsP: machine.rowsP & ~file,
  });
  return { ...next, atP: withContent(world.atP, file, 'none'), harm };
}

function inStep({ atP, atQ }: World): string | undefined {
  if (atQ !== BOTH) return 'a file of the source is missing';
  return atP.includes('ours') ? 'what was to be removed is there' : undefined;
}

const withMachine = (world: World, at: 0 | 1, machine: Machine): World => ({
  ...world,
  machines: at === 0 ? [machine, world.machines[1]] : [world.machines[0], machine],
});

const withContent = (atP: World['atP'], file: number, content: Content): World['atP'] =>
  file === 1 ? [content, atP[1]] : [atP[0], content];

const addTo = ([one, two]: World['results'], file: number, more: number): World['results'] =>
  file === 1 ? [Math.min(2, one + more), two] : [one, Math.min(2, two + more)];

const epochsOf = ({ machines: [a, b], lease, copy }: World): readonly number[] => [
  a.epoch,
  b.epoch,
  a.seen?.epoch ?? 0,
  b.seen?.epoch ?? 0,
  lease.last?.epoch ?? 0,
  copy.epoch,
];

const topEpoch = (world: World): number => Math.max(...epochsOf(world));

/** Only the order of epochs counts, and whether the lease is held: so that there are not more states than needed. */
function normal(world: World): World {
  const order = [...new Set(epochsOf(world))].toSorted((a, b) => a - b);
  const rank = (epoch: number): number => order.indexOf(epoch);
  const { lease, copy } = world;
  const isHeld = holderOf(lease, 0) !== undefined;
  return {
    ...world,
    machines: world.machines.map((machine) => {
      const isLost = machine.phase === 'leads' || machine.phase === 'waits' ? machine.since : 0;
      // what was seen of a leader before the last one says nothing
      const isKnown = machine.seen !== undefined && machine.seen.epoch >= (lease.last?.epoch ?? 0);
      const seen = isKnown ? { ...machine.seen, epoch: rank(machine.seen.epoch) } : undefined;
      return { ...machine, since: Math.min(isLost, 2 * TTL), epoch: rank(machine.epoch), seen };
    }) as [Machine, Machine],
    lease: {
      holder: isHeld ? lease.holder : undefined,
      untilMs: lease.untilMs,
      last: lease.last && { ...lease.last, epoch: rank(lease.last.epoch) },
    },
    copy: { ...copy, epoch: rank(copy.epoch) },
  };
}

const lastKey = ({ last }: LeaseState): string =>
  last === undefined ? '' : `${last.epoch}.${last.wasReleased ? 1 : 0}${last.life[0]}`;

const seenKey = ({ seen }: Machine): string =>
  seen === undefined ? '' : `${seen.epoch}${seen.isGivenUp ? 'x' : ''}`;

const machineKey = (each: Machine): string =>
  `${each.phase[0]}${each.phase[1]}${each.isPaused ? 1 : 0}${each.epoch},${each.since},${each.waits},${seenKey(each)}${each.pass[0]}${each.pass[1]}${each.outstanding}${each.looked}${each.rowsP}${each.rowsQ}${each.isOfCopy ? 1 : 0}`;

function keyOf({
  machines,
  lease,
  atP,
  atQ,
  queue,
  stale,
  worker,
  results,
  copy,
  left,
  harm,
}: World): string {
  return `${machineKey(machines[0])}|${machineKey(machines[1])}|${lease.holder}${lease.untilMs},${lastKey(lease)}|${atP[0][0]}${atP[1][0]}${atQ}${queue}${stale}${worker.file}${worker.isPut ? 1 : 0}${results[0]}${results[1]}|${copy.rowsP}${copy.rowsQ}${copy.epoch}|${Object.values(left).join('')}|${harm ?? ''}`;
}
