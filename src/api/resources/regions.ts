import * as z from 'zod';
import type { CallOptions } from '../../model/ports.ts';
import { callOnce } from '../call.ts';
import type { ApiConnection } from '../connection.ts';
import { operation } from '../operation.ts';
import { id, optionalText } from './shapes.ts';

/** 'AWS', 'GCP', 'Azure', and any later one. */
export const PROVIDERS = ['AWS', 'GCP', 'Azure'] as const;

export const region = z.looseObject({
  regionID: id,
  /** As people read it: 'US East 1 (N. Virginia)'. */
  region: z.string(),
  provider: z.string(),
  /** As the provider calls it: 'us-east-1'. */
  regionName: optionalText,
});

export type Region = z.infer<typeof region>;

export const regions = {
  list: operation({
    verb: 'GET',
    path: '/v1/regions',
    fields: true,
    reply: z.array(region),
    repeat: 'safe',
    does: 'list',
    object: 'the regions',
  }),
  /** Those of starter workspaces. */
  sharedTier: operation({
    verb: 'GET',
    path: '/v1/regions/sharedtier',
    reply: z.array(region.partial({ regionID: true })),
    repeat: 'safe',
    does: 'list',
    object: 'the regions of starter workspaces',
  }),
};

/** The regions that are open to the token's organization. Rejects with a SyncError. */
export const listRegions = (api: ApiConnection, call: CallOptions): Promise<readonly Region[]> =>
  callOnce(api, regions.list, {}, { signal: call.signal });
