import * as z from 'zod';
import { operation } from '../operation.ts';
import {
  id,
  optionalFlag,
  optionalNumber,
  optionalText,
  optionalTexts,
  someOf,
  uuid,
  word,
} from './shapes.ts';
import { DEPLOYMENT_TYPES, updateWindowShown } from './workspace-groups.ts';
import {
  autoScaleGiven,
  autoSuspendGiven,
  autoSuspendShown,
  CACHE_CONFIGS,
  resumeAttachments,
} from './workspaces.ts';

// Version 2: a cluster is a workspace group and its one workspace. Fields that are null are left out of replies.

const sizeShown = z
  .union([z.string(), z.looseObject({ size: optionalText, scaleFactor: optionalNumber })])
  .nullish();

export const cluster = z.looseObject({
  clusterID: id,
  /** Read only, and without an operation of its own. */
  groupID: optionalText,
  name: word,
  state: word,
  /** The name was changed and changed back within days: one of the two is there. */
  sizeConfig: sizeShown,
  size: sizeShown,
  projectID: optionalText,
  provider: optionalText,
  /** As the provider calls it: 'us-east-1'. */
  region: optionalText,
  endpoint: optionalText,
  firewallRanges: optionalTexts,
  allowAllTraffic: optionalFlag,
  outboundAllowList: optionalText,
  autoSuspend: autoSuspendShown.nullish(),
  autoScale: z.looseObject({ maxScaleFactor: optionalNumber, sensitivity: optionalText }).nullish(),
  cacheConfig: optionalNumber,
  scalingProgress: optionalNumber,
  resumeAttachments,
  updateWindow: updateWindowShown,
  deploymentType: optionalText,
  kai: optionalFlag,
  multiAZ: optionalFlag,
  smartDRStatus: optionalText,
  createdAt: optionalText,
  lastResumedAt: optionalText,
  expiresAt: optionalText,
  terminatedAt: optionalText,
});

export type Cluster = z.infer<typeof cluster>;

const region = z.looseObject({
  /** As people read it: 'US East 1 (N. Virginia)'. */
  region: z.string(),
  provider: z.string(),
  regionName: z.string(),
});

const clusterName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/, {
  error: 'must have 1 to 32 small letters, digits and hyphens, no hyphen at either end',
});

/** What can be given at the beginning and changed later. */
const settings = {
  sizeConfig: z
    .strictObject({ size: z.string().optional(), scaleFactor: z.number().positive().optional() })
    .optional(),
  autoSuspend: autoSuspendGiven.optional(),
  autoScale: autoScaleGiven.optional(),
  cacheConfig: z.literal(CACHE_CONFIGS).optional(),
  deploymentType: z.enum(DEPLOYMENT_TYPES).optional(),
  allowAllTraffic: z.boolean().optional(),
  expiresAt: z.string().optional(),
  updateWindow: z.strictObject({ day: z.int().min(0).max(6), hour: z.int().min(0).max(23) }).optional(),
  kai: z.boolean().optional(),
};

const made = z.looseObject({ clusterID: id });

/** Unknown fields are refused by the service; so what is sent is declared here, field by field. */
export const clusters = {
  regions: operation({
    verb: 'GET',
    path: '/v2/regions',
    reply: z.array(region),
    repeat: 'safe',
    does: 'list',
    object: 'the regions',
  }),
  /** Terminated ones are listed unasked. */
  list: operation({
    verb: 'GET',
    path: '/v2/clusters',
    reply: z.array(cluster),
    repeat: 'safe',
    does: 'list',
    object: 'the clusters',
  }),
  get: operation({
    verb: 'GET',
    path: '/v2/clusters/{clusterID}',
    reply: cluster,
    repeat: 'safe',
    does: 'look up',
    object: 'cluster {clusterID}',
  }),
  /** A password that is sent is not taken: one is generated, and is in the reply this once. Secret. */
  create: operation({
    verb: 'POST',
    path: '/v2/clusters',
    body: z.strictObject({
      name: clusterName,
      projectID: uuid,
      firewallRanges: z.array(z.string()),
      provider: z.string(),
      region: z.string(),
      ...settings,
      multiAZ: z.boolean().optional(),
      optInPreviewFeature: z.boolean().optional(),
    }),
    reply: made.extend({ adminPassword: optionalText }),
    repeat: 'look_up',
    lock: true,
    does: 'create',
    object: 'cluster {name}',
  }),
  /** The name cannot be changed: the service answers 200 and keeps it. */
  update: operation({
    verb: 'PATCH',
    path: '/v2/clusters/{clusterID}',
    body: someOf(
      z.strictObject({
        ...settings,
        firewallRanges: z.array(z.string()).optional(),
        /** Secret. */
        adminPassword: z.string().optional(),
      }),
    ),
    reply: made,
    repeat: 'look_up',
    does: 'update',
    object: 'cluster {clusterID}',
  }),
  /** Final. */
  terminate: operation({
    verb: 'DELETE',
    path: '/v2/clusters/{clusterID}',
    query: z.strictObject({ force: z.boolean().optional() }),
    reply: z.unknown(),
    format: 'empty',
    repeat: 'idempotent',
    does: 'terminate',
    object: 'cluster {clusterID}',
  }),
  suspend: operation({
    verb: 'POST',
    path: '/v2/clusters/{clusterID}/suspend',
    reply: z.unknown(),
    format: 'empty',
    repeat: 'look_up',
    does: 'suspend',
    object: 'cluster {clusterID}',
  }),
  resume: operation({
    verb: 'POST',
    path: '/v2/clusters/{clusterID}/resume',
    body: z.strictObject({ disableAutoSuspend: z.boolean().optional() }).optional(),
    reply: z.unknown(),
    format: 'empty',
    repeat: 'look_up',
    does: 'resume',
    object: 'cluster {clusterID}',
  }),
};
