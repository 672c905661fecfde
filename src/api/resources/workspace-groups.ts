import * as z from 'zod';
import { operation } from '../operation.ts';
import {
  givenName,
  id,
  includeTerminated,
  number,
  optionalFlag,
  optionalText,
  optionalTexts,
  someOf,
  uuid,
  word,
} from './shapes.ts';

export const GROUP_STATES = ['ACTIVE', 'PENDING', 'FAILED', 'TERMINATED'] as const;
export const DEPLOYMENT_TYPES = ['PRODUCTION', 'NON-PRODUCTION'] as const;

/** A window without its day or hour is none. */
export const updateWindowShown = z
  .looseObject({ day: number.nullish(), hour: number.nullish() })
  .nullish()
  .transform((given) =>
    typeof given?.day === 'number' && typeof given.hour === 'number'
      ? { ...given, day: given.day, hour: given.hour }
      : undefined,
  );

export const workspaceGroup = z.looseObject({
  workspaceGroupID: id,
  name: word,
  /** A word of GROUP_STATES, or a later one. */
  state: word,
  createdAt: optionalText,
  regionID: optionalText,
  regionName: optionalText,
  provider: optionalText,
  /** null or empty for a while after creation, whatever was given; order is not kept. */
  firewallRanges: optionalTexts,
  /** What ['0.0.0.0/0'] reads back as. */
  allowAllTraffic: optionalFlag,
  expiresAt: optionalText,
  terminatedAt: optionalText,
  /** Day 0 is Sunday; the hour is in UTC. */
  updateWindow: updateWindowShown,
  deploymentType: optionalText,
  projectID: optionalText,
  projectName: optionalText,
  smartDRStatus: optionalText,
  highAvailabilityTwoZones: optionalFlag,
  optInPreviewFeature: optionalFlag,
  outboundAllowList: optionalText,
});

export type WorkspaceGroup = z.infer<typeof workspaceGroup>;

const updateWindow = z.strictObject({
  day: z.int().min(0).max(6),
  hour: z.int().min(0).max(23),
});

/** What can be given at the beginning and changed later. */
const settings = {
  /**
   * At least 8 characters, in later versions 14, with an upper and a lower letter, a digit and a special character. A later
   * version puts one of its own in the place of one that breaks its rule: then the reply has it. Secret.
   */
  adminPassword: z.string().optional(),
  allowAllTraffic: z.boolean().optional(),
  /** A time, or a duration such as '3h30m'. Then the group ends, and its data is lost. */
  expiresAt: z.string().optional(),
  updateWindow: updateWindow.optional(),
  deploymentType: z.enum(DEPLOYMENT_TYPES).optional(),
  optInPreviewFeature: z.boolean().optional(),
};

const groupCreate = z.strictObject({
  name: givenName,
  /** CIDR; an empty list: nobody may connect. */
  firewallRanges: z.array(z.string()),
  /** Or `provider` and `regionName`. */
  regionID: uuid.optional(),
  provider: z.string().optional(),
  regionName: z.string().optional(),
  ...settings,
  backupBucketKMSKeyID: z.string().optional(),
  dataBucketKMSKeyID: z.string().optional(),
  smartDR: z.boolean().optional(),
  projectID: uuid.optional(),
  highAvailabilityTwoZones: z.boolean().optional(),
});

const made = z.looseObject({ workspaceGroupID: id });

export const workspaceGroups = {
  list: operation({
    verb: 'GET',
    path: '/v1/workspaceGroups',
    fields: true,
    query: z.strictObject({ includeTerminated }),
    reply: z.array(workspaceGroup),
    repeat: 'safe',
    does: 'list',
    object: 'the workspace groups',
  }),
  create: operation({
    verb: 'POST',
    path: '/v1/workspaceGroups',
    body: groupCreate.refine(
      ({ regionID, provider, regionName }) =>
        regionID !== undefined || (provider !== undefined && regionName !== undefined),
      { error: 'regionID, or provider and regionName, must be given' },
    ),
    /** `adminPassword` where it was generated: this once. Secret. */
    reply: made.extend({ adminPassword: optionalText }),
    repeat: 'look_up',
    lock: true,
    does: 'create',
    object: 'workspace group {name}',
  }),
  get: operation({
    verb: 'GET',
    path: '/v1/workspaceGroups/{workspaceGroupID}',
    fields: true,
    reply: workspaceGroup,
    repeat: 'safe',
    does: 'look up',
    object: 'workspace group {workspaceGroupID}',
  }),
  update: operation({
    verb: 'PATCH',
    path: '/v1/workspaceGroups/{workspaceGroupID}',
    body: someOf(
      z.strictObject({
        name: givenName.optional(),
        firewallRanges: z.array(z.string()).optional(),
        ...settings,
      }),
    ),
    reply: made.extend({ adminPassword: optionalText }),
    repeat: 'look_up',
    does: 'update',
    object: 'workspace group {workspaceGroupID}',
  }),
  /** Final. Without `force` only an empty group goes. */
  terminate: operation({
    verb: 'DELETE',
    path: '/v1/workspaceGroups/{workspaceGroupID}',
    query: z.strictObject({ force: z.boolean().optional() }),
    reply: made,
    repeat: 'idempotent',
    does: 'terminate',
    object: 'workspace group {workspaceGroupID}',
  }),
};
