import { NO_LEASE, holderOf, renewed, taken, type LeaseState } from '../../src/cluster/lease/lease-rules.ts';
import { leaseTimes, leftSince } from '../../src/cluster/lease/lease-times.ts';
import type { Model } from './explore.ts';

/*
 * Two files, each renamed in the source from its name P to its name Q: an upload by a worker, then a removal. Two machines take turns
 * to lead; a worker uploads; a broker carries batches and results; somebody else writes to the Stage. Sets of files are bits.
 */

const FILES = [1, 2];
const BOTH = 3;
/** In ticks: the holder gives up after two, the store after three. */
const TTL = 2.5;
const OWN = leaseTimes(TTL).ownMs;

export type Content = 'none' | 'ours' | 'theirs';

interface Machine {
  readonly phase: 'standby' | 'waits' | 'leads' | 'down' | 'absent';
  readonly isPaused: boolean;
  readonly epoch: number;
  /** Ticks since its last renewal, and until it may lead. */
  readonly since: number;
  readonly waits: number;
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
  /** The broker forgets the lease. */
  readonly forgets: number;
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
}

const NOTHING: Budget = { kills: 0, pauses: 0, redeliveries: 0, losses: 0, forgets: 0, writes: 0 };

const MACHINE: Machine = {
  phase: 'standby',
  isPaused: false,
  epoch: 0,
  since: 0,
  waits: 0,
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
      lease: { ...NO_LEASE, epoch: 0 },
      atP: files === 2 ? ['ours', 'ours'] : ['ours', 'none'],
      // the second file has moved already
      atQ: files === 2 ? 0 : 2,
      queue: 0,
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
      const answer = taken(world.lease, { id: name, ttlMs: TTL, nowMs: 0, wallMs: topEpoch(world) + 1 });
      if (answer === undefined) return;
      const waits = this.#without.waitForForgotten === true ? 0 : answer.waitMs;
      const next = { ...machine, phase: 'waits', epoch: answer.epoch, since: 0, waits } as const;
      yield [`${name} takes the lease`, { ...withMachine(world, at, next), lease: answer.state }];
      return;
    }
    if (!this.holds(machine)) {
      yield [`${name} stands by again`, gone(world, at, 'standby')];
    } else if (machine.since > 0) {
      const lease = renewed(world.lease, { id: name, ttlMs: TTL, nowMs: 0 });
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
        if (mayCommit) yield [`${name} sends`, sent(world, at)];
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
      if (known && !isSomewhere && this.#without.sweep !== true)
        yield [`${name} sends ${file} again`, { ...world, queue: world.queue | file }];
    }
    if (machine.outstanding === 0 || this.#without.barrier === true)
      yield [`${name} begins to remove`, withMachine(world, at, { ...machine, pass: 'removing' })];
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
    const { worker, queue } = world;
    if (worker.file === 0) {
      for (const file of FILES)
        if ((queue & file) !== 0)
          yield [
            `the worker takes ${file}`,
            { ...world, queue: queue & ~file, worker: { file, isPut: false } },
          ];
    } else if (worker.isPut) {
      const results = addTo(world.results, worker.file, 1);
      yield [`the worker tells of ${worker.file}`, { ...world, results, worker: { file: 0, isPut: false } }];
    } else
      yield [
        `the worker puts ${worker.file}`,
        { ...world, atQ: world.atQ | worker.file, worker: { ...worker, isPut: true } },
      ];
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
      else if (machine.phase === 'leads') {
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
    if (left.forgets > 0 && world.lease.holder !== undefined)
      yield ['the broker forgets the lease', { ...world, lease: NO_LEASE, left: less('forgets') }];
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
    for (let count = 0; count < 200; count++) {
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

  /** Ticks after which it has given up. */
  get #longest(): number {
    return this.#without.ownDeadline === true ? 2 * TTL : OWN;
  }

  ticked(world: World): World {
    const { lease } = world;
    return {
      ...world,
      lease: { ...lease, untilMs: Math.max(0, lease.untilMs - 1) },
      machines: world.machines.map((machine) => ({
        ...machine,
        since:
          machine.phase === 'leads' || machine.phase === 'waits'
            ? Math.min(this.#longest, machine.since + 1)
            : 0,
        waits: Math.max(0, machine.waits - 1),
      })) as [Machine, Machine],
    };
  }
}

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
  return { ...withMachine(world, at, { ...ended(world.machines[at]), phase }), lease: { ...lease, holder } };
}

/** It leads from now on, with its own ledger where that goes on from the copy, else with the copy. */
function led(world: World, at: 0 | 1): World {
  const machine = world.machines[at];
  const { rowsP, rowsQ } = machine.isOfCopy ? machine : world.copy;
  return withMachine(world, at, { ...machine, phase: 'leads', rowsP, rowsQ, isOfCopy: true, pass: 'none' });
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
  return { ...next, queue: world.queue | outstanding };
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
  lease.epoch ?? 0,
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
      return { ...machine, since: Math.min(isLost, 2 * TTL), epoch: rank(machine.epoch) };
    }) as [Machine, Machine],
    lease: {
      holder: isHeld ? lease.holder : undefined,
      untilMs: lease.untilMs,
      epoch: lease.epoch === undefined ? undefined : rank(lease.epoch),
      wasReleased: false,
    },
    copy: { ...copy, epoch: rank(copy.epoch) },
  };
}

const machineKey = (each: Machine): string =>
  `${each.phase[0]}${each.phase[1]}${each.isPaused ? 1 : 0}${each.epoch}${each.since.toString(36)}${each.waits}${each.pass[0]}${each.pass[1]}${each.outstanding}${each.looked}${each.rowsP}${each.rowsQ}${each.isOfCopy ? 1 : 0}`;

function keyOf({ machines, lease, atP, atQ, queue, worker, results, copy, left, harm }: World): string {
  return `${machineKey(machines[0])}|${machineKey(machines[1])}|${lease.holder}${lease.untilMs},${lease.epoch}|${atP[0][0]}${atP[1][0]}${atQ}${queue}${worker.file}${worker.isPut ? 1 : 0}${results[0]}${results[1]}|${copy.rowsP}${copy.rowsQ}${copy.epoch}|${left.kills}${left.pauses}${left.redeliveries}${left.losses}${left.forgets}${left.writes}|${harm ?? ''}`;
}
