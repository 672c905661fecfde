import { z } from 'zod';
import type { Behaviour } from './behaviour.ts';
import { REQUEST_KINDS } from './counters.ts';
import type { DatabaseBehaviour } from './database-behaviour.ts';
import type { Faults } from './faults.ts';
import type { ManagementBehaviour } from './management-behaviour.ts';
import { Refusal } from '../http/refusal.ts';
import { parseDuration } from '../management/timeline/times.ts';

const status = z.int().min(400).max(599);
const bytes = z.int().nonnegative();

const duration = z.number().nonnegative();

const MANAGEMENT = {
  createMs: duration,
  suspendMs: duration,
  resumeMs: duration,
  resizeUnseenMs: duration,
  resizeMs: duration,
  terminateMs: duration,
  connectionMs: duration,
  recoveryMs: duration,
  firewallMs: duration,
  createEnds: z.enum(['ACTIVE', 'FAILED']),
  recoveryEnds: z.enum(['Completed', 'Failed', 'Expired', 'Canceled']),
  flappingReads: z.int().nonnegative(),
  listLagMs: duration,
  endpointRefusesMs: duration,
  suspendedEndpoint: z.enum(['missing', 'kept']),
  stateWords: z.enum(['seed', 'sdk', 'v2', 'odd']),
  billingDialect: z.enum(['spec', 'blog', 'sdk', 'js']),
  sqlErrors: z.enum(['inside', 'status']),
  billingMetric: z.enum(['any_case', 'exact']),
  lockMs: duration,
  outOfCredits: z.boolean(),
  passwordRule: z.enum(['eight', 'fourteen']),
  unknownFields: z.union([z.literal('ignore'), status]),
  nameTakenStatus: status,
  suspendSuspendedStatus: status,
  resumeActiveStatus: status,
  changePendingStatus: status,
  changeSuspendedStatus: status,
  fullGroupStatus: status,
  unknownGroupStatus: status,
} satisfies Record<keyof ManagementBehaviour, z.ZodType>;

const DATABASE = {
  batchMs: duration,
  batchFailures: z.int().nonnegative(),
  batchRetryMs: duration,
  pipelineStopsAfter: z.int().nonnegative().nullable(),
  batchRetries: z.int().nonnegative(),
  stopOnError: z.boolean(),
  viewsLagMs: duration,
  foregroundTimeoutMs: duration.nullable(),
  fileNames: z.enum(['plain', 'leading_slash']),
  dropFileInBatch: z.enum(['waits', 'undone']),
  dropUnknownFile: z.enum(['accept', 'error']),
} satisfies Record<keyof DatabaseBehaviour, z.ZodType>;

const BEHAVIOUR = z
  .strictObject({
    putOverExisting: z.union([z.literal('overwrite'), status]),
    moveOverExisting: z.union([z.literal('overwrite'), status]),
    moveOverFolder: z.enum(['refuse', 'merge', 'replace', 'into']),
    moveFolder: z.union([z.literal('accept'), status]),
    removeFullFolder: z.union([z.literal('accept'), status]),
    makeExistingFolder: z.union([z.literal('accept'), status]),
    missingParent: z.enum(['refuse', 'make']),
    missingParentStatus: status,
    kindsCoexist: z.boolean(),
    kindConflictStatus: status,
    caseMatters: z.boolean(),
    oddNames: z.union([z.literal('keep'), status]),
    errorContentType: z.string().min(1),
    emptyFolderContent: z.enum(['[]', 'null', 'missing']),
    timestamps: z.enum(['fractional', 'seconds', 'zero', 'missing']),
    moveTouches: z.boolean(),
    rootPath: z.enum(['/', '']),
    listingLagMs: duration,
    changeReplies: z.enum(['json', 'text']),
    replyPath: z.enum(['plain', 'leading_slash']),
    redirectStatus: z.union([z.literal(307), z.literal(302)]),
    redirectExpiresSeconds: z.number().nonnegative(),
    ranges: z.boolean(),
    quotaBytes: bytes.nullable(),
    quotaStatus: status,
    fileLimitBytes: bytes.nullable(),
    fileLimitStatus: status,
    diskFullStatus: status,
    ...MANAGEMENT,
    ...DATABASE,
  })
  .partial();

const ms = z.number().nonnegative();
const latency = z.union([
  ms,
  z.strictObject({ uniform: z.tuple([ms, ms]) }),
  z.strictObject({
    lognormal: z.strictObject({ medianMs: ms, sigma: z.number().nonnegative(), maxMs: ms.optional() }),
  }),
]);
const verb = z.enum(['GET', 'PUT', 'PATCH', 'DELETE', 'POST']);
const kind = z.enum(REQUEST_KINDS);
const operation = z.strictObject({ area: z.string(), operation: z.string().optional() });
const kindOrOperation = z.union([kind, operation]);
const retryAfter = z.enum(['seconds', 'date', 'none']);
const count = z.int().positive();

const MATCH = {
  verb: z.union([verb, z.array(verb)]).optional(),
  kind: z.union([kindOrOperation, z.array(kindOrOperation)]).optional(),
  path: z.string().optional(),
  pathPattern: z.string().refine(isPattern, 'is not a regular expression').optional(),
  sqlPattern: z.string().refine(isPattern, 'is not a regular expression').optional(),
  deployment: z.string().optional(),
  nth: z.union([count, z.array(count)]).optional(),
  every: count.optional(),
  rate: z.number().min(0).max(1).optional(),
  times: count.optional(),
};

const RULE = z.discriminatedUnion('fault', [
  z.strictObject({
    ...MATCH,
    fault: z.literal('status'),
    status: z.union([z.int().min(300).max(599), z.array(z.int().min(300).max(599)).min(1)]),
    text: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    retryAfter: retryAfter.optional(),
    retryAfterSeconds: z.number().nonnegative().optional(),
    afterCommit: z.boolean().optional(),
  }),
  z.strictObject({ ...MATCH, fault: z.literal('delay'), latency }),
  z.strictObject({ ...MATCH, fault: z.literal('reset_before'), afterBytes: bytes.optional() }),
  z.strictObject({ ...MATCH, fault: z.literal('stall'), afterCommit: z.boolean().optional() }),
  z.strictObject({
    ...MATCH,
    fault: z.literal('replace_reply'),
    body: z.string(),
    status: z.int().min(200).max(599).optional(),
    contentType: z.string().optional(),
  }),
  z.strictObject({
    ...MATCH,
    fault: z.enum(['reset_after', 'lost_reply', 'truncated_reply', 'cut_reply', 'disk_full', 'quota_full']),
  }),
]);

const FAULTS = z.strictObject({
  seed: z.number().optional(),
  latency: z.partialRecord(z.union([kind, verb, z.literal('all')]), latency).optional(),
  bandwidth: z
    .strictObject({ upload: z.number().positive().optional(), download: z.number().positive().optional() })
    .optional(),
  rateLimit: z
    .strictObject({
      perSecond: z.number().positive(),
      burst: z.number().min(1).optional(),
      retryAfter: retryAfter.optional(),
      retryAfterSeconds: z.number().nonnegative().optional(),
    })
    .optional(),
  rules: z.array(RULE).optional(),
});

const CLOCK = z.strictObject({
  advance: z.union([z.number().nonnegative(), z.string()]).optional(),
  rate: z.number().nonnegative().max(1e7).optional(),
});

/** How the clock moves: by milliseconds or by a duration such as '2h30m', and how fast it runs then. Throws a 400. */
export function parseClock(body: unknown): { advanceMs?: number; rate?: number } {
  const { advance, rate } = parse(CLOCK, body) as z.infer<typeof CLOCK>;
  const advanceMs = typeof advance === 'string' ? parseDuration(advance) : advance;
  if (typeof advance === 'string' && advanceMs === undefined)
    throw new Refusal(400, 'advance: is no duration such as 2h30m');
  return { ...(advanceMs !== undefined && { advanceMs }), ...(rate !== undefined && { rate }) };
}

/** Throws a 400 that names the switch. */
export const parseBehaviour = (body: unknown): Partial<Behaviour> =>
  parse(BEHAVIOUR, body) as Partial<Behaviour>;

/** Throws a 400 that names the field. */
export const parseFaults = (body: unknown): Faults => parse(FAULTS, body) as Faults;

function parse(schema: z.ZodType, body: unknown): unknown {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Refusal(400, `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'is not valid'}`);
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
