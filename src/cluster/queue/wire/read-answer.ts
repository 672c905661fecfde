import * as z from 'zod';
import type { BatchAnswer } from './batch.ts';

const number = z.number().int().nonnegative();

const errorShape = z.looseObject({
  code: z.string(),
  message: z.string(),
  besidePath: z.string(),
  verdict: z.enum(['retry', 'skip_entry', 'end_run']),
  fact: z.string().optional(),
  operation: z.string().optional(),
  path: z.string().optional(),
  details: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  inDoubt: z.boolean(),
});

const outcomeShape = z.union([
  z.looseObject({ id: number, error: errorShape }),
  z.looseObject({
    id: number,
    path: z.string(),
    version: z.string(),
    digest: z.string().optional(),
    sentDigest: z.string().optional(),
  }),
]);

/** Fields of later versions stay. */
const answerShape = z.looseObject({
  batch: z.string(),
  run: z.string(),
  worker: z.string(),
  redelivered: z.boolean(),
  refused: errorShape.optional(),
  seesOthers: z.boolean().optional(),
  requests: number.optional(),
  outcomes: z.array(outcomeShape),
});

/**
 * What a queue has as an answer; undefined where it is none. Its batch then counts as forgotten, and is shipped again.
 */
export function readAnswer(data: unknown): BatchAnswer | undefined {
  const read = answerShape.safeParse(data);
  // what words an error has is for `fromWireError` to judge
  return read.success ? (read.data as BatchAnswer) : undefined;
}
