import * as z from 'zod';
import type { CallOptions } from '../model/ports.ts';
import type { ApiConnection } from './connection.ts';
import { apiOperation, requestApi } from './request.ts';

const organization = z.looseObject({
  orgID: z.string().min(1),
  name: z.string().optional(),
  /** Addresses that may use the API; empty or absent: any. */
  firewallRanges: z.array(z.string()).nullish(),
});

export type Organization = z.infer<typeof organization>;

const getCurrent = apiOperation({
  method: 'GET',
  path: '/v1/organizations/current',
  reply: organization,
  repeatable: true,
  operation: 'look_up',
  verb: 'look up',
  object: 'the organization',
});

/** The organization that the token belongs to. Rejects with a SyncError. */
export const currentOrganization = (api: ApiConnection, call: CallOptions): Promise<Organization> =>
  requestApi(api, getCurrent, {}, call);
