import { Refusal } from '../../../http/refusal.ts';
import { GROUP_CREATE, GROUP_UPDATE } from '../../bodies.ts';
import type { Call, Operation } from '../../operation.ts';
import { stateWord } from '../../timeline/state-words.ts';
import { isoTime } from '../../timeline/times.ts';
import { findRegion, regionById } from '../../world/regions.ts';
import type { GroupNow } from '../../world/world.ts';
import { projectName } from '../projects.ts';
import { firewallJson } from './firewall.ts';
import { changeGroup, endGroup, makeGroup } from './make-group.ts';
import { groupOf, livingGroup } from '../refusals.ts';

const ID = 'workspaceGroupID';
const COLLECTION = '/v1/workspaceGroups';
const ONE = `${COLLECTION}/{${ID}}`;

export const GROUPS: readonly Operation[] = [
  { method: 'GET', path: COLLECTION, area: 'groups', operation: 'list', fields: true, work: list },
  { method: 'POST', path: COLLECTION, area: 'groups', operation: 'create', work: create },
  {
    method: 'GET',
    path: ONE,
    area: 'groups',
    operation: 'get',
    fields: true,
    work: (call) => groupJson(call, groupOf(call, call.id(ID))),
  },
  { method: 'PATCH', path: ONE, area: 'groups', operation: 'update', work: update },
  { method: 'DELETE', path: ONE, area: 'groups', operation: 'terminate', work: terminate },
];

function list(call: Call): readonly object[] {
  const groups = call.world.groups(call.now - call.switches.listLagMs);
  return groups
    .filter(({ view }) => call.isTrue('includeTerminated') || view.phase !== 'terminated')
    .map((group) => groupJson(call, group));
}

function create(call: Call): object {
  const asked = call.body(GROUP_CREATE);
  const { regionID: id, regionName: name, provider } = asked;
  if (id === undefined && name === undefined) throw new Refusal(400, 'regionID: is missing');
  const region = findRegion({ id, name, provider });
  if (region === undefined) throw new Refusal(400, 'regionID: there is no such region');
  const made = makeGroup(call, asked, region);
  return {
    workspaceGroupID: made.id,
    ...(made.generatedPassword !== undefined && { adminPassword: made.generatedPassword }),
  };
}

function update(call: Call): object {
  const group = livingGroup(call, call.id(ID));
  const adminPassword = changeGroup(call, group, call.body(GROUP_UPDATE));
  return { workspaceGroupID: group.resource.id, ...(adminPassword !== undefined && { adminPassword }) };
}

function terminate(call: Call): object {
  const group = livingGroup(call, call.id(ID));
  const workspaces = call.world
    .workspacesOf(group, call.now)
    .filter(({ view }) => view.phase !== 'terminated');
  if (workspaces.length > 0 && !call.isTrue('force'))
    throw new Refusal(
      call.switches.fullGroupStatus,
      `workspace group ${group.resource.id} has workspaces; terminate them first, or set force`,
    );
  endGroup(call, group, workspaces);
  return { workspaceGroupID: group.resource.id };
}

function groupJson(call: Call, { resource, view }: GroupNow): object {
  const { regionID, updateWindow, deploymentType, projectID, ...settings } = resource.settings;
  const { provider, regionName } = regionById(regionID);
  const { optInPreviewFeature, highAvailabilityTwoZones } = settings;
  const shown = call.flapping.shown(resource.id, view, call.switches.flappingReads);
  return {
    workspaceGroupID: resource.id,
    name: resource.name,
    state: stateWord(shown, call.switches.stateWords),
    createdAt: isoTime(view.createdAt),
    regionID,
    provider,
    regionName,
    projectID,
    projectName: projectName(call, projectID),
    ...firewallJson(view),
    updateWindow: updateWindow ?? { day: 0, hour: 0 },
    deploymentType: deploymentType ?? 'PRODUCTION',
    ...(optInPreviewFeature !== undefined && { optInPreviewFeature }),
    ...(highAvailabilityTwoZones !== undefined && { highAvailabilityTwoZones }),
    ...(view.expires !== undefined && { expiresAt: isoTime(view.expires) }),
    ...(view.terminatedAt !== undefined && { terminatedAt: isoTime(view.terminatedAt) }),
  };
}
