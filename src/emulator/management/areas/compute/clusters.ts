import type * as z from 'zod';
import { Refusal } from '../../../http/refusal.ts';
import { CLUSTER_CREATE, CLUSTER_UPDATE, WORKSPACE_RESUME } from '../../bodies.ts';
import type { Call, Operation } from '../../operation.ts';
import { stateWord } from '../../timeline/state-words.ts';
import { isoTime } from '../../timeline/times.ts';
import { findRegion, regionById } from '../../world/regions.ts';
import type { GroupNow, WorkspaceNow } from '../../world/world.ts';
import { changeGroup, endGroup, makeGroup } from './make-group.ts';
import { changeWorkspace, makeWorkspace, resumeWorkspace, suspendWorkspace } from './make-workspace.ts';
import { changeableWorkspace } from '../refusals.ts';
import { computeJson } from './workspace-json.ts';

/**
 * v2: a cluster is a workspace group and its one workspace, on the same rows as at v1. Its ID is the group's. Of a group
 * that has several workspaces, the oldest that lives counts; a group without any is a cluster that cannot compute.
 */
const ONE = '/v2/clusters/{clusterID}';
const area = 'clusters';

export const CLUSTERS: readonly Operation[] = [
  { method: 'GET', path: '/v2/clusters', area, operation: 'list', work: list },
  { method: 'POST', path: '/v2/clusters', area, operation: 'create', work: create },
  {
    method: 'GET',
    path: ONE,
    area,
    operation: 'get',
    work: (call) => clusterJson(call, clusterOf(call), call.now),
  },
  { method: 'PATCH', path: ONE, area, operation: 'update', work: update },
  { method: 'DELETE', path: ONE, area, operation: 'terminate', work: terminate },
  {
    method: 'POST',
    path: `${ONE}/suspend`,
    area,
    operation: 'suspend',
    work: (call) => {
      suspendWorkspace(call, computing(call).resource.id);
      return { clusterID: call.id('clusterID') };
    },
  },
  {
    method: 'POST',
    path: `${ONE}/resume`,
    area,
    operation: 'resume',
    work: (call) => {
      const { disableAutoSuspend } = call.body(WORKSPACE_RESUME, { mayBeMissing: true });
      resumeWorkspace(call, computing(call).resource.id, disableAutoSuspend);
      return { clusterID: call.id('clusterID') };
    },
  },
];

/** Terminated ones too, unasked. */
function list(call: Call): readonly object[] {
  const at = call.now - call.switches.listLagMs;
  return call.world.groups(at).map((group) => clusterJson(call, group, at));
}

/** The password that is asked for is ignored: one is made, and told once. */
function create(call: Call): object {
  const asked = call.body(CLUSTER_CREATE);
  const region = findRegion({ name: asked.region, provider: asked.provider });
  if (region === undefined) throw new Refusal(400, 'region: there is no such region of this provider');
  const settings = { ...asked, highAvailabilityTwoZones: asked.multiAZ, adminPassword: undefined };
  const { id, generatedPassword } = makeGroup(call, settings, region);
  const group = call.world.group(id, call.now);
  if (group !== undefined)
    makeWorkspace(call, group, {
      ...computeOf(asked),
      name: asked.name,
      size: sizeOf(asked)?.size ?? 'S-00',
    });
  return { clusterID: id, adminPassword: generatedPassword };
}

/** The name is taken and changes nothing. Whatever changes, the cluster is PENDING for a while. */
function update(call: Call): object {
  const { name: _ignored, ...asked } = call.body(CLUSTER_UPDATE);
  const group = clusterOf(call);
  if (group.view.phase === 'terminated') throw noSuchCluster(group.resource.id);
  const workspace = workspaceOf(call, group, call.now);
  if (workspace !== undefined) {
    const changes = { ...computeOf(asked), size: sizeOf(asked)?.size };
    changeWorkspace(call, changeableWorkspace(call, workspace.resource.id), changes, {
      throughPending: true,
    });
  }
  changeGroup(call, group, { ...asked, adminPassword: undefined });
  return { clusterID: group.resource.id };
}

function terminate(call: Call): object {
  const group = clusterOf(call);
  if (group.view.phase === 'terminated') throw noSuchCluster(group.resource.id);
  const workspaces = call.world.workspacesOf(group, call.now);
  endGroup(
    call,
    group,
    workspaces.filter(({ view }) => view.phase !== 'terminated'),
  );
  return { clusterID: group.resource.id };
}

function clusterOf(call: Call): GroupNow {
  const id = call.id('clusterID');
  const group = call.world.group(id, call.now);
  if (group === undefined) throw noSuchCluster(id);
  return group;
}

const noSuchCluster = (id: string): Refusal => new Refusal(404, `cluster ${id} not found`);

function workspaceOf(call: Call, group: GroupNow, at: number): WorkspaceNow | undefined {
  const all = call.world.workspacesOf(group, at);
  return all.find(({ view }) => view.phase !== 'terminated') ?? all[0];
}

/** The workspace of a cluster that can be suspended and resumed. */
function computing(call: Call): WorkspaceNow {
  const group = clusterOf(call);
  if (group.view.phase === 'terminated') throw noSuchCluster(group.resource.id);
  const workspace = workspaceOf(call, group, call.now);
  if (workspace === undefined)
    throw new Refusal(400, `cluster ${group.resource.id} is a workspace group without a workspace`);
  return workspace;
}

type Asked = Omit<z.infer<typeof CLUSTER_UPDATE>, 'name'>;

const sizeOf = ({ sizeConfig, size }: Asked) => sizeConfig ?? size;

const computeOf = (asked: Asked) => ({
  cacheConfig: asked.cacheConfig,
  enableKai: asked.kai,
  scaleFactor: sizeOf(asked)?.scaleFactor,
  autoScale: asked.autoScale,
  autoSuspend: asked.autoSuspend,
  deploymentType: asked.deploymentType,
});

/** Fields without a value are left out. */
function clusterJson(call: Call, group: GroupNow, at: number): object {
  const { resource, view } = group;
  const { regionID, projectID, updateWindow, highAvailabilityTwoZones } = resource.settings;
  const { provider, regionName } = regionById(regionID);
  const workspace = workspaceOf(call, group, at);
  const ended = view.terminatedAt !== undefined && { terminatedAt: isoTime(view.terminatedAt) };
  return {
    clusterID: resource.id,
    groupID: resource.id,
    name: resource.name,
    provider,
    region: regionName,
    projectID,
    createdAt: isoTime(view.createdAt),
    ...(view.firewall !== undefined && {
      firewallRanges: view.firewall.ranges,
      allowAllTraffic: view.firewall.allowAllTraffic,
    }),
    updateWindow: updateWindow ?? { day: 0, hour: 0 },
    ...(highAvailabilityTwoZones !== undefined && { multiAZ: highAvailabilityTwoZones }),
    ...(view.expires !== undefined && { expiresAt: isoTime(view.expires) }),
    ...(workspace === undefined ? bareJson(call, group) : workspaceFields(call, workspace)),
    ...ended,
  };
}

const bareJson = (call: Call, { resource, view }: GroupNow): object => ({
  state: stateWord(
    call.flapping.shown(resource.id, view, call.switches.flappingReads),
    call.switches.stateWords,
  ),
});

function workspaceFields(call: Call, workspace: WorkspaceNow): object {
  const { size } = workspace.view;
  const { scaleFactor, kaiEnabled, deploymentType, cacheConfig, autoScale } = workspace.resource.settings;
  const { createdAt: _, ...compute } = computeJson(call, workspace) as { createdAt: string };
  return {
    size: { size, scaleFactor },
    sizeConfig: { size, scaleFactor },
    kai: kaiEnabled,
    deploymentType,
    ...(cacheConfig !== undefined && { cacheConfig }),
    ...(autoScale !== undefined && { autoScale }),
    ...compute,
  };
}
