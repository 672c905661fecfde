import * as z from 'zod';
import { operation } from '../operation.ts';

export const BILLING_METRICS = ['ComputeCredit', 'StorageAvgByte'] as const;
export const BILLING_INTERVALS = ['hour', 'day', 'month'] as const;

/** The service takes times in UTC only, with a Z. */
const utcTime = z.iso.datetime({ error: 'must be a time in UTC such as 2026-10-01T00:00:00Z' });

export const billing = {
  /**
   * Usage of the whole organization. The reply is as the service writes it, in one of four dialects: `readReply` in src/billing
   * makes rows of it.
   */
  usage: operation({
    verb: 'GET',
    path: '/v1/billing/usage',
    query: z.strictObject({
      startTime: utcTime,
      /** The first moment that does not count any more. */
      endTime: utcTime,
      /** Default: all. */
      metric: z.enum(BILLING_METRICS).optional(),
      /** Default: 'hour'. */
      aggregateBy: z.enum(BILLING_INTERVALS).optional(),
    }),
    reply: z.looseObject({ billingUsage: z.array(z.unknown()).nullish() }),
    maxBytes: 256 * 1024 * 1024,
    repeat: 'safe',
    does: 'look up',
    object: 'the billing usage',
  }),
  /**
   * What things would use, before they are made. From version 1.2.144 on; no client uses it yet, so what it takes and gives
   * is passed through as it is.
   */
  simulate: operation({
    verb: 'POST',
    path: '/v1/billing/usage/simulate',
    body: z.looseObject({}),
    reply: z.unknown(),
    // it computes, and changes nothing
    repeat: 'safe',
    does: 'simulate',
    object: 'the billing usage',
  }),
};
