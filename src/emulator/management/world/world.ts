import { createHash } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import type { DataFolder } from '../../storage/data-folder.ts';
import type { DeploymentRow } from '../deployments.ts';
import { deploymentIdOf } from '../deployments.ts';
import { groupAt } from '../timeline/group-timeline.ts';
import type { GroupEvent, GroupView } from '../timeline/group-timeline.ts';
import { workspaceAt } from '../timeline/workspace-timeline.ts';
import type { WorkspaceEvent, WorkspaceView } from '../timeline/workspace-timeline.ts';
import type { Clock } from './clock.ts';
import { earlierWorkspaces, HISTORY_DAYS } from './first-history.ts';
import { PROJECT } from './organization.ts';
import { Queries } from './queries.ts';
import { regionById } from './regions.ts';
import { Resources } from './resources.ts';
import type { Resource } from './resources.ts';

/** A group and what it is now. */
export interface GroupNow {
  readonly resource: Resource<'group'>;
  readonly view: GroupView;
}

export interface WorkspaceNow {
  readonly resource: Resource<'workspace'>;
  readonly view: WorkspaceView;
  readonly group: GroupNow;
}

/** The password of a group that the emulator was started with: its token. */
export const TOKEN_AS_PASSWORD = '';

/**
 * Everything that the management plane knows: resources with their histories, read at the time of its clock. A group or
 * starter workspace that has a Stage and is not known yet is taken in, with a past.
 */
export class World {
  readonly clock: Clock;
  readonly resources: Resources;
  readonly data: DataFolder;
  readonly queries = new Queries();
  readonly #strangers: StatementSync;
  #lastCreation = -Infinity;

  constructor(data: DataFolder) {
    this.data = data;
    this.clock = data.clock;
    this.resources = new Resources(data.database);
    this.#strangers = data.database.prepare(
      "SELECT id, name, kind, root, region, created, terminated, NULL AS expires FROM deployments WHERE kind != 'space' AND id NOT IN (SELECT id FROM resources)",
    );
  }

  /** Terminated ones included, oldest first. `at`: as they were then; what was made later is left out. */
  groups(at = this.clock.now()): readonly GroupNow[] {
    this.takeIn();
    return this.resources
      .list('group')
      .filter(({ history }) => madeBy(history, at))
      .map((resource) => ({ resource, view: groupAt(resource.history, at) }));
  }

  /** A terminated one too. */
  group(id: string, at = this.clock.now()): GroupNow | undefined {
    this.takeIn();
    const resource = this.resources.get('group', id);
    return resource && { resource, view: groupAt(resource.history, at) };
  }

  /** Those of one group, terminated ones included, oldest first. */
  workspacesOf(group: GroupNow, at = this.clock.now()): readonly WorkspaceNow[] {
    return this.resources
      .list('workspace', group.resource.id)
      .filter(({ history }) => madeBy(history, at))
      .map((resource) => ({ resource, group, view: workspaceAt(resource.history, at, group.view.endsAt) }));
  }

  workspace(id: string, at = this.clock.now()): WorkspaceNow | undefined {
    this.takeIn();
    const resource = this.resources.get('workspace', id);
    const group = resource && this.group(resource.parent, at);
    return group && { resource, group, view: workspaceAt(resource.history, at, group.view.endsAt) };
  }

  /** Somebody sent a query. It counts for a workspace that is suspended when nobody does. */
  used({ resource, view }: WorkspaceNow): void {
    if (view.autoSuspend?.type !== 'IDLE') return;
    const now = this.clock.now();
    const last = resource.history.at(-1);
    if (last?.did === 'use') this.resources.replaceLastEvent(resource, { ...last, until: now });
    else this.resources.update(resource, { events: [{ at: now, did: 'use', until: now }] });
  }

  /** Whether something was created less than `lockMs` ago; if not, something is now. */
  isLocked(now: number, lockMs: number): boolean {
    if (now - this.#lastCreation < lockMs) return true;
    this.#lastCreation = now;
    return false;
  }

  /** Gives the Stage of groups that have expired back to the disk. */
  settle(): void {
    for (const { resource, view } of this.groups()) {
      if (view.phase !== 'terminated' || view.expires !== view.endsAt) continue;
      const row = this.data.deployments.get(resource.id);
      if (row?.terminated !== null || row === undefined) continue;
      this.resources.update(resource, { settings: { lastBytes: this.data.tree.used(row.root) } });
      this.data.deployments.terminate(resource.id);
    }
  }

  /** Deployments that somebody else made: the start, an earlier version, another process. */
  takeIn(): void {
    const rows = this.#strangers.all() as unknown as DeploymentRow[];
    if (rows.length > 0)
      this.data.database.transaction(() => {
        for (const row of rows) if (row.kind === 'starter') this.#takeInStarter(row);
        for (const row of rows) if (row.kind === 'group') this.#takeInGroup(row);
      });
  }

  #takeInStarter({ id, name, region, created, terminated }: DeploymentRow): void {
    const { provider, regionName } = regionById(region);
    const at = Math.floor(created / 1000);
    const { projectID } = PROJECT;
    const settings = { databaseName: name, provider, regionName, projectID };
    const ended = terminated === null ? [] : [{ at: Math.floor(terminated / 1000), did: 'delete' as const }];
    const history = [{ at, did: 'create' as const }, ...ended];
    this.resources.insert({ kind: 'starter', id, parent: '', name, settings, history });
  }

  #takeInGroup({ id, name, region, created, terminated }: DeploymentRow): void {
    const until = Math.floor(created / 1000);
    const at = until - HISTORY_DAYS * 86_400_000;
    const history: GroupEvent[] = [
      { at, did: 'create', done: at },
      { at, did: 'setFirewall', done: at, ranges: [], allowAllTraffic: true },
    ];
    if (terminated !== null)
      history.push({ at: Math.max(until, Math.floor(terminated / 1000)), did: 'terminate', bytes: 0 });
    const { projectID } = PROJECT;
    const settings = { regionID: region, projectID, password: TOKEN_AS_PASSWORD, databases: ['demo'] };
    this.resources.insert({ kind: 'group', id, parent: '', name, settings, history });
    for (const earlier of earlierWorkspaces(name, until, seedOf(id)))
      this.addWorkspace(id, deploymentIdOf(`${id}/${earlier.name}`), earlier.name, earlier.history);
  }

  addWorkspace(parent: string, id: string, name: string, history: readonly WorkspaceEvent[]): void {
    const settings = { deploymentType: 'PRODUCTION', kaiEnabled: false, scaleFactor: 1 };
    this.resources.insert({ kind: 'workspace', id, parent, name, settings, history });
  }
}

const madeBy = (history: readonly { readonly at: number }[], at: number): boolean =>
  (history[0]?.at ?? Infinity) <= at;

const seedOf = (id: string): number => createHash('sha256').update(id).digest().readUInt32LE(0);
