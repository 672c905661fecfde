import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BehaviourControl } from '../control/behaviour.ts';
import type { World } from '../management/world/world.ts';
import { makePrivateFolder } from '../storage/private-files.ts';
import { GroupDatabase } from './group-database.ts';
import { StageFiles } from './reading/stage-files.ts';
import { execute } from './statements/execute.ts';
import type { Result, SqlSession } from './statements/result.ts';

/** Something that has databases: a workspace group or a starter workspace. */
export interface DatabaseOwner {
  /** The ID of the deployment. */
  readonly id: string;
  readonly databases: () => readonly string[];
  readonly isActive: () => boolean;
}

/** The databases of all groups of a data folder. Each is opened when it is asked for, and then its pipelines run. */
export class Databases {
  readonly #world: World;
  readonly #behaviour: BehaviourControl;
  readonly #folder: string;
  readonly #open = new Map<string, GroupDatabase>();
  #isClosing = false;

  constructor(world: World, behaviour: BehaviourControl) {
    this.#world = world;
    this.#behaviour = behaviour;
    this.#folder = join(world.data.path, 'databases');
  }

  /** Carries out one statement. Rejects with an SqlError. */
  execute(owner: DatabaseOwner, sql: string, session: SqlSession): Promise<Result> {
    return execute(this.of(owner), sql, session);
  }

  /** Drops what a database had. */
  async dropDatabase(owner: DatabaseOwner, name: string): Promise<void> {
    if (existsSync(this.#pathOf(owner.id))) await this.of(owner).dropDatabase(name);
  }

  of(owner: DatabaseOwner): GroupDatabase {
    if (this.#isClosing) throw new Error('the emulator is closing');
    const path = this.#pathOf(owner.id);
    const existing = this.#open.get(path);
    if (existing !== undefined) return existing;
    makePrivateFolder(this.#folder);
    const opened = new GroupDatabase({
      path,
      stage: new StageFiles(this.#world.data, owner.id),
      behaviour: () => this.#behaviour.current,
      now: () => this.#world.clock.now(),
      isActive: owner.isActive,
      databases: owner.databases,
    });
    this.#open.set(path, opened);
    return opened;
  }

  /** Opens those that an earlier process left, so that their pipelines go on, and deletes those whose group has gone. */
  resume(owners: readonly DatabaseOwner[]): void {
    if (!existsSync(this.#folder)) return;
    const alive = new Map(owners.map((owner) => [this.#pathOf(owner.id), owner]));
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name);
      const owner = alive.get(path);
      if (owner !== undefined) this.of(owner);
      else if (![...alive.keys()].some((file) => path.startsWith(file))) rmSync(path, { force: true });
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all(Array.from(this.#open.values(), (each) => each.close()));
  }

  /** Named for the root of its Stage too: a group that is made anew with an ID of before finds nothing. */
  #pathOf(id: string): string {
    const root = this.#world.data.deployments.rootOf(id) ?? 0;
    return join(this.#folder, `${id}-${root}.db`);
  }
}
