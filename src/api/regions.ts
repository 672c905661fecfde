import * as z from 'zod';
import type { CallOptions } from '../model/ports.ts';
import type { ApiConnection } from './connection.ts';
import { apiOperation, requestApi } from './request.ts';

const region = z.looseObject({
  regionID: z.string().min(1),
  /** As people read it: 'US East 1 (N. Virginia)'. */
  region: z.string(),
  /** 'AWS', 'GCP', 'Azure', and any later one. */
  provider: z.string(),
  /** As the provider calls it: 'us-east-1'. */
  regionName: z.string().optional(),
});

export type Region = z.infer<typeof region>;

const list = apiOperation({
  method: 'GET',
  path: '/v1/regions',
  reply: z.array(region),
  repeatable: true,
  operation: 'look_up',
  verb: 'list',
  object: 'the regions',
});

/** The regions that are open to the token's organization. Rejects with a SyncError. */
export const listRegions = (api: ApiConnection, call: CallOptions): Promise<readonly Region[]> =>
  requestApi(api, list, {}, call);
