import * as z from 'zod';
import { isSyncError, SyncError } from '../model/errors.ts';
import type { CallOptions } from '../model/ports.ts';
import { excerpt } from '../model/printable.ts';
import { type ApiCall, badReply, outcomeUnknown } from './api-errors.ts';
import type { ApiConnection } from './connection.ts';
import { masked, secretsIn } from './masking.ts';
import type { AnswerOf, AnyInput, InputOf, Operation, OperationHead } from './operation.ts';
import { queryOf } from './query.ts';
import { success } from './reply.ts';

export interface RequestOptions extends CallOptions {
  /** Names of the reply's fields to keep. Only for operations that have `fields`. */
  readonly fields?: readonly string[] | undefined;
  /** Whose codes its errors have. Default: 'api'. The look-up of a Stage's name has those of Stage. */
  readonly codes?: ApiCall['codes'];
  /** The caller looks before it makes a request again that must not be made twice. Default: false. */
  readonly looks?: boolean | undefined;
}

/** A request as it is sent, and as `--dry-run` shows it. Secrets in the body are not masked. */
export interface PreparedRequest {
  readonly verb: OperationHead['verb'];
  /** Path and query, without what belongs to the connection. */
  readonly target: string;
  /** Sent as JSON; undefined: no body. */
  readonly body: unknown;
}

const SERVICE = 'The Management API';
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Makes one request, once, and checks what comes back. Rejects with a SyncError, or with the signal's reason: `usage` for
 * an input that does not fit, which is not sent. A reply of another shape is `api_bad_reply`, with the place of what is
 * wrong in it; one that got lost has the verdict 'retry' only where the operation may be repeated.
 */
export async function callOnce<O extends Operation, Options extends RequestOptions>(
  api: ApiConnection,
  operation: O,
  input: InputOf<O>,
  options: Options,
): Promise<AnswerOf<O, Options>> {
  return (await request(api, operation, input as AnyInput, options)) as AnswerOf<O, Options>;
}

async function request(
  api: ApiConnection,
  operation: Operation,
  input: AnyInput,
  { signal, fields, codes, looks }: RequestOptions,
): Promise<unknown> {
  const mayRepeat = operation.repeat === 'safe' || operation.repeat === 'idempotent' || looks === true;
  const { target, body } = prepareRequest(operation, input, { fields });
  const secrets = secretsIn(body);
  const call: ApiCall = {
    ...describeCall(operation, input, codes),
    mask: (text) => masked(text, secrets),
  };
  const isJson = body !== undefined;
  const sent = api.send(
    {
      signal,
      verb: operation.verb,
      target: api.basePath + withOrganization(target, api.organizationID),
      headers: isJson ? api.authorize('content-type', 'application/json') : api.authorize(),
      maxBytes: operation.maxBytes ?? MAX_BYTES,
    },
    isJson ? Buffer.from(JSON.stringify(body)) : null,
  );
  try {
    const reply = await success(api, call, sent, signal);
    const text = reply.body.toString();
    if (operation.expected?.includes(reply.status) === false)
      throw badReply(call, `has the status ${reply.status}`, {
        inDoubt: call.changes === true,
        text: masked(api.redact(text), secrets),
      });
    return readReply(api, operation, call, { text, isPartial: fields !== undefined });
  } catch (error) {
    // carrying it out twice could do something else
    const isLost = isSyncError(error) && error.inDoubt && error.verdict === 'retry';
    throw isLost && !mayRepeat ? outcomeUnknown(error) : error;
  }
}

/** Checks an input and makes the request of it. Rejects with `usage`, naming the field. */
export function prepareRequest(
  operation: Operation,
  input: AnyInput,
  { fields }: { readonly fields?: readonly string[] | undefined } = {},
): PreparedRequest {
  const query = checkedInput(operation, input, 'query');
  const body = checkedInput(operation, input, 'body');
  const values = Object.entries(query ?? {}).map(([name, value]) => [
    name,
    value === undefined ? undefined : String(value),
  ]);
  const kept = fields === undefined || fields.length === 0 ? undefined : fields.join(',');
  const target =
    filled(operation.path, (name) => segment(name, input[name])) +
    queryOf({ ...(Object.fromEntries(values) as Record<string, string | undefined>), fields: kept });
  return { verb: operation.verb, target, body };
}

/** The words of an operation for its errors. */
export function describeCall(
  { does, object, repeat }: OperationHead,
  input: AnyInput,
  codes: ApiCall['codes'] = 'api',
): ApiCall {
  const parts = [input, input['query'], input['body']] as readonly (AnyInput | undefined)[];
  const named = (name: string): string => {
    const value = parts.find((part) => part?.[name] !== undefined)?.[name];
    return typeof value === 'string' ? value : '?';
  };
  const changes = repeat !== 'safe';
  return {
    operation: changes ? 'change' : 'look_up',
    verb: does,
    path: filled(object, named),
    changes,
    service: SERVICE,
    codes,
  };
}

/** A template with the values of the names in its braces. */
const filled = (template: string, valueOf: (name: string) => string): string =>
  template.replaceAll(/\{(\w+)\}/g, (_, name: string) => valueOf(name));

/** A value as one segment of a path: an empty one, or dots, would make the request one to something else. */
function segment(name: string, value: unknown): string {
  if (typeof value !== 'string' || /^\.{0,2}$/.test(value))
    throw usage(name, `${name} must not be ${JSON.stringify(value)}.`);
  return encodeURIComponent(value);
}

function withOrganization(target: string, organizationID: string | undefined): string {
  if (organizationID === undefined) return target;
  const added = queryOf({ organizationID });
  return target + (target.includes('?') ? added.replace('?', '&') : added);
}

/** The query or the body, as its shape has it; undefined where the operation has none, or none is given. */
function checkedInput(operation: Operation, input: AnyInput, part: 'query' | 'body'): object | undefined {
  const shape = operation[part];
  if (shape === undefined) return undefined;
  const value = input[part] ?? (shape instanceof z.ZodOptional ? undefined : {});
  const result = shape.safeParse(value);
  if (result.success) return result.data as object | undefined;
  const { field, why } = firstIssue(result.error);
  const { verb, path } = describeCall(operation, input);
  throw usage(field, `Cannot ${verb} ${path}: ${field === '' ? why : `${field}: ${why}`}.`);
}

const usage = (field: string, message: string): SyncError =>
  new SyncError('usage', message, { verdict: 'end_run', details: { field } });

function firstIssue({ issues: [issue] }: z.ZodError): { readonly field: string; readonly why: string } {
  const field = excerpt((issue?.path ?? []).map(String).join('.'));
  return { field, why: excerpt(issue?.message ?? 'unknown') };
}

interface ReplyText {
  readonly text: string;
  readonly isPartial: boolean;
}

function readReply(
  api: ApiConnection,
  { reply, format }: Operation,
  call: ApiCall,
  { text, isPartial }: ReplyText,
): unknown {
  if (format === 'empty') return undefined;
  if (format === 'text') return text;
  const inDoubt = call.changes === true;
  const shown = (): string => {
    const said = api.redact(text.slice(0, EXCERPT));
    return call.mask?.(said) ?? said;
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Without its cause: the parser's message quotes what came, and that may be our own header.
    throw badReply(call, 'is not JSON', { inDoubt, text: shown() });
  }
  const result = (isPartial ? partial(reply) : reply).safeParse(value);
  if (result.success) return result.data;
  const { field, why } = firstIssue(result.error);
  throw badReply(call, `does not fit (${field || 'the whole'}: ${why})`, { inDoubt, text: shown() });
}

/** The shape of a reply that has only the fields that were asked for. */
function partial(reply: z.ZodType): z.ZodType {
  if (reply instanceof z.ZodObject) return reply.partial();
  if (reply instanceof z.ZodArray && reply.element instanceof z.ZodObject)
    return z.array(reply.element.partial());
  return reply;
}

/** Characters of a reply that the excerpt in an error is taken from. */
const EXCERPT = 4096;
