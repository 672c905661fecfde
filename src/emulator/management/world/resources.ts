import type { StatementSync } from 'node:sqlite';
import type * as z from 'zod';
import type { Database } from '../../storage/database.ts';
import type { JOB_CREATE } from '../bodies.ts';
import type { ConnectionEvent } from '../timeline/connection-timeline.ts';
import type { GroupEvent } from '../timeline/group-timeline.ts';
import type { WorkspaceEvent } from '../timeline/workspace-timeline.ts';

/** What is kept of each kind of thing: what it was given, as JSON, and what was done to it. */
export interface Kinds {
  group: { settings: GroupSettings; event: GroupEvent };
  workspace: { settings: WorkspaceSettings; event: WorkspaceEvent };
  connection: { settings: ConnectionSettings; event: ConnectionEvent };
  starter: { settings: StarterSettings; event: CreateEvent };
  user: { settings: UserSettings; event: CreateEvent };
  secret: { settings: SecretSettings; event: CreateEvent };
  job: { settings: z.infer<typeof JOB_CREATE>; event: CreateEvent };
  project: { settings: ProjectSettings; event: CreateEvent };
}
export type Kind = keyof Kinds;

/** Milliseconds since 1970. */
export interface CreateEvent {
  readonly at: number;
  readonly did: 'create' | 'update' | 'delete';
}

export interface GroupSettings {
  readonly regionID: string;
  readonly updateWindow?: { readonly day: number; readonly hour: number } | undefined;
  readonly deploymentType?: string | undefined;
  readonly projectID: string;
  readonly optInPreviewFeature?: boolean | undefined;
  readonly highAvailabilityTwoZones?: boolean | undefined;
  /** A digest; '' stands for the emulator's token. */
  readonly password: string;
  /** What its Stage held when it expired. */
  readonly lastBytes?: number | undefined;
  /** Their names. Its workspaces all see them. */
  readonly databases: readonly string[];
}

export interface WorkspaceSettings {
  readonly cacheConfig?: number | undefined;
  readonly deploymentType: string;
  readonly kaiEnabled: boolean;
  readonly scaleFactor: number;
  readonly autoScale?: Readonly<Record<string, unknown>> | undefined;
}

export interface ConnectionSettings {
  readonly workspaceID?: string | undefined;
  readonly type: string;
  readonly serviceName?: string | undefined;
  readonly allowList?: string | undefined;
  readonly kaiEndpointID?: string | undefined;
}

export interface StarterSettings {
  readonly databaseName: string;
  readonly provider: string;
  readonly regionName: string;
  readonly projectID: string;
}

export interface UserSettings {
  readonly password: string;
}

export interface SecretSettings {
  readonly value: string;
}

export interface ProjectSettings {
  readonly edition: string;
}

export interface Resource<K extends Kind> {
  readonly kind: K;
  /** A UUID in lower case. */
  readonly id: string;
  /** The ID of what holds it, '' for what the organization holds. */
  readonly parent: string;
  readonly name: string;
  readonly settings: Kinds[K]['settings'];
  /** Oldest first. */
  readonly history: readonly Kinds[K]['event'][];
}

interface Row {
  readonly kind: string;
  readonly id: string;
  readonly parent: string;
  readonly name: string;
  readonly json: string;
  readonly history: string;
}

/** Everything but files that the management plane keeps. */
export class Resources {
  readonly #get: StatementSync;
  readonly #list: StatementSync;
  readonly #children: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: Database) {
    this.#get = database.prepare('SELECT * FROM resources WHERE kind = ? AND id = ?');
    this.#list = database.prepare('SELECT * FROM resources WHERE kind = ? ORDER BY rowid');
    this.#children = database.prepare('SELECT * FROM resources WHERE kind = ? AND parent = ? ORDER BY rowid');
    this.#insert = database.prepare(
      'INSERT INTO resources (kind, id, parent, name, json, history) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#update = database.prepare('UPDATE resources SET name = ?, json = ?, history = ? WHERE id = ?');
    this.#delete = database.prepare('DELETE FROM resources WHERE id = ?');
  }

  get<K extends Kind>(kind: K, id: string): Resource<K> | undefined {
    const row = this.#get.get(kind, id) as unknown as Row | undefined;
    return row && read(row);
  }

  /** In the order in which they were made; of one parent when it is given. */
  list<K extends Kind>(kind: K, parent?: string): readonly Resource<K>[] {
    const rows = parent === undefined ? this.#list.all(kind) : this.#children.all(kind, parent);
    return (rows as unknown as Row[]).map((row) => read<K>(row));
  }

  insert<K extends Kind>({ kind, id, parent, name, settings, history }: Resource<K>): void {
    this.#insert.run(kind, id, parent, name, JSON.stringify(settings), JSON.stringify(history));
  }

  /** What is named is replaced; events are added to the history. */
  update<K extends Kind>(resource: Resource<K>, changes: ResourceChanges<K>): Resource<K> {
    const { name = resource.name, settings, events = [] } = changes;
    const after: Resource<K> = {
      ...resource,
      name,
      settings: { ...resource.settings, ...settings },
      history: [...resource.history, ...events],
    };
    this.#update.run(name, JSON.stringify(after.settings), JSON.stringify(after.history), resource.id);
    return after;
  }

  /** Puts `event` in the place of the last one of the history. */
  replaceLastEvent<K extends Kind>(resource: Resource<K>, event: Kinds[K]['event']): void {
    const history = [...resource.history.slice(0, -1), event];
    this.#update.run(resource.name, JSON.stringify(resource.settings), JSON.stringify(history), resource.id);
  }

  delete(id: string): void {
    this.#delete.run(id);
  }
}

export interface ResourceChanges<K extends Kind> {
  readonly name?: string | undefined;
  readonly settings?: Partial<Kinds[K]['settings']>;
  readonly events?: readonly Kinds[K]['event'][];
}

function read<K extends Kind>(row: Row): Resource<K> {
  return {
    kind: row.kind as K,
    id: row.id,
    parent: row.parent,
    name: row.name,
    settings: JSON.parse(row.json) as Kinds[K]['settings'],
    history: JSON.parse(row.history) as Kinds[K]['event'][],
  };
}
