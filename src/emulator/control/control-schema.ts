import { z } from 'zod';
import type { Behaviour } from './behaviour.ts';
import { REQUEST_KINDS } from './counters.ts';
import type { Faults } from './faults.ts';
import { Refusal } from '../http/refusal.ts';

const status = z.int().min(400).max(599);
const bytes = z.int().nonnegative();

const BEHAVIOUR = z
  .strictObject({
    putOverExisting: z.union([z.literal('overwrite'), status]),
    moveOverExisting: z.union([z.literal('overwrite'), status]),
    moveFolder: z.union([z.literal('accept'), status]),
    removeFullFolder: z.union([z.literal('accept'), status]),
    makeExistingFolder: z.union([z.literal('accept'), status]),
    missingParentStatus: status,
    kindsCoexist: z.boolean(),
    kindConflictStatus: status,
    errorContentType: z.string().min(1),
    emptyFolderContent: z.enum(['[]', 'null', 'missing']),
    timestamps: z.enum(['fractional', 'seconds', 'zero', 'missing']),
    moveTouches: z.boolean(),
    rootPath: z.enum(['/', '']),
    replyPath: z.enum(['plain', 'leading_slash']),
    redirectStatus: z.union([z.literal(307), z.literal(302)]),
    redirectExpiresSeconds: z.number().nonnegative(),
    quotaBytes: bytes.nullable(),
    quotaStatus: status,
    fileLimitBytes: bytes.nullable(),
    fileLimitStatus: status,
    diskFullStatus: status,
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
const retryAfter = z.enum(['seconds', 'date', 'none']);
const count = z.int().positive();

const MATCH = {
  verb: z.union([verb, z.array(verb)]).optional(),
  kind: z.union([kind, z.array(kind)]).optional(),
  path: z.string().optional(),
  pathPattern: z.string().refine(isPattern, 'is not a regular expression').optional(),
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
