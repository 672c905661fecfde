import * as z from 'zod';
import { operation } from '../operation.ts';
import { id, optionalNumber, optionalText, someOf, uuid } from './shapes.ts';

export const CONNECTION_STATES = ['PENDING', 'ACTIVE', 'DELETED'] as const;
export const CONNECTION_TYPES = ['INBOUND', 'OUTBOUND'] as const;

export const privateConnection = z.looseObject({
  privateConnectionID: id,
  workspaceGroupID: optionalText,
  workspaceID: optionalText,
  /** 'INBOUND' or 'OUTBOUND'. */
  type: optionalText,
  /** A word of CONNECTION_STATES, or a later one. */
  status: optionalText,
  serviceName: optionalText,
  /** An AWS account, an Azure subscription or a Google project. */
  allowList: optionalText,
  /** The account that outbound connections have to allow. */
  outboundAllowList: optionalText,
  endpoint: optionalText,
  sqlPort: optionalNumber,
  websocketsPort: optionalNumber,
  createdAt: optionalText,
  activeAt: optionalText,
  updatedAt: optionalText,
  deletedAt: optionalText,
});

export type PrivateConnection = z.infer<typeof privateConnection>;

const made = z.looseObject({ privateConnectionID: id });

export const privateConnections = {
  create: operation({
    verb: 'POST',
    path: '/v1/privateConnections',
    body: z.strictObject({
      workspaceGroupID: uuid,
      workspaceID: uuid.optional(),
      type: z.enum(CONNECTION_TYPES).optional(),
      serviceName: z.string().optional(),
      allowList: z.string().optional(),
      /** The VPC endpoint of AWS, for SingleStore Kai. */
      kaiEndpointID: z.string().optional(),
    }),
    reply: made,
    repeat: 'look_up',
    lock: true,
    does: 'create',
    object: 'a private connection of group {workspaceGroupID}',
  }),
  get: operation({
    verb: 'GET',
    path: '/v1/privateConnections/{connectionID}',
    fields: true,
    reply: privateConnection,
    repeat: 'safe',
    does: 'look up',
    object: 'private connection {connectionID}',
  }),
  update: operation({
    verb: 'PATCH',
    path: '/v1/privateConnections/{connectionID}',
    body: someOf(z.strictObject({ allowList: z.string().optional() })),
    reply: made,
    repeat: 'look_up',
    does: 'update',
    object: 'private connection {connectionID}',
  }),
  delete: operation({
    verb: 'DELETE',
    path: '/v1/privateConnections/{connectionID}',
    reply: made,
    repeat: 'idempotent',
    does: 'delete',
    object: 'private connection {connectionID}',
  }),
  ofGroup: operation({
    verb: 'GET',
    path: '/v1/workspaceGroups/{workspaceGroupID}/privateConnections',
    fields: true,
    reply: z.array(privateConnection),
    repeat: 'safe',
    does: 'list',
    object: 'the private connections of group {workspaceGroupID}',
  }),
  ofWorkspace: operation({
    verb: 'GET',
    path: '/v1/workspaces/{workspaceID}/privateConnections',
    fields: true,
    /** Versions from 1.2.151 on require it; it is sent wherever it is known. */
    query: z.strictObject({ workspaceGroupID: z.string().optional() }),
    reply: z.array(privateConnection),
    repeat: 'safe',
    does: 'list',
    object: 'the private connections of workspace {workspaceID}',
  }),
  kai: operation({
    verb: 'GET',
    path: '/v1/workspaces/{workspaceID}/privateConnections/kai',
    reply: z.looseObject({ serviceName: optionalText }),
    repeat: 'safe',
    does: 'look up',
    object: 'the Kai service of workspace {workspaceID}',
  }),
  outboundAllowList: operation({
    verb: 'GET',
    path: '/v1/workspaces/{workspaceID}/privateConnections/outboundAllowList',
    reply: z.array(z.looseObject({ outboundAllowList: optionalText })),
    repeat: 'safe',
    does: 'look up',
    object: 'the outbound allow list of workspace {workspaceID}',
  }),
};
