import * as z from 'zod';
import { operation } from '../operation.ts';
import { id, optionalText, word } from './shapes.ts';

export const secret = z.looseObject({
  secretID: id,
  name: word,
  /** Secret. The list shows it to some keys as well. */
  value: optionalText,
  createdAt: optionalText,
  createdBy: optionalText,
  lastUpdatedAt: optionalText,
  lastUpdatedBy: optionalText,
  deletedAt: optionalText,
});

export type Secret = z.infer<typeof secret>;

// The text of the API promises a list and an object; the service puts each into a wrapper. Either is read.

const listed = z.union([
  z.array(secret),
  z.looseObject({ secrets: z.array(secret).nullish() }).transform(({ secrets }) => secrets ?? []),
]);
const one = z.union([secret, z.looseObject({ secret }).transform((wrapped) => wrapped.secret)]);

const name = z.string().regex(/^\w+$/, { error: 'must consist of letters, digits and underscores' });

export const secrets = {
  list: operation({
    verb: 'GET',
    path: '/v1/secrets',
    query: z.strictObject({ name: z.string().optional() }),
    reply: listed,
    repeat: 'safe',
    does: 'list',
    object: 'the secrets',
  }),
  get: operation({
    verb: 'GET',
    path: '/v1/secrets/{secretID}',
    reply: one,
    repeat: 'safe',
    does: 'look up',
    object: 'secret {secretID}',
  }),
  create: operation({
    verb: 'POST',
    path: '/v1/secrets',
    body: z.strictObject({ name, value: z.string() }),
    reply: one,
    repeat: 'look_up',
    does: 'create',
    object: 'secret {name}',
  }),
  /** Sets the value: made twice, it is the same value. */
  update: operation({
    verb: 'PATCH',
    path: '/v1/secrets/{secretID}',
    body: z.strictObject({ value: z.string() }),
    reply: one,
    repeat: 'idempotent',
    does: 'set',
    object: 'secret {secretID}',
  }),
  delete: operation({
    verb: 'DELETE',
    path: '/v1/secrets/{secretID}',
    reply: z.unknown(),
    format: 'empty',
    repeat: 'idempotent',
    does: 'delete',
    object: 'secret {secretID}',
  }),
};
