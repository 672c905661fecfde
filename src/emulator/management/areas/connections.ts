import { createHash, randomUUID } from 'node:crypto';
import { Refusal } from '../../http/refusal.ts';
import { CONNECTION_CREATE, CONNECTION_UPDATE } from '../bodies.ts';
import type { Call, Operation } from '../operation.ts';
import { connectionAt } from '../timeline/connection-timeline.ts';
import type { ConnectionView } from '../timeline/connection-timeline.ts';
import { isoTime } from '../timeline/times.ts';
import { regionById } from '../world/regions.ts';
import type { Resource } from '../world/resources.ts';
import type { WorkspaceNow } from '../world/world.ts';
import { groupOf, livingGroup, noSuchWorkspace, workspaceOf } from './refusals.ts';

const ONE = '/v1/privateConnections/{connectionID}';
const OF_WORKSPACE = '/v1/workspaces/{workspaceID}/privateConnections';
const area = 'connections';

export const CONNECTIONS: readonly Operation[] = [
  { method: 'POST', path: '/v1/privateConnections', area, operation: 'create', work: create },
  {
    method: 'GET',
    path: ONE,
    area,
    operation: 'get',
    fields: true,
    work: (call) => connectionJson(connectionOf(call, call.id('connectionID'))),
  },
  { method: 'PATCH', path: ONE, area, operation: 'update', work: update },
  { method: 'DELETE', path: ONE, area, operation: 'delete', work: remove },
  {
    method: 'GET',
    path: '/v1/workspaceGroups/{workspaceGroupID}/privateConnections',
    area,
    operation: 'listOfGroup',
    fields: true,
    work: (call) => listOf(call, groupOf(call, call.id('workspaceGroupID')).resource.id),
  },
  {
    method: 'GET',
    path: OF_WORKSPACE,
    area,
    operation: 'listOfWorkspace',
    fields: true,
    work: (call) => {
      const { resource } = workspaceOf(call, call.id('workspaceID'));
      return listOf(call, resource.parent, resource.id);
    },
  },
  { method: 'GET', path: `${OF_WORKSPACE}/kai`, area, operation: 'kai', work: kai },
  {
    method: 'GET',
    path: `${OF_WORKSPACE}/outboundAllowList`,
    area,
    operation: 'outboundAllowList',
    work: outbound,
  },
];

interface ConnectionNow {
  readonly resource: Resource<'connection'>;
  readonly view: ConnectionView;
}

function create(call: Call): object {
  const { workspaceGroupID, workspaceID, ...settings } = call.body(CONNECTION_CREATE);
  const group = call.world.group(workspaceGroupID, call.now);
  if (group === undefined || group.view.phase === 'terminated')
    throw new Refusal(
      call.switches.unknownGroupStatus,
      `workspaceGroupID: workspace group ${workspaceGroupID} not found`,
    );
  if (workspaceID !== undefined) livingWorkspaceIn(call, workspaceGroupID, workspaceID);
  const id = randomUUID();
  call.world.resources.insert({
    kind: 'connection',
    id,
    parent: workspaceGroupID,
    name: settings.serviceName ?? '',
    settings: { ...settings, workspaceID },
    history: [{ at: call.now, did: 'create', done: call.now + call.switches.connectionMs }],
  });
  return { privateConnectionID: id };
}

function livingWorkspaceIn(call: Call, groupId: string, id: string): void {
  const workspace = call.world.workspace(id, call.now);
  if (workspace?.resource.parent !== groupId || workspace.view.phase === 'terminated')
    throw new Refusal(400, `workspaceID: workspace ${id} is not in the workspace group`);
}

function update(call: Call): object {
  const { resource, view } = connectionOf(call, call.id('connectionID'));
  const { allowList } = call.body(CONNECTION_UPDATE);
  if (view.status === 'DELETED') throw noSuchConnection(resource.id);
  call.world.resources.update(resource, {
    settings: { ...(allowList !== undefined && { allowList }) },
    events: [{ at: call.now, did: 'update' }],
  });
  return { privateConnectionID: resource.id };
}

function remove(call: Call): object {
  const { resource, view } = connectionOf(call, call.id('connectionID'));
  if (view.status === 'DELETED' || view.isLeaving) throw noSuchConnection(resource.id);
  const done = call.now + call.switches.connectionMs;
  call.world.resources.update(resource, { events: [{ at: call.now, did: 'delete', done }] });
  return { privateConnectionID: resource.id };
}

/** Those that are there; a deleted one can be read by its ID alone. */
function listOf(call: Call, groupId: string, workspaceId?: string): readonly object[] {
  return call.world.resources
    .list('connection', groupId)
    .filter(({ settings }) => workspaceId === undefined || settings.workspaceID === workspaceId)
    .map((resource) => connectionNow(call, resource))
    .filter(({ view }) => view.status !== 'DELETED')
    .map(connectionJson);
}

function connectionOf(call: Call, id: string): ConnectionNow {
  const resource = call.world.resources.get('connection', id);
  if (resource === undefined) throw noSuchConnection(id);
  return connectionNow(call, resource);
}

const noSuchConnection = (id: string): Refusal => new Refusal(404, `private connection ${id} not found`);

function connectionNow(call: Call, resource: Resource<'connection'>): ConnectionNow {
  const { workspaceID } = resource.settings;
  const group = groupOf(call, resource.parent);
  const workspace = workspaceID === undefined ? undefined : call.world.workspace(workspaceID, call.now);
  const end = Math.min(group.view.endsAt, workspace?.view.terminatedAt ?? Infinity);
  return { resource, view: connectionAt(resource.history, call.now, end) };
}

function connectionJson({ resource, view }: ConnectionNow): object {
  const { type, workspaceID, serviceName, allowList } = resource.settings;
  const time = (name: string, at: number | undefined) => at !== undefined && { [name]: isoTime(at) };
  return {
    privateConnectionID: resource.id,
    workspaceGroupID: resource.parent,
    ...(workspaceID !== undefined && { workspaceID }),
    type,
    status: view.status,
    serviceName: serviceName ?? serviceNameOf(resource.id),
    ...(allowList !== undefined && { allowList }),
    ...(type === 'OUTBOUND' && { outboundAllowList: accountOf(resource.parent) }),
    createdAt: isoTime(view.createdAt),
    ...time('activeAt', view.activeAt),
    ...time('updatedAt', view.updatedAt),
    ...time('deletedAt', view.deletedAt),
  };
}

function kai(call: Call): object {
  const { resource, group } = livingWorkspace(call);
  const { provider, regionName } = regionById(group.resource.settings.regionID);
  if (!resource.settings.kaiEnabled)
    throw new Refusal(404, `workspace ${resource.id} has no private connection for Kai: Kai is not enabled`);
  if (provider !== 'AWS') throw new Refusal(400, 'private connections for Kai exist on AWS only');
  return { serviceName: serviceNameOf(`${resource.id} kai`, regionName) };
}

function outbound(call: Call): readonly object[] {
  return [{ outboundAllowList: accountOf(livingWorkspace(call).resource.parent) }];
}

function livingWorkspace(call: Call): WorkspaceNow {
  const workspace = workspaceOf(call, call.id('workspaceID'));
  if (workspace.view.phase === 'terminated') throw noSuchWorkspace(workspace.resource.id);
  livingGroup(call, workspace.resource.parent);
  return workspace;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** As AWS names what others connect to. */
const serviceNameOf = (seed: string, region = 'us-east-1'): string =>
  `com.amazonaws.vpce.${region}.vpce-svc-${digest(seed).slice(0, 17)}`;

/** The account that a group's workspaces call out from. */
const accountOf = (groupId: string): string =>
  `arn:aws:iam::${String(Number.parseInt(digest(groupId).slice(0, 12), 16))
    .slice(0, 12)
    .padStart(12, '0')}:root`;
