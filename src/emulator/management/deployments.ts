import { createHash, randomUUID } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import type { Database } from '../storage/database.ts';
import { isUuid } from '../stage/stage-path.ts';
import type { Tree } from '../storage/tree.ts';
import type { Deployment, DeploymentOption } from '../options.ts';
import type { Clock } from './world/clock.ts';
import { DEFAULT_REGION } from './world/regions.ts';

/** `space`: one of the organization's places for files, which is no deployment but has files as a Stage has. */
export type DeploymentKind = 'group' | 'starter' | 'space';

export interface DeploymentRow extends Deployment {
  readonly kind: DeploymentKind;
  readonly root: number;
  readonly region: string;
  /** Microseconds since 1970. */
  readonly created: number;
  readonly terminated: number | null;
  /** Milliseconds since 1970, by the management plane's clock. */
  readonly expires: number | null;
}

/** One per data folder and name, made from the name alone: a data folder that is made anew gets the same IDs. */
export function deploymentIdOf(name: string): string {
  const hex = createHash('sha1').update(`stagesync embedded deployment\n${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

type NewDeployment = Pick<DeploymentRow, 'id' | 'name' | 'kind' | 'region'>;

const COLUMNS = `id, name, kind, root, region, created, terminated,
  (SELECT at FROM expiries WHERE deployment = id) AS expires`;

/** What a deployment with an ID that was used before would find. */
const FORGET = [
  'DELETE FROM deployments WHERE id = ?',
  'DELETE FROM expiries WHERE deployment = ?',
  'DELETE FROM resources WHERE parent = ?',
  'DELETE FROM resources WHERE id = ?',
];

export class Deployments {
  readonly #database: Database;
  readonly #tree: Tree;
  readonly #autoCreate: boolean;
  readonly #get: StatementSync;
  readonly #all: StatementSync;
  readonly #byName: StatementSync;
  readonly #insert: StatementSync;
  readonly #terminate: StatementSync;
  readonly #rename: StatementSync;
  readonly #expire: StatementSync;
  readonly #clock: Clock;

  constructor(database: Database, tree: Tree, { autoCreate, clock }: { autoCreate: boolean; clock: Clock }) {
    this.#database = database;
    this.#tree = tree;
    this.#autoCreate = autoCreate;
    this.#clock = clock;
    this.#get = database.prepare(`SELECT ${COLUMNS} FROM deployments WHERE id = ?`);
    this.#all = database.prepare(`SELECT ${COLUMNS} FROM deployments ORDER BY created, root`);
    this.#byName = database.prepare(
      'SELECT 1 FROM deployments WHERE name = ? AND kind = ? AND terminated IS NULL',
    );
    this.#insert = database.prepare(
      'INSERT INTO deployments (id, name, kind, root, region, created) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#rename = database.prepare('UPDATE deployments SET name = ? WHERE id = ?');
    this.#expire = database.prepare('INSERT OR REPLACE INTO expiries (deployment, at) VALUES (?, ?)');
    this.#terminate = database.prepare('UPDATE deployments SET terminated = ? WHERE id = ?');
  }

  /** Makes sure that it is there. */
  ensure(option: DeploymentOption): Deployment {
    const { id, name, kind } = resolve(option);
    return this.#database.transaction(() => {
      const existing = this.get(id);
      if (existing !== undefined && this.#isAlive(existing)) return existing;
      return this.#add({ id, name, kind, region: DEFAULT_REGION });
    });
  }

  /** With a new ID. Undefined when the name is taken. */
  create(deployment: Omit<NewDeployment, 'id'>): DeploymentRow | undefined {
    return this.#database.transaction(() =>
      this.isNameTaken(deployment.name, deployment.kind)
        ? undefined
        : this.#add({ id: randomUUID(), ...deployment }),
    );
  }

  isNameTaken(name: string, kind: DeploymentKind): boolean {
    return this.#byName.get(name, kind) !== undefined;
  }

  rename(id: string, name: string): void {
    this.#rename.run(name, id);
  }

  /** At `at` (milliseconds since 1970, by the management plane's clock) it ends; null: it does not. */
  expire(id: string, at: number | null): void {
    if (at === null) this.#database.prepare('DELETE FROM expiries WHERE deployment = ?').run(id);
    else this.#expire.run(id, at);
  }

  /** Terminated ones included. */
  get(id: string): DeploymentRow | undefined {
    return this.#get.get(id) as DeploymentRow | undefined;
  }

  /** Those that exist now, in the order in which they were made. */
  list(): readonly DeploymentRow[] {
    const rows = this.#all.all() as unknown as DeploymentRow[];
    return rows.filter((row) => row.kind !== 'space' && this.#isAlive(row));
  }

  /** The root folder of a deployment's Stage; undefined when there is no such deployment. `andSpaces`: a space will do. */
  rootOf(id: string, { andSpaces = false } = {}): number | undefined {
    const row = this.get(id);
    if (row !== undefined)
      return (andSpaces || row.kind !== 'space') && this.#isAlive(row) ? row.root : undefined;
    if (!this.#autoCreate) return undefined;
    this.ensure(id);
    return this.get(id)?.root;
  }

  /** The root folder of one of the organization's places for files, which is there once it is asked for. */
  rootOfSpace(id: string, name: string): number {
    const row = this.get(id);
    if (row !== undefined) return row.root;
    return this.#database.transaction(
      () => (this.get(id) ?? this.#add({ id, name, kind: 'space', region: DEFAULT_REGION })).root,
    );
  }

  /** Removes the deployment and everything on its Stage. False when there is none. */
  terminate(id: string): boolean {
    return this.#database.transaction(() => {
      const row = this.get(id);
      if (row === undefined || row.terminated !== null) return false;
      this.#tree.removeAll(row.root);
      this.#terminate.run(Date.now() * 1000, id);
      return true;
    });
  }

  #add(deployment: NewDeployment): DeploymentRow {
    const { id, name, kind, region } = deployment;
    const created = Date.now() * 1000;
    const root = this.#tree.addRoot(`${id} ${randomUUID()}`);
    for (const sql of FORGET) this.#database.prepare(sql).run(id);
    this.#insert.run(id, name, kind, root, region, created);
    return { id, name, kind, root, region, created, terminated: null, expires: null };
  }

  #isAlive({ terminated, expires }: DeploymentRow): boolean {
    return terminated === null && !(expires !== null && expires <= this.#clock.now());
  }
}

function resolve(option: DeploymentOption): Omit<NewDeployment, 'region'> {
  const given = typeof option === 'string' ? (isUuid(option) ? { id: option } : { name: option }) : option;
  const id = (given.id ?? deploymentIdOf(given.name ?? '')).toLowerCase();
  if (!isUuid(id)) throw new TypeError(`the deployment ID ${JSON.stringify(given.id)} is not a UUID`);
  return { id, name: given.name ?? id, kind: ('kind' in given ? given.kind : undefined) ?? 'group' };
}
