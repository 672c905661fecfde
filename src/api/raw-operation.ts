import * as z from 'zod';
import type { ApiVerb } from './connection.ts';
import { type Operation, operation } from './operation.ts';

export type { ApiVerb } from './connection.ts';

/**
 * An operation that is not in the table, for whoever knows the API: the path is sent as it is, and the reply is text. It is
 * repeated only where it reads.
 */
export const rawOperation = (
  verb: ApiVerb,
  path: string,
  { hasBody }: { readonly hasBody: boolean },
): Operation<string, undefined, z.ZodOptional<z.ZodUnknown> | undefined, z.ZodString> =>
  operation({
    verb,
    // a brace would begin a parameter
    path: path.replaceAll('{', '%7B').replaceAll('}', '%7D'),
    ...(hasBody && { body: z.unknown().optional() }),
    reply: z.string(),
    format: 'text',
    repeat: verb === 'GET' ? 'safe' : 'never',
    does: verb === 'GET' ? 'read' : verb.toLowerCase(),
    object: path.replaceAll(/[{}]/g, ''),
  });
