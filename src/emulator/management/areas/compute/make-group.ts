import type * as z from 'zod';
import { Refusal } from '../../../http/refusal.ts';
import type { GROUP_CREATE, GROUP_UPDATE } from '../../bodies.ts';
import type { Call } from '../../operation.ts';
import type { GroupEvent } from '../../timeline/group-timeline.ts';
import { PROJECT } from '../../world/organization.ts';
import type { Region } from '../../world/regions.ts';
import type { GroupNow, WorkspaceNow } from '../../world/world.ts';
import { parseExpiry } from './expiry.ts';
import { askedFirewall } from './firewall.ts';
import { choosePassword } from '../passwords.ts';
import { checkCredits, checkLock, nameTaken } from '../refusals.ts';

type Asked = Omit<z.infer<typeof GROUP_CREATE>, 'regionID' | 'provider' | 'regionName'>;

/** What v1 calls a workspace group and v2 the outer half of a cluster. */
export function makeGroup(
  call: Call,
  asked: Asked,
  region: Region,
): { id: string; generatedPassword: string | undefined } {
  const { world, now, switches } = call;
  checkCredits(call);
  checkLock(call);
  world.settle();
  const row = world.data.deployments.create({ name: asked.name, kind: 'group', region: region.regionID });
  if (row === undefined) throw nameTaken(call, 'workspace group', asked.name);
  const password = choosePassword(call, row.id, asked.adminPassword);
  const done = now + switches.createMs;
  const firewall = askedFirewall(asked, { ranges: [], allowAllTraffic: false });
  const history: GroupEvent[] = [
    { at: now, did: 'create', done, fails: switches.createEnds === 'FAILED' },
    { at: now, did: 'setFirewall', done: done + switches.firewallMs, ...firewall! },
  ];
  const { expiresAt } = asked;
  if (expiresAt !== undefined) history.push(expiryEvent(call, row.id, expiresAt));
  const settings = {
    regionID: region.regionID,
    projectID: asked.projectID ?? PROJECT.projectID,
    updateWindow: asked.updateWindow,
    deploymentType: asked.deploymentType,
    optInPreviewFeature: asked.optInPreviewFeature,
    highAvailabilityTwoZones: asked.highAvailabilityTwoZones,
    password: password.digest,
    databases: [],
  };
  world.resources.insert({ kind: 'group', id: row.id, parent: '', name: asked.name, settings, history });
  return { id: row.id, generatedPassword: password.generated };
}

/** Returns the password when one was made. */
export function changeGroup(
  call: Call,
  group: GroupNow,
  asked: z.infer<typeof GROUP_UPDATE>,
): string | undefined {
  const { world, now, switches } = call;
  const { resource, view } = group;
  if (view.phase === 'creating')
    throw new Refusal(switches.changePendingStatus, `workspace group ${resource.id} is being created`);
  const { name, adminPassword, expiresAt } = asked;
  if (name !== undefined && name !== resource.name) renameGroup(call, group, name);
  const events: GroupEvent[] = [];
  const firewall = askedFirewall(asked, latestFirewall(resource.history));
  if (firewall !== undefined)
    events.push({ at: now, did: 'setFirewall', done: now + switches.firewallMs, ...firewall });
  if (expiresAt !== undefined) events.push(expiryEvent(call, resource.id, expiresAt));
  const password = adminPassword === undefined ? undefined : choosePassword(call, resource.id, adminPassword);
  const { updateWindow, deploymentType, optInPreviewFeature } = asked;
  world.resources.update(resource, {
    name,
    events,
    settings: {
      ...(updateWindow !== undefined && { updateWindow }),
      ...(deploymentType !== undefined && { deploymentType }),
      ...(optInPreviewFeature !== undefined && { optInPreviewFeature }),
      ...(password !== undefined && { password: password.digest }),
    },
  });
  return password?.generated;
}

/** Its workspaces end with it, and so does everything on its Stage. */
export function endGroup(call: Call, { resource }: GroupNow, workspaces: readonly WorkspaceNow[]): void {
  const { world, now } = call;
  const row = world.data.deployments.get(resource.id);
  const bytes = row === undefined ? 0 : world.data.tree.used(row.root);
  for (const each of workspaces)
    world.resources.update(each.resource, { events: [{ at: now, did: 'terminate', done: now }] });
  world.resources.update(resource, { events: [{ at: now, did: 'terminate', bytes }] });
  world.data.deployments.terminate(resource.id);
}

function renameGroup(call: Call, { resource }: GroupNow, name: string): void {
  const { deployments } = call.world.data;
  call.world.settle();
  if (deployments.isNameTaken(name, 'group')) throw nameTaken(call, 'workspace group', name);
  deployments.rename(resource.id, name);
}

function expiryEvent(call: Call, id: string, text: string): GroupEvent {
  const expires = parseExpiry(call, text);
  call.world.data.deployments.expire(id, expires);
  return { at: call.now, did: 'setExpiry', expires };
}

/** The last one that was asked for, in force or not. */
function latestFirewall(history: readonly GroupEvent[]) {
  const last = history.findLast((event) => event.did === 'setFirewall');
  return last ?? { ranges: [], allowAllTraffic: false };
}
