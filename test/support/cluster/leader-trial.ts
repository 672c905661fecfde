import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, vi } from 'vitest';
import { messageOf } from '../../../src/model/errors.ts';
import type { Up } from '../cli/up.ts';
import { byteOrder, createTestBucket, startFakeS3 } from '../s3/s3-bucket.ts';
import { createDice, type Dice } from '../trees/dice.ts';
import { digestOf } from '../trees/trees.ts';
import { EVERY_MS, sentByEachLeader, twice, type DaemonLog, type Ended } from './leader-laws.ts';
import { isLeading, PATIENCE, standbyWorld, timesOf, type MachineName } from './standby-world.ts';

export interface LeaderTrialOptions {
  readonly seed: number;
  readonly machines: readonly MachineName[];
  /** How often something befalls a daemon or Redis. */
  readonly blows: number;
  /** Of the leases, in milliseconds. */
  readonly ttlMs: number;
  /** What may befall them. */
  readonly kinds: readonly Blow[];
}

export type Blow =
  | 'kill_leader'
  | 'kill_standby'
  /** For longer than its lease. */
  | 'stop_leader'
  /** It is asked to end. */
  | 'end_leader'
  /** Redis dies, and comes back with what it had. */
  | 'kill_redis'
  /** Redis forgets everything. */
  | 'flush_redis';

const JOBS = {
  watched: 'watch: true',
  scheduled: `schedule: '*/${EVERY_MS / 1000} * * * * *'`,
  bucket: "schedule: '*/2 * * * * *'",
} as const;
type Job = keyof typeof JOBS;
const NAMES = Object.keys(JOBS) as Job[];

/** Names of files in each folder, at most: however slow the machines are, there is not more and more to do. */
const MOST_FILES = 45;

/** Sources that are edited without a pause, by the names of their files. */
interface Edited {
  readonly content: ReadonlyMap<string, string>;
  /** What was in it, and went. */
  readonly gone: ReadonlySet<string>;
  put(name: string, content: string): Promise<void>;
  remove(name: string): Promise<void>;
}

function editedSource(store: (name: string, content: string | undefined) => Promise<void> | void): Edited {
  const content = new Map<string, string>();
  const gone = new Set<string>();
  return {
    content,
    gone,
    async put(name, text) {
      content.set(name, text);
      await store(name, text);
    },
    async remove(name) {
      content.delete(name);
      gone.add(name);
      await store(name, undefined);
    },
  };
}

/**
 * Daemons with one lease, under load, with a watch, a schedule and a bucket that remove what went, and somebody else who writes to the
 * same folders. Blow after blow befalls them; in the end the laws hold.
 */
export async function leaderTrial({
  seed,
  machines,
  blows,
  ttlMs,
  kinds,
}: LeaderTrialOptions): Promise<void> {
  const dice = createDice(seed);
  const s3 = await startFakeS3();
  onTestFinished(() => s3.close());
  const bucket = await createTestBucket(s3, byteOrder);
  onTestFinished(() => bucket.proxy.close());
  const world = await standbyWorld({
    ttlMs,
    jobs: Object.fromEntries(NAMES.map((job) => [job, `${JOBS[job]}, what: { removal: ours }`])),
    from: { bucket: `s3://${bucket.name}/out/` },
    env: {
      AWS_ACCESS_KEY_ID: s3.accessKey,
      AWS_SECRET_ACCESS_KEY: s3.secretKey,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL: bucket.url,
      AWS_REGION: 'us-east-1',
    },
    onRequest: ({ verb }) => (verb === 'GET' ? undefined : wait(20)),
  });
  const inFolder = (job: Job): Edited =>
    editedSource((name, content) => {
      if (content === undefined) return rmSync(join(world.source, job, name));
      mkdirSync(join(world.source, job, name, '..'), { recursive: true });
      world.write(`${job}/${name}`, content);
    });
  const sources: Readonly<Record<Job, Edited>> = {
    watched: inFolder('watched'),
    scheduled: inFolder('scheduled'),
    bucket: editedSource((name, content) =>
      content === undefined ? bucket.remove(`out/${name}`) : bucket.put(`out/${name}`, content),
    ),
  };
  const daemons = new Daemons(world, machines);
  const theirs = new Map<string, string>();
  const putTheirs = async (job: Job, name: string): Promise<void> => {
    const content = `theirs ${theirs.size}`;
    theirs.set(`${job}/${name}`, content);
    await world.putByOthers(`${job}/${name}`, content);
  };

  await Promise.all(machines.map((name) => daemons.start(name)));
  for (const job of NAMES) {
    await sources[job].put('first.csv', 'first');
    await vi.waitFor(async () => expect(await world.onStage(job)).toContain('first.csv'), PATIENCE);
    await putTheirs(job, 'theirs.txt');
  }
  const over = new AbortController();
  const editing = edit(sources, putTheirs, { dice: createDice(seed + 1), until: over.signal });
  for (let blow = 0; blow < blows; blow++) {
    await wait(500 + dice.below(3000));
    await strike(dice.pick(kinds), { daemons, world, ttlMs, dice });
    await daemons.someoneLeads();
  }
  over.abort();
  await editing;

  await daemons.explaining(async () => {
    for (const job of NAMES) await inStep(world, job, sources[job], theirs);
  });
  // and whoever leads now removes what it knows to be ours
  for (const job of NAMES) {
    await removesItsOwn(world, daemons, job, sources[job]);
    await inStep(world, job, sources[job], theirs);
  }
  const { logs } = daemons;
  expect(twice(logs, 'scheduled'), 'a schedule was followed twice').toEqual([]);
  expect(sentByEachLeader(world.changes, logs), 'an earlier leader sent something late').toEqual([]);
  const touched = world.changes.filter(({ path }) => theirs.has(path));
  expect(touched).toEqual([]);
  await daemons.end();
}

type World = Awaited<ReturnType<typeof standbyWorld>>;

/** The daemons of a trial; each machine has one at a time. */
class Daemons {
  readonly logs: DaemonLog[] = [];
  readonly #world: World;
  readonly #machines: readonly MachineName[];
  readonly #running = new Map<
    MachineName,
    { readonly up: Up; readonly log: DaemonLog & { ended: Ended | undefined } }
  >();

  constructor(world: World, machines: readonly MachineName[]) {
    this.#world = world;
    this.#machines = machines;
  }

  async start(machine: MachineName): Promise<void> {
    const up = await this.#world[machine].up();
    const log = { machine, lines: () => up.lines(), ended: undefined };
    this.logs.push(log);
    this.#running.set(machine, { up, log });
  }

  get leader(): MachineName | undefined {
    return this.#machines.find((name) => this.#isLeading(name));
  }

  get standby(): MachineName | undefined {
    return this.#machines.find((name) => !this.#isLeading(name));
  }

  #isLeading(name: MachineName): boolean {
    return isLeading(this.#running.get(name)!.up);
  }

  async restart(machine: MachineName, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { up, log } = this.#running.get(machine)!;
    log.ended = { onMs: Date.now(), signal };
    const status = await up.stop(signal);
    if (signal === 'SIGTERM') expect(status, up.text().slice(-2000)).toBe(0);
    await this.start(machine);
  }

  /** Stops it until another leads. */
  async standStill(machine: MachineName): Promise<void> {
    const { up } = this.#running.get(machine)!;
    up.signal('SIGSTOP');
    const others = this.#machines.filter((name) => name !== machine);
    await vi.waitFor(() => expect(others.some((name) => this.#isLeading(name))).toBe(true), PATIENCE);
    up.signal('SIGCONT');
  }

  /** What fails says what the daemons have logged last. */
  async explaining(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => {
      const logs = [...this.#running].map(([name, { up }]) => `${name}: ${up.text().slice(-4000)}`);
      throw new Error(`${messageOf(error)}\n${logs.join('\n')}`, { cause: error });
    });
  }

  /** How often one of them has begun to lead. */
  get led(): number {
    return this.logs.reduce((sum, log) => sum + timesOf(log, 'leads'), 0);
  }

  async someoneLeads(): Promise<void> {
    await vi.waitFor(() => expect(this.leader).toBeDefined(), PATIENCE);
  }

  async end(): Promise<void> {
    for (const { up } of this.#running.values()) expect(await up.stop(), up.text().slice(-2000)).toBe(0);
  }
}

/** One leader puts a file and removes it. Where the lead changes in between, the next one cannot know whose the file is. */
async function removesItsOwn(world: World, daemons: Daemons, job: Job, source: Edited): Promise<void> {
  for (let tries = 0; ; tries++) {
    const name = `last-${tries}.csv`;
    const isThere = async (): Promise<boolean> => (await world.onStage(job)).includes(name);
    const { led } = daemons;
    await source.put(name, name);
    await vi.waitFor(async () => expect(await isThere()).toBe(true), PATIENCE);
    await source.remove(name);
    await vi.waitFor(
      async () => expect(!(await isThere()) || daemons.led !== led, `${name} stays`).toBe(true),
      PATIENCE,
    );
    if (!(await isThere())) return;
  }
}

interface Struck {
  readonly daemons: Daemons;
  readonly world: World;
  readonly ttlMs: number;
  readonly dice: Dice;
}

async function strike(blow: Blow, { daemons, world, ttlMs, dice }: Struck): Promise<void> {
  const { leader, standby } = daemons;
  switch (blow) {
    case 'kill_leader':
      if (leader !== undefined) await daemons.restart(leader, 'SIGKILL');
      break;
    case 'end_leader':
      if (leader !== undefined) await daemons.restart(leader, 'SIGTERM');
      break;
    case 'kill_standby':
      if (standby !== undefined) await daemons.restart(standby, 'SIGKILL');
      break;
    case 'stop_leader':
      if (leader !== undefined) await daemons.standStill(leader);
      break;
    case 'kill_redis':
      await world.redis.kill();
      await wait(dice.below(2 * ttlMs));
      await world.redis.start();
      break;
    case 'flush_redis':
      await world.redis.flush();
      break;
  }
}

/** Adds, changes, renames and removes files, and has somebody else write beside them. */
async function edit(
  sources: Readonly<Record<Job, Edited>>,
  putTheirs: (job: Job, name: string) => Promise<void>,
  { dice, until }: { readonly dice: Dice; readonly until: AbortSignal },
): Promise<void> {
  let serial = 0;
  // another size each time: whoever does not know a file takes one of the same size for the same
  const content = (): string => `${++serial} `.padEnd(10 + serial, 'x');
  for (let count = 0; !until.aborted; count++) {
    for (const job of NAMES) {
      const source = sources[job];
      await source.put(`d${count % 3}/${count % MOST_FILES}.csv`, content());
      const names = [...source.content.keys()].filter((name) => name !== 'first.csv');
      const old = dice.pick(names);
      const what = dice.next();
      if (what < 0.3) await source.put(old, content());
      else if (what < 0.5) await source.remove(old);
      else if (what < 0.6) {
        const same = source.content.get(old)!;
        await source.remove(old);
        await source.put(`renamed/${count % MOST_FILES}.csv`, same);
      }
    }
    if (count % 10 === 5 && count < MOST_FILES * 3)
      await putTheirs(dice.pick(NAMES), `d${count % 3}/theirs-${count}.txt`);
    await wait(100);
  }
}

/** The Stage has what the source has, and what others put; beside that only what nobody knows to be ours. */
async function inStep(
  world: World,
  job: Job,
  source: Edited,
  theirs: ReadonlyMap<string, string>,
): Promise<void> {
  await vi.waitFor(async () => {
    const there = new Map(Object.entries(await world.contents(job)).filter(([path]) => !path.endsWith('/')));
    const wanted = new Map(source.content);
    for (const [path, content] of theirs)
      if (path.startsWith(`${job}/`)) wanted.set(path.slice(job.length + 1), content);
    const wrong = [...wanted].filter(([path, content]) => there.get(path) !== digestOf(Buffer.from(content)));
    const told = wrong.map(([path]) => `${there.has(path) ? 'other content' : 'missing'}: ${path}`);
    expect(told, job).toEqual([]);
    // nobody knows whose a file is that a leader put just before it was killed: it stays
    const more = [...there.keys()].filter((path) => !wanted.has(path) && !source.gone.has(path));
    expect(more, job).toEqual([]);
  }, PATIENCE);
}
