import * as z from 'zod';
import type { DaemonView, Limits, RunSummary } from '../view/daemon-view.ts';

/** The longest request, in bytes. */
export const LONGEST_REQUEST = 64 * 1024;

const job = z.string().min(1).max(1000);
const count = z.number().int().positive().max(10_000);
const rate = z.number().positive().max(1e15).nullable();

/** What may be asked of a daemon, one line of JSON each. */
export const controlRequest = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('view') }),
  /** Answered once everything that changed before is at the destination, or the run has failed. */
  z.strictObject({ ask: z.literal('flush'), job }),
  /** Answered with the ID as soon as the run has begun. */
  z.strictObject({ ask: z.literal('begin'), job }),
  /** Answered once the run is over. */
  z.strictObject({ ask: z.literal('run'), job }),
  z.strictObject({ ask: z.literal('pause'), job }),
  z.strictObject({ ask: z.literal('resume'), job }),
  z.strictObject({ ask: z.literal('cancel'), job }),
  z.strictObject({ ask: z.literal('reload') }),
  /** Answered with a link that signs in to the page, once. */
  z.strictObject({ ask: z.literal('login') }),
  z.strictObject({
    ask: z.literal('limits'),
    change: z.strictObject({
      concurrency: z.union([count, z.literal('auto')]).optional(),
      bytesPerSecond: rate.optional(),
      maxRequestsPerSecond: rate.optional(),
    }),
  }),
  /** Answered once all jobs are drained. */
  z.strictObject({ ask: z.literal('stop') }),
]);

export type ControlRequest = z.output<typeof controlRequest>;

/** The answers, by what was asked. */
export interface ControlAnswers {
  readonly view: DaemonView;
  readonly flush: RunSummary;
  readonly begin: { readonly id: string };
  readonly run: RunSummary;
  readonly pause: Record<string, never>;
  readonly resume: Record<string, never>;
  readonly cancel: Record<string, never>;
  readonly reload: Record<string, never>;
  readonly login: { readonly link: string };
  readonly limits: Limits;
  readonly stop: Record<string, never>;
}

export type Answer<Request extends ControlRequest> = ControlAnswers[Request['ask']];

/** One line of JSON. */
export type ControlReply =
  { readonly answer: unknown } | { readonly error: { readonly code: string; readonly message: string } };
