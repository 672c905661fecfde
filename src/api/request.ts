import type * as z from 'zod';
import { isSyncError, type Operation, SyncError } from '../model/errors.ts';
import type { CallOptions } from '../model/ports.ts';
import { excerpt } from '../model/printable.ts';
import { type ApiCall, badReply } from './api-errors.ts';
import type { ApiConnection, ApiVerb } from './connection.ts';
import { queryOf } from './query.ts';
import { success } from './reply.ts';

/** One request of the API with a JSON reply, as data. */
export interface ApiOperation<Path extends string = string, Reply extends z.ZodType = z.ZodType> {
  readonly method: ApiVerb;
  /** '/v1/workspaces/{workspaceID}': each name in braces is a parameter. */
  readonly path: Path;
  /** What the reply has to be. Loose: keys that are not named are kept. */
  readonly reply: Reply;
  /** Statuses of success. Default: any 2xx. */
  readonly expected?: readonly number[];
  /** Whether the request may be made again when nobody knows what became of it. */
  readonly repeatable: boolean;
  /** For errors: `look_up`, or `change`. */
  readonly operation: Operation;
  /** The same in words, and what it is done to: 'list' 'the regions', 'suspend' 'workspace {workspaceID}'. */
  readonly verb: string;
  readonly object: string;
  /** Bytes; a longer reply is refused. Default: 16 MiB. */
  readonly maxBytes?: number;
}

/** The names in braces of a path template. */
type PathParameters<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [K in Name]: string } & PathParameters<Rest>
  : unknown;

export type ApiInput<Path extends string> = PathParameters<Path> & {
  /** Names and values of the query; undefined is left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Sent as JSON. */
  readonly body?: object;
};

const SERVICE = 'The Management API';
const MAX_BYTES = 16 * 1024 * 1024;

/** Gives an operation its exact type. */
export const apiOperation = <const Path extends string, Reply extends z.ZodType>(
  operation: ApiOperation<Path, Reply>,
): ApiOperation<Path, Reply> => operation;

/**
 * Makes one request, once, and checks what comes back. Rejects with a SyncError, or with the signal's reason. A reply of
 * another shape is `stage_bad_reply`, with the place of what is wrong in it; one that got lost has the verdict 'retry'
 * only where the operation is repeatable.
 */
export async function requestApi<Path extends string, Reply extends z.ZodType>(
  api: ApiConnection,
  operation: ApiOperation<Path, Reply>,
  input: ApiInput<Path>,
  { signal }: CallOptions,
): Promise<z.infer<Reply>> {
  const { method, verb, repeatable } = operation;
  const call: ApiCall = {
    operation: operation.operation,
    verb,
    path: filled(operation.object, input, (_, value) => value),
    changes: method !== 'GET',
    service: SERVICE,
  };
  const isJson = input.body !== undefined;
  const sent = api.send(
    {
      signal,
      verb: method,
      target: targetOf(api, operation.path, input),
      headers: isJson ? api.authorize('content-type', 'application/json') : api.authorize(),
      maxBytes: operation.maxBytes ?? MAX_BYTES,
    },
    isJson ? Buffer.from(JSON.stringify(input.body)) : null,
  );
  try {
    const { status, body } = await success(api, call, sent, signal);
    const text = body.toString();
    if (operation.expected?.includes(status) === false)
      throw badReply(call, `has the status ${status}`, {
        inDoubt: method !== 'GET',
        text: api.redact(text),
      });
    return checked(api, operation.reply, call, text);
  } catch (error) {
    // nobody knows whether the request was carried out, and carrying it out twice could do something else
    const isLost = isSyncError(error) && error.inDoubt && error.verdict === 'retry';
    throw isLost && !repeatable ? error.with({ verdict: 'skip_entry' }) : error;
  }
}

/** Path and query as they are sent. */
function targetOf(api: ApiConnection, path: string, input: ApiInput<string>): string {
  const query = queryOf({ ...input.query, organizationID: api.organizationID });
  return api.basePath + filled(path, input, segment) + query;
}

/** A template with the values of the names in its braces. */
function filled(
  template: string,
  input: ApiInput<string>,
  written: (name: string, value: string) => string,
): string {
  const parameters = input as unknown as Readonly<Record<string, string>>;
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => written(name, parameters[name]!));
}

/** A value as one segment of a path: an empty one, or dots, would make the request one to something else. */
function segment(name: string, value: string): string {
  if (/^\.{0,2}$/.test(value))
    throw new SyncError('usage', `${name} must not be ${JSON.stringify(value)}.`, { verdict: 'end_run' });
  return encodeURIComponent(value);
}

function checked<Reply extends z.ZodType>(
  api: ApiConnection,
  shape: Reply,
  call: ApiCall,
  text: string,
): z.infer<Reply> {
  const inDoubt = call.changes === true;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Without its cause: the parser's message quotes what came, and that may be our own header.
    throw badReply(call, 'is not JSON', { inDoubt, text: api.redact(text.slice(0, EXCERPT)) });
  }
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = excerpt((issue?.path ?? []).map(String).join('.')) || 'the whole';
  throw badReply(call, `does not fit (${place}: ${issue?.message ?? 'unknown'})`, {
    inDoubt,
    text: api.redact(text.slice(0, EXCERPT)),
  });
}

/** Characters of a reply that the excerpt in an error is taken from. */
const EXCERPT = 4096;
