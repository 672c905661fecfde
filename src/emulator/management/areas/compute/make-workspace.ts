import { randomUUID } from 'node:crypto';
import type * as z from 'zod';
import { Refusal } from '../../../http/refusal.ts';
import type { WORKSPACE_CREATE, WORKSPACE_UPDATE } from '../../bodies.ts';
import type { Call } from '../../operation.ts';
import type { AutoSuspend, WorkspaceEvent } from '../../timeline/workspace-timeline.ts';
import type { GroupNow, WorkspaceNow } from '../../world/world.ts';
import { changeableWorkspace, checkCredits } from '../refusals.ts';

type Asked = Omit<z.infer<typeof WORKSPACE_CREATE>, 'workspaceGroupID'>;

/** What v1 calls a workspace and v2 the inner half of a cluster. Returns its ID. */
export function makeWorkspace(call: Call, group: GroupNow, asked: Asked): string {
  const { world, now, switches } = call;
  const id = randomUUID();
  const done = Math.max(now, group.view.activeAt) + switches.createMs;
  const fails = switches.createEnds === 'FAILED';
  const history: WorkspaceEvent[] = [{ at: now, did: 'create', done, size: asked.size, fails }];
  if (asked.autoSuspend !== undefined)
    history.push({ at: now, did: 'setAutoSuspend', autoSuspend: autoSuspendOf(asked.autoSuspend) });
  const settings = {
    cacheConfig: asked.cacheConfig,
    deploymentType: asked.deploymentType ?? 'PRODUCTION',
    kaiEnabled: asked.enableKai ?? false,
    scaleFactor: asked.scaleFactor ?? 1,
    autoScale: asked.autoScale,
  };
  const parent = group.resource.id;
  world.resources.insert({ kind: 'workspace', id, parent, name: asked.name, settings, history });
  return id;
}

/** `throughPending`: whatever changes, the state is PENDING for a while, as at v2. */
export function changeWorkspace(
  call: Call,
  workspace: WorkspaceNow,
  asked: z.infer<typeof WORKSPACE_UPDATE>,
  { throughPending = false } = {},
): void {
  const { resource, view } = workspace;
  const { now, switches } = call;
  if (view.phase === 'suspended')
    throw new Refusal(switches.changeSuspendedStatus, `workspace ${resource.id} is suspended`);
  const { size, autoSuspend } = asked;
  const grows = size !== undefined && size !== view.size;
  if (grows) checkCredits(call);
  const events: WorkspaceEvent[] = [];
  if (autoSuspend !== undefined)
    events.push({ at: now, did: 'setAutoSuspend', autoSuspend: autoSuspendOf(autoSuspend) });
  const begins = now + switches.resizeUnseenMs;
  const done = begins + switches.resizeMs;
  if (throughPending) events.push({ at: now, did: 'change', done, size });
  else if (grows) events.push({ at: now, did: 'resize', begins, done, size });
  const { cacheConfig, deploymentType, enableKai, scaleFactor, autoScale } = asked;
  call.world.resources.update(resource, {
    events,
    settings: {
      ...(cacheConfig !== undefined && { cacheConfig }),
      ...(deploymentType !== undefined && { deploymentType }),
      ...(enableKai !== undefined && { kaiEnabled: enableKai }),
      ...(scaleFactor !== undefined && { scaleFactor }),
      ...(autoScale !== undefined && { autoScale }),
    },
  });
}

export function suspendWorkspace(call: Call, id: string): void {
  const { resource, view } = changeableWorkspace(call, id);
  if (view.phase === 'suspended')
    throw new Refusal(call.switches.suspendSuspendedStatus, `workspace ${id} is suspended already`);
  const done = call.now + call.switches.suspendMs;
  call.world.resources.update(resource, { events: [{ at: call.now, did: 'suspend', done }] });
}

export function resumeWorkspace(call: Call, id: string, disableAutoSuspend: boolean): void {
  const { resource, view } = changeableWorkspace(call, id);
  if (view.phase === 'active')
    throw new Refusal(call.switches.resumeActiveStatus, `workspace ${id} is active already`);
  checkCredits(call);
  const done = call.now + call.switches.resumeMs;
  const event: WorkspaceEvent = { at: call.now, did: 'resume', done, disableAutoSuspend };
  call.world.resources.update(resource, { events: [event] });
}

function autoSuspendOf(asked: NonNullable<Asked['autoSuspend']>): AutoSuspend | null {
  const { suspendType: type, suspendAfterSeconds: afterSeconds = 0 } = asked;
  return type === 'DISABLED' ? null : { type, afterSeconds };
}
