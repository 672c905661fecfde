import * as z from 'zod';
import { operation } from '../operation.ts';
import { givenName, id, optionalNumber, optionalText, someOf, uuid, word } from './shapes.ts';

// Starter workspaces: of the free tier, with one database each and no state. Version 2 calls them virtual clusters; the
// seven operations are the same.

/** A name, or an endpoint of a shared server with a port for each protocol. */
const common = {
  name: word,
  databaseName: optionalText,
  endpoint: optionalText,
  mysqlDmlPort: optionalNumber,
  websocketPort: optionalNumber,
  projectID: optionalText,
  createdAt: optionalText,
};

export const starter = z.looseObject({ virtualWorkspaceID: id, ...common });
export const virtualCluster = z.looseObject({ virtualClusterID: id, ...common });

export type Starter = z.infer<typeof starter>;
export type VirtualCluster = z.infer<typeof virtualCluster>;

const create = z.strictObject({
  name: givenName,
  databaseName: givenName,
  /** The shared tier of version 2 takes 'AZURE' in capitals only; `startersV2` writes it so. */
  provider: z.string().optional(),
  regionName: z.string().optional(),
  projectID: uuid.optional(),
});

const userCreate = z.strictObject({
  userName: givenName,
  /** Default: one that the service makes. Secret. */
  password: z.string().optional(),
});

const userMade = z.looseObject({
  userID: id,
  /** Where it was generated: this once. Secret. */
  password: optionalText,
});

const userUpdate = someOf(z.strictObject({ password: z.string().optional() }));

const nothing = z.unknown();

export const starters = {
  list: operation({
    verb: 'GET',
    path: '/v1/sharedtier/virtualWorkspaces',
    reply: z.array(starter),
    repeat: 'safe',
    does: 'list',
    object: 'the starter workspaces',
  }),
  get: operation({
    verb: 'GET',
    path: '/v1/sharedtier/virtualWorkspaces/{virtualWorkspaceID}',
    reply: starter,
    repeat: 'safe',
    does: 'look up',
    object: 'starter workspace {virtualWorkspaceID}',
  }),
  create: operation({
    verb: 'POST',
    path: '/v1/sharedtier/virtualWorkspaces',
    body: create,
    reply: z.looseObject({ virtualWorkspaceID: id }),
    repeat: 'look_up',
    lock: true,
    does: 'create',
    object: 'starter workspace {name}',
  }),
  terminate: operation({
    verb: 'DELETE',
    path: '/v1/sharedtier/virtualWorkspaces/{virtualWorkspaceID}',
    reply: nothing,
    format: 'empty',
    repeat: 'idempotent',
    does: 'terminate',
    object: 'starter workspace {virtualWorkspaceID}',
  }),
  /** There is no list of users: a lost reply cannot be looked up. */
  createUser: operation({
    verb: 'POST',
    path: '/v1/sharedtier/virtualWorkspaces/{virtualWorkspaceID}/users',
    body: userCreate,
    reply: userMade,
    repeat: 'never',
    does: 'create',
    object: 'user {userName} of starter workspace {virtualWorkspaceID}',
  }),
  updateUser: operation({
    verb: 'PATCH',
    path: '/v1/sharedtier/virtualWorkspaces/{virtualWorkspaceID}/users/{userID}',
    body: userUpdate,
    reply: nothing,
    format: 'empty',
    repeat: 'never',
    does: 'update',
    object: 'user {userID} of starter workspace {virtualWorkspaceID}',
  }),
  deleteUser: operation({
    verb: 'DELETE',
    path: '/v1/sharedtier/virtualWorkspaces/{virtualWorkspaceID}/users/{userID}',
    reply: nothing,
    format: 'empty',
    repeat: 'idempotent',
    does: 'delete',
    object: 'user {userID} of starter workspace {virtualWorkspaceID}',
  }),
};

export const startersV2 = {
  list: operation({
    verb: 'GET',
    path: '/v2/sharedtier/virtualClusters',
    reply: z.array(virtualCluster),
    repeat: 'safe',
    does: 'list',
    object: 'the virtual clusters',
  }),
  get: operation({
    verb: 'GET',
    path: '/v2/sharedtier/virtualClusters/{virtualClusterID}',
    reply: virtualCluster,
    repeat: 'safe',
    does: 'look up',
    object: 'virtual cluster {virtualClusterID}',
  }),
  create: operation({
    verb: 'POST',
    path: '/v2/sharedtier/virtualClusters',
    body: create.extend({
      provider: z
        .string()
        .transform((name) => name.toUpperCase())
        .optional(),
    }),
    reply: z.looseObject({ virtualClusterID: id }),
    repeat: 'look_up',
    lock: true,
    does: 'create',
    object: 'virtual cluster {name}',
  }),
  terminate: operation({
    verb: 'DELETE',
    path: '/v2/sharedtier/virtualClusters/{virtualClusterID}',
    reply: nothing,
    format: 'empty',
    repeat: 'idempotent',
    does: 'terminate',
    object: 'virtual cluster {virtualClusterID}',
  }),
  createUser: operation({
    verb: 'POST',
    path: '/v2/sharedtier/virtualClusters/{virtualClusterID}/users',
    body: userCreate,
    reply: userMade,
    repeat: 'never',
    does: 'create',
    object: 'user {userName} of virtual cluster {virtualClusterID}',
  }),
  updateUser: operation({
    verb: 'PATCH',
    path: '/v2/sharedtier/virtualClusters/{virtualClusterID}/users/{userID}',
    body: userUpdate,
    reply: nothing,
    format: 'empty',
    repeat: 'never',
    does: 'update',
    object: 'user {userID} of virtual cluster {virtualClusterID}',
  }),
  deleteUser: operation({
    verb: 'DELETE',
    path: '/v2/sharedtier/virtualClusters/{virtualClusterID}/users/{userID}',
    reply: nothing,
    format: 'empty',
    repeat: 'idempotent',
    does: 'delete',
    object: 'user {userID} of virtual cluster {virtualClusterID}',
  }),
};
