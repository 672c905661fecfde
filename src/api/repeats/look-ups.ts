import type { AnyInput, Operation } from '../operation.ts';
import { clusters } from '../resources/clusters.ts';
import { privateConnections } from '../resources/private-connections.ts';
import { secrets } from '../resources/secrets.ts';
import { starters, startersV2 } from '../resources/starters.ts';
import { workspaceGroups } from '../resources/workspace-groups.ts';
import { workspaces } from '../resources/workspaces.ts';
import { creation } from './creations.ts';
import type { Look, LookUp } from './look-up.ts';
import { removal } from './removals.ts';
import { transition } from './transitions.ts';
import { autoSuspend, firewall, instant, readAs, size, sizeConfig, update } from './updates.ts';

/** Reads the thing that the path names by one ID. */
const thing =
  (operation: Operation, parameter: string): ((input: AnyInput) => Look) =>
  (input) => ({ operation, input: { [parameter]: input[parameter] } });

const workspace = { look: thing(workspaces.get, 'workspaceID'), idKey: 'workspaceID' };
const group = { look: thing(workspaceGroups.get, 'workspaceGroupID'), idKey: 'workspaceGroupID' };
const connection = {
  look: thing(privateConnections.get, 'connectionID'),
  idKey: 'privateConnectionID',
  parameter: 'connectionID',
};

const cluster = { look: thing(clusters.get, 'clusterID'), idKey: 'clusterID' };
const starter = { look: thing(starters.get, 'virtualWorkspaceID'), idKey: 'virtualWorkspaceID' };
const virtualCluster = { look: thing(startersV2.get, 'virtualClusterID'), idKey: 'virtualClusterID' };
const secret = { look: thing(secrets.get, 'secretID'), idKey: 'secretID' };

const listed =
  (operation: Operation): (() => Look) =>
  () => ({ operation, input: {} });

const groupOf = (input: AnyInput): unknown =>
  (input['body'] as { readonly workspaceGroupID?: unknown } | undefined)?.workspaceGroupID;

const gone = ({
  look,
  idKey,
  parameter = idKey,
}: {
  readonly look: (input: AnyInput) => Look;
  readonly idKey: string;
  readonly parameter?: string;
}): LookUp => removal({ look, reply: (input) => ({ [idKey]: input[parameter] }) });

/** What tells, after a lost reply, whether a change was made. */
export const LOOK_UPS: ReadonlyMap<Operation, LookUp> = new Map<Operation, LookUp>([
  [
    workspaceGroups.create,
    creation({
      kind: 'workspace group',
      idKey: 'workspaceGroupID',
      look: listed(workspaceGroups.list),
    }),
  ],
  [workspaceGroups.update, update({ ...group, compare: { firewallRanges: firewall, expiresAt: instant } })],
  [workspaceGroups.terminate, gone(group)],
  [
    workspaces.create,
    creation({
      kind: 'workspace',
      idKey: 'workspaceID',
      look: (input) => ({
        operation: workspaces.list,
        input: { query: { workspaceGroupID: groupOf(input) } },
      }),
    }),
  ],
  [
    workspaces.update,
    update({ ...workspace, compare: { size, autoSuspend, enableKai: readAs('kaiEnabled') } }),
  ],
  [workspaces.terminate, gone(workspace)],
  [workspaces.suspend, transition({ ...workspace, target: 'SUSPENDED' })],
  [workspaces.resume, transition({ ...workspace, target: 'ACTIVE' })],
  [
    privateConnections.create,
    creation({
      kind: 'private connection',
      idKey: 'privateConnectionID',
      look: (input) => ({
        operation: privateConnections.ofGroup,
        input: { workspaceGroupID: groupOf(input) },
      }),
      same: ['workspaceID', 'type', 'serviceName', 'allowList'],
      repeatable: true,
    }),
  ],
  [privateConnections.update, update(connection)],
  [privateConnections.delete, gone(connection)],
  [clusters.create, creation({ kind: 'cluster', idKey: 'clusterID', look: listed(clusters.list) })],
  [
    clusters.update,
    update({
      ...cluster,
      compare: { sizeConfig, autoSuspend, firewallRanges: firewall, expiresAt: instant },
    }),
  ],
  [clusters.terminate, gone(cluster)],
  [clusters.suspend, transition({ ...cluster, target: 'SUSPENDED' })],
  [clusters.resume, transition({ ...cluster, target: 'ACTIVE' })],
  [
    starters.create,
    creation({ kind: 'starter workspace', idKey: 'virtualWorkspaceID', look: listed(starters.list) }),
  ],
  [starters.terminate, gone(starter)],
  [
    startersV2.create,
    creation({ kind: 'virtual cluster', idKey: 'virtualClusterID', look: listed(startersV2.list) }),
  ],
  [startersV2.terminate, gone(virtualCluster)],
  [secrets.create, creation({ kind: 'secret', idKey: 'secretID', look: listed(secrets.list) })],
  [secrets.delete, gone(secret)],
]);
