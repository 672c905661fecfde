import * as z from 'zod';
import { type Operation, operation } from '../operation.ts';
import { region } from './regions.ts';
import { optionalNumber, optionalText, uuid } from './shapes.ts';

export const DR_STATES = ['Active', 'Completed', 'Failed', 'Expired', 'Canceled'] as const;

const replicatedDatabase = z.looseObject({
  databaseName: z.string(),
  region: optionalText,
  /** 'Pending', 'Active', 'Inactive', 'Error', and any later one. */
  duplicationState: optionalText,
});

const storageDRStatus = z.looseObject({
  /** The latest failover, failback or pre-provisioning. */
  compute: z
    .looseObject({
      /** 'Failover', 'Failback', 'PreProvisionStart', 'PreProvisionStop'. */
      storageDRType: optionalText,
      /** A word of DR_STATES, or a later one. */
      storageDRState: optionalText,
      completedWorkspaces: optionalNumber,
      totalWorkspaces: optionalNumber,
      completedAttachments: optionalNumber,
      totalAttachments: optionalNumber,
    })
    .nullish(),
  storage: z.array(replicatedDatabase).nullish(),
});

export type StorageDRStatus = z.infer<typeof storageDRStatus>;

const setupBody = z.strictObject({
  regionID: uuid,
  databaseNames: z.array(z.string().min(1)).min(1),
  autoReplication: z.boolean().optional(),
});

const nothing = z.unknown();

/** A move to another region is not made again by itself: the status shows whether it is under way. */
const move = <const Path extends string>(
  path: Path,
  does: string,
  object: string,
): Operation<Path, undefined, undefined, typeof nothing> =>
  operation({ verb: 'PATCH', path, reply: nothing, format: 'empty', repeat: 'never', does, object });

/** The same seven operations for a group, and through a workspace for the group that it is in. */
const storageDROf = <const Of extends string>(of: Of, object: string) => ({
  regions: operation({
    verb: 'GET',
    path: `${of}/storage/DR/regions`,
    fields: true,
    reply: z.array(region),
    repeat: 'safe',
    does: 'list',
    object: `the regions that ${object} can be replicated to`,
  }),
  setup: operation({
    verb: 'POST',
    path: `${of}/storage/DR/setup`,
    body: setupBody,
    reply: nothing,
    format: 'empty',
    repeat: 'never',
    does: 'set up',
    object: `storage DR of ${object}`,
  }),
  status: operation({
    verb: 'GET',
    path: `${of}/storage/DR/status`,
    reply: storageDRStatus,
    repeat: 'safe',
    does: 'look up',
    object: `the storage DR of ${object}`,
  }),
  /** Of the group in the primary region, once that is lost. */
  failover: move(`${of}/storage/DR/failover`, 'fail over', object),
  /** Of the group in the standby region. */
  failback: move(`${of}/storage/DR/failback`, 'fail back', object),
  startPreProvision: move(`${of}/storage/DR/startPreProvision`, 'start', `pre-provisioning for ${object}`),
  stopPreProvision: move(`${of}/storage/DR/stopPreProvision`, 'stop', `pre-provisioning for ${object}`),
});

export const groupStorageDR = storageDROf(
  '/v1/workspaceGroups/{workspaceGroupID}',
  'workspace group {workspaceGroupID}',
);

/** These seven left the API in version 1.1.83; where they answer 404, those of the group do the same. */
export const workspaceStorageDR = storageDROf(
  '/v1/workspaces/{workspaceID}',
  'the group of workspace {workspaceID}',
);
