import * as z from 'zod';
import type { CallOptions } from '../../model/ports.ts';
import { callOnce } from '../call.ts';
import type { ApiConnection } from '../connection.ts';
import { operation } from '../operation.ts';
import { id, optionalText, optionalTexts } from './shapes.ts';

const organization = z.looseObject({
  orgID: id,
  name: optionalText,
  /** Addresses that may use the API, not the databases; empty or absent: any. */
  firewallRanges: optionalTexts,
});

export type Organization = z.infer<typeof organization>;

export const organizations = {
  /** The organization that the token belongs to. */
  current: operation({
    verb: 'GET',
    path: '/v1/organizations/current',
    reply: organization,
    repeat: 'safe',
    does: 'look up',
    object: 'the organization',
  }),
};

/** The organization that the token belongs to. Rejects with a SyncError. */
export const currentOrganization = (api: ApiConnection, call: CallOptions): Promise<Organization> =>
  callOnce(api, organizations.current, {}, { signal: call.signal });
