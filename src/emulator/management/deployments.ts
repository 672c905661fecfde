import { createHash, randomUUID } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import type { Database } from '../storage/database.ts';
import { isUuid } from '../stage/stage-path.ts';
import type { Tree } from '../storage/tree.ts';

import type { Deployment, DeploymentOption } from '../options.ts';

/** The region of a deployment when none was given. */
export const DEFAULT_REGION = '64031b98-3f0e-4a4b-8f3c-5d2b7c1e9a10';

export interface DeploymentRow extends Deployment {
  readonly kind: 'group' | 'starter';
  readonly root: number;
  readonly region: string;
  /** Microseconds since 1970. */
  readonly created: number;
  readonly terminated: number | null;
}

/** One per data folder and name, made from the name alone: a data folder that is made anew gets the same IDs. */
export function deploymentIdOf(name: string): string {
  const hex = createHash('sha1').update(`stagesync embedded deployment\n${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

type NewDeployment = Pick<DeploymentRow, 'id' | 'name' | 'kind' | 'region'>;

const COLUMNS = 'id, name, kind, root, region, created, terminated';

export class Deployments {
  readonly #database: Database;
  readonly #tree: Tree;
  readonly #autoCreate: boolean;
  readonly #get: StatementSync;
  readonly #all: StatementSync;
  readonly #byName: StatementSync;
  readonly #insert: StatementSync;
  readonly #terminate: StatementSync;

  constructor(database: Database, tree: Tree, autoCreate: boolean) {
    this.#database = database;
    this.#tree = tree;
    this.#autoCreate = autoCreate;
    this.#get = database.prepare(`SELECT ${COLUMNS} FROM deployments WHERE id = ?`);
    this.#all = database.prepare(`SELECT ${COLUMNS} FROM deployments ORDER BY created, root`);
    this.#byName = database.prepare('SELECT 1 FROM deployments WHERE name = ? AND terminated IS NULL');
    this.#insert = database.prepare(
      'INSERT INTO deployments (id, name, kind, root, region, created) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#terminate = database.prepare('UPDATE deployments SET terminated = ? WHERE id = ?');
  }

  /** Makes sure that it is there. */
  ensure(option: DeploymentOption): Deployment {
    const { id, name, kind } = resolve(option);
    return this.#database.transaction(() => {
      const existing = this.get(id);
      if (existing !== undefined && existing.terminated === null) return existing;
      return this.#add({ id, name, kind, region: DEFAULT_REGION });
    });
  }

  /** With a new ID. Undefined when the name is taken. */
  create(deployment: Omit<NewDeployment, 'id'>): DeploymentRow | undefined {
    return this.#database.transaction(() =>
      this.#byName.get(deployment.name) === undefined
        ? this.#add({ id: randomUUID(), ...deployment })
        : undefined,
    );
  }

  /** Terminated ones included. */
  get(id: string): DeploymentRow | undefined {
    return this.#get.get(id) as DeploymentRow | undefined;
  }

  /** In the order in which they were made. */
  list(kind?: 'group' | 'starter', includeTerminated = false): readonly DeploymentRow[] {
    const rows = this.#all.all() as unknown as DeploymentRow[];
    return rows.filter(
      (row) => (kind === undefined || row.kind === kind) && (includeTerminated || row.terminated === null),
    );
  }

  /** The root folder of a deployment's Stage; undefined when there is no such deployment. */
  rootOf(id: string): number | undefined {
    const row = this.get(id);
    if (row !== undefined) return row.terminated === null ? row.root : undefined;
    if (!this.#autoCreate) return undefined;
    this.ensure(id);
    return this.get(id)?.root;
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
    this.#database.prepare('DELETE FROM deployments WHERE id = ?').run(id);
    this.#insert.run(id, name, kind, root, region, created);
    return { id, name, kind, root, region, created, terminated: null };
  }
}

function resolve(option: DeploymentOption): Omit<NewDeployment, 'region'> {
  const given = typeof option === 'string' ? (isUuid(option) ? { id: option } : { name: option }) : option;
  const id = (given.id ?? deploymentIdOf(given.name ?? '')).toLowerCase();
  if (!isUuid(id)) throw new TypeError(`the deployment ID ${JSON.stringify(given.id)} is not a UUID`);
  return { id, name: given.name ?? id, kind: ('kind' in given ? given.kind : undefined) ?? 'group' };
}
