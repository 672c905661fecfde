import type { Call } from '../../operation.ts';
import { stateWord } from '../../timeline/state-words.ts';
import { isoTime } from '../../timeline/times.ts';
import type { WorkspaceView } from '../../timeline/workspace-timeline.ts';
import type { WorkspaceNow } from '../../world/world.ts';

/** v1: a workspace. */
export function workspaceJson(call: Call, workspace: WorkspaceNow): object {
  const { resource, view } = workspace;
  const { cacheConfig, deploymentType, kaiEnabled, scaleFactor, autoScale } = resource.settings;
  return {
    workspaceID: resource.id,
    workspaceGroupID: resource.parent,
    name: resource.name,
    size: view.size,
    deploymentType,
    kaiEnabled,
    scaleFactor,
    ...(cacheConfig !== undefined && { cacheConfig }),
    ...(autoScale !== undefined && { autoScale }),
    ...computeJson(call, workspace),
  };
}

/** What v1 says of a workspace and v2 of a cluster, in the same words. */
export function computeJson(call: Call, { resource, view, group }: WorkspaceNow): object {
  const { flappingReads, stateWords, suspendedEndpoint } = call.switches;
  const shown = call.flapping.shown(resource.id, view, flappingReads);
  const hasEndpoint =
    view.phase === 'active' ||
    view.phase === 'changing' ||
    (suspendedEndpoint === 'kept' && view.phase === 'suspended');
  const databases = group.resource.settings.databases;
  return {
    state: stateWord(shown, stateWords),
    createdAt: isoTime(view.createdAt),
    ...(hasEndpoint && { endpoint: call.endpoint }),
    ...(view.lastResumedAt !== undefined && {
      lastResumedAt: isoTime(view.lastResumedAt),
      resumeAttachments: databases.map((database) => ({ database, attachment: 'READWRITE', success: true })),
    }),
    ...(view.terminatedAt !== undefined && { terminatedAt: isoTime(view.terminatedAt) }),
    ...progressJson(call, view),
    ...autoSuspendJson(view),
  };
}

/** In percent, once the service has begun. */
function progressJson({ now }: Call, { resize }: WorkspaceView): object {
  if (resize === undefined || now < resize.begins) return {};
  const share = (now - resize.begins) / Math.max(1, resize.done - resize.begins);
  return { scalingProgress: Math.floor(share * 100) };
}

/** Disabled is no field at all. What was set in seconds reads back as a time when it is SCHEDULED. */
function autoSuspendJson({ autoSuspend }: WorkspaceView): object {
  if (autoSuspend === undefined) return {};
  const { type, afterSeconds, setAt, suspendsAt } = autoSuspend;
  const changed = isoTime(setAt);
  return {
    autoSuspend:
      type === 'IDLE'
        ? {
            suspendType: type,
            idleAfterSeconds: afterSeconds,
            idleChangedAt: changed,
            suspendTypeChangedAt: changed,
          }
        : {
            suspendType: type,
            scheduledAfterSeconds: afterSeconds,
            scheduledSuspendAt: isoTime(suspendsAt),
            scheduledChangedAt: changed,
            suspendTypeChangedAt: changed,
          },
  };
}
