import type { BehaviourControl } from '../control/behaviour.ts';
import type { DatabaseOwner } from '../database/databases.ts';
import { Refusal } from '../http/refusal.ts';
import type { GroupNow, World, WorkspaceNow } from '../management/world/world.ts';

export interface ReachContext {
  readonly world: World;
  readonly behaviour: BehaviourControl;
}

/** Everything of the world that has databases now. */
export function databaseOwners(context: ReachContext): readonly DatabaseOwner[] {
  const { world } = context;
  const groups = world.groups().filter(({ view }) => view.phase !== 'terminated');
  const starters = world.resources
    .list('starter')
    .filter(({ history }) => history.every(({ did }) => did !== 'delete'));
  return [
    ...groups.map(({ resource }) => groupOwner(context, resource.id)),
    ...starters.map(({ id }) => starterOwner(context, id)),
  ];
}

export const groupOwner = (context: ReachContext, id: string): DatabaseOwner => ({
  id,
  databases: () => context.world.resources.get('group', id)?.settings.databases ?? [],
  isActive: () => {
    const group = context.world.group(id);
    return (
      group !== undefined && workspacesOf(context, group).some((workspace) => isReachable(context, workspace))
    );
  },
});

/** A starter workspace is always active. */
export const starterOwner = ({ world }: ReachContext, id: string): DatabaseOwner => {
  const databases = (): readonly string[] => {
    const starter = world.resources.get('starter', id);
    return starter === undefined ? [] : [starter.settings.databaseName];
  };
  return { id, databases, isActive: () => databases().length > 0 };
};

const workspacesOf = ({ world }: ReachContext, group: GroupNow): readonly WorkspaceNow[] =>
  world.workspacesOf(group).filter(({ view }) => view.phase !== 'terminated');

/** Of a group's workspaces the first that is active and lets one in. Throws a 404 or a 503. */
export function activeWorkspace(context: ReachContext, group: GroupNow): WorkspaceNow {
  const living = workspacesOf(context, group);
  const found = living.find((workspace) => isReachable(context, workspace));
  if (found !== undefined) return found;
  throw living.length === 0
    ? new Refusal(404, 'the workspace group has no workspace')
    : new Refusal(503, 'the workspace is not active');
}

function isReachable({ world, behaviour }: ReachContext, { view }: WorkspaceNow): boolean {
  return (
    isActive(view.phase) && world.clock.now() >= (view.activeSince ?? 0) + behaviour.current.endpointRefusesMs
  );
}

const isActive = (phase: WorkspaceNow['view']['phase']): boolean =>
  phase === 'active' || phase === 'changing';

/** A ping names no workspace: it fails while one that is active does not let anybody in, and when none is active. */
export function checkReachable(context: ReachContext): void {
  const { world } = context;
  const workspaces = world.groups().flatMap((group) => world.workspacesOf(group));
  const active = workspaces.filter(({ view }) => isActive(view.phase));
  if (active.length === 0 || !active.every((workspace) => isReachable(context, workspace)))
    throw new Refusal(503, 'the workspace is not active');
}
