import * as z from 'zod';
import { pathProblem } from '../../../model/path.ts';
import { fromWire, WIRE, type Batch, type ShippedBatch } from './batch.ts';

/** What lies in a queue, as whoever takes it understands it. */
export type ReadBatch =
  | { readonly kind: 'batch'; readonly batch: Batch; readonly shipped: ShippedBatch }
  /** Made by another version of this program. */
  | { readonly kind: 'other_version'; readonly shipped: BatchHead }
  /** Nothing that this program makes. */
  | { readonly kind: 'damaged'; readonly why: string };

/** What every version has, so that it can be refused. */
export interface BatchHead {
  readonly wire: number;
  readonly id: string;
  readonly pair: string;
  readonly run: string;
  readonly from: string;
  readonly refusedBy?: readonly string[] | undefined;
}

/** Files of a batch, at most: more than any version makes. */
const MOST_ITEMS = 1000;

const name = z.string().regex(/^[\w-]{1,200}$/);
const count = z.number().int().nonnegative();
const time = z.number().nullable();
/** Below its root: never the way out of it. */
const path = z.string().refine((text) => pathProblem(text) === undefined && !text.endsWith('/'));

const headShape = z.object({
  wire: count,
  id: name,
  pair: name,
  run: name,
  from: z.string(),
  refusedBy: z.array(z.string()).optional(),
});

const shippedShape = headShape.extend({
  wire: z.literal(WIRE),
  to: z.string(),
  service: z.string(),
  followSymlinks: z.boolean(),
  archived: z.enum(['report', 'ignore', 'transfer']),
  root: z.string().refine((text) => text === '' || (text.endsWith('/') && pathProblem(text) === undefined)),
  again: z.boolean(),
  life: z.string(),
  items: z
    .array(
      z.tuple([
        count,
        path,
        count,
        z.string(),
        time,
        z.union([z.literal(''), path]),
        count.nullable(),
        time,
        count,
      ]),
    )
    .max(MOST_ITEMS),
});

/** Whoever can write to a queue can put anything there: nothing of it is believed that does not have this shape. */
export function readBatch(data: unknown): ReadBatch {
  const head = headShape.safeParse(data);
  if (!head.success) return damaged(head.error);
  if (head.data.wire !== WIRE) return { kind: 'other_version', shipped: head.data };
  const whole = shippedShape.safeParse(data);
  if (!whole.success) return damaged(whole.error);
  return { kind: 'batch', batch: batchOf(whole.data), shipped: whole.data };
}

/** Without what is the queue's alone. */
function batchOf({ again: _again, life: _life, refusedBy: _refusedBy, ...wire }: ShippedBatch): Batch {
  return fromWire(wire);
}

const damaged = ({ issues }: z.ZodError): ReadBatch => ({
  kind: 'damaged',
  why: issues[0]!.path.join('.') || 'no object',
});
