import * as z from 'zod';
import { operation } from '../operation.ts';
import {
  givenName,
  id,
  includeTerminated,
  number,
  optionalFlag,
  optionalNumber,
  optionalText,
  someOf,
  uuid,
  word,
} from './shapes.ts';
import { DEPLOYMENT_TYPES } from './workspace-groups.ts';

export const WORKSPACE_STATES = ['ACTIVE', 'PENDING', 'SUSPENDED', 'FAILED', 'TERMINATED'] as const;
export const SUSPEND_TYPES = ['IDLE', 'SCHEDULED', 'DISABLED'] as const;
export const CACHE_CONFIGS = [1, 2, 4] as const;

/** Written with `suspendAfterSeconds`, read with one of the others; an empty object, or none, is no auto-suspend. */
export const autoSuspendShown = z.looseObject({
  suspendType: optionalText,
  suspendAfterSeconds: optionalNumber,
  idleAfterSeconds: optionalNumber,
  scheduledAfterSeconds: optionalNumber,
  scheduledSuspendAt: optionalText,
  suspendTypeChangedAt: optionalText,
});

/** What became of each database when the workspace was resumed. */
const resumeAttachment = z.looseObject({
  database: word,
  /** 'READWRITE' or 'READONLY'. */
  attachment: optionalText,
  success: optionalFlag,
  error: optionalText,
});

export const resumeAttachments = z
  .array(resumeAttachment.nullable())
  .nullish()
  .transform((all) => all?.filter((each) => each !== null));

export const workspace = z.looseObject({
  workspaceID: id,
  workspaceGroupID: optionalText,
  name: word,
  size: optionalText,
  /** A word of WORKSPACE_STATES, or a later one. */
  state: word,
  createdAt: optionalText,
  /** A host name, with or without a port; absent while there is nothing to connect to. */
  endpoint: optionalText,
  cacheConfig: optionalNumber,
  deploymentType: optionalText,
  autoSuspend: autoSuspendShown.nullish(),
  lastResumedAt: optionalText,
  resumeAttachments,
  /** In percent, while the size changes. */
  scalingProgress: optionalNumber,
  terminatedAt: optionalText,
  kaiEnabled: optionalFlag,
  scaleFactor: optionalNumber,
  autoScale: z
    .looseObject({ maxScaleFactor: number.nullish(), sensitivity: optionalText, changedAt: optionalText })
    .nullish(),
});

export type Workspace = z.infer<typeof workspace>;

export const autoSuspendGiven = z.strictObject({
  suspendType: z.enum(SUSPEND_TYPES),
  suspendAfterSeconds: z.int().positive().optional(),
});

export const autoScaleGiven = z.strictObject({
  maxScaleFactor: z.literal([1, 2, 4]),
  sensitivity: z.enum(['LOW', 'NORMAL', 'HIGH']).optional(),
});

/** What can be given at the beginning and changed later. */
const settings = {
  /** 'S-00', 'S-1', 'S-2' and so on: the service knows which there are. */
  size: z.string().optional(),
  enableKai: z.boolean().optional(),
  /** How large the persistent cache is, as a multiple. */
  cacheConfig: z.literal(CACHE_CONFIGS).optional(),
  autoSuspend: autoSuspendGiven.optional(),
  scaleFactor: z.number().positive().optional(),
  autoScale: autoScaleGiven.optional(),
};

const made = z.looseObject({ workspaceID: id });

export const workspaces = {
  /** Of one group: there is no list over all groups. */
  list: operation({
    verb: 'GET',
    path: '/v1/workspaces',
    fields: true,
    query: z.strictObject({ workspaceGroupID: id, includeTerminated }),
    reply: z.array(workspace),
    repeat: 'safe',
    does: 'list',
    object: 'the workspaces of group {workspaceGroupID}',
  }),
  create: operation({
    verb: 'POST',
    path: '/v1/workspaces',
    body: z.strictObject({ name: givenName, workspaceGroupID: uuid, ...settings }),
    reply: made,
    repeat: 'look_up',
    lock: true,
    does: 'create',
    object: 'workspace {name}',
  }),
  get: operation({
    verb: 'GET',
    path: '/v1/workspaces/{workspaceID}',
    fields: true,
    reply: workspace,
    repeat: 'safe',
    does: 'look up',
    object: 'workspace {workspaceID}',
  }),
  update: operation({
    verb: 'PATCH',
    path: '/v1/workspaces/{workspaceID}',
    body: someOf(z.strictObject({ ...settings, deploymentType: z.enum(DEPLOYMENT_TYPES).optional() })),
    reply: made,
    repeat: 'look_up',
    does: 'update',
    object: 'workspace {workspaceID}',
  }),
  /** Final. The databases are detached. */
  terminate: operation({
    verb: 'DELETE',
    path: '/v1/workspaces/{workspaceID}',
    reply: made,
    repeat: 'idempotent',
    does: 'terminate',
    object: 'workspace {workspaceID}',
  }),
  suspend: operation({
    verb: 'POST',
    path: '/v1/workspaces/{workspaceID}/suspend',
    reply: made,
    repeat: 'look_up',
    does: 'suspend',
    object: 'workspace {workspaceID}',
  }),
  resume: operation({
    verb: 'POST',
    path: '/v1/workspaces/{workspaceID}/resume',
    body: z.strictObject({ disableAutoSuspend: z.boolean().optional() }).optional(),
    reply: made,
    repeat: 'look_up',
    does: 'resume',
    object: 'workspace {workspaceID}',
  }),
};
