import type * as z from 'zod';
import type { ApiVerb } from './connection.ts';

/**
 * What may be done when nobody knows what became of a request:
 * - `safe`: it changes nothing; it is made again at once.
 * - `idempotent`: made twice, it does what it does once; it is made again.
 * - `look_up`: a look decides whether it is made again (`LookUp`).
 * - `never`: it is not made again; a person looks at the status.
 */
export type Repeat = 'safe' | 'idempotent' | 'look_up' | 'never';

/** One operation of the Management API: what a reader counts, and what is sent. */
export interface OperationHead<Path extends string = string> {
  readonly verb: ApiVerb;
  /** '/v1/workspaces/{workspaceID}': each name in braces is a parameter. */
  readonly path: Path;
  readonly repeat: Repeat;
  /** The service takes one such change at a time in an organization, and may refuse with a lock instead of waiting. */
  readonly lock?: true;
  /** The query may name the fields of the reply to keep. */
  readonly fields?: true;
  /** The operation in words: 'list', 'suspend'. */
  readonly does: string;
  /** What it is done to: 'workspace {workspaceID}'. Names in braces are from the path, the query or the body. */
  readonly object: string;
}

/** The same with its shapes. Requests are strict, replies loose: keys that are not named are kept. */
export interface Operation<
  Path extends string = string,
  Query extends z.ZodType | undefined = z.ZodType | undefined,
  Body extends z.ZodType | undefined = z.ZodType | undefined,
  Reply extends z.ZodType = z.ZodType,
> extends OperationHead<Path> {
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: Body;
  readonly reply: Reply;
  /** How the reply is written. Default: 'json'. The body of an `empty` one is not looked at. */
  readonly format?: 'json' | 'text' | 'empty';
  /** Statuses of success. Default: any 2xx. */
  readonly expected?: readonly number[];
  /** Bytes; a longer reply is refused. Default: 16 MiB. */
  readonly maxBytes?: number;
}

/** Gives an operation its exact type. */
export const operation = <
  const Path extends string,
  Reply extends z.ZodType,
  Query extends z.ZodType | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(
  made: Operation<Path, Query, Body, Reply>,
): Operation<Path, Query, Body, Reply> => made;

/** The names in braces of a path template. */
type PathParameters<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [K in Name]: string } & PathParameters<Rest>
  : unknown;

/** A part that may be left out where nothing in it is required. */
type Part<Name extends string, Shape> = Shape extends z.ZodType
  ? Partial<z.input<Shape>> extends z.input<Shape>
    ? { readonly [K in Name]?: z.input<Shape> }
    : { readonly [K in Name]: z.input<Shape> }
  : unknown;

/** What a call of the operation is given: each parameter of the path by its name, `query` and `body`. */
export type InputOf<O extends Operation> =
  O extends Operation<infer Path, infer Query, infer Body>
    ? PathParameters<Path> & Part<'query', Query> & Part<'body', Body>
    : never;

export type ReplyOf<O extends Operation> = z.output<O['reply']>;

/** The same where the query names the fields to keep: of each thing, any field may be missing. */
export type PartialReplyOf<O extends Operation> =
  ReplyOf<O> extends readonly (infer Row)[] ? readonly Partial<Row>[] : Partial<ReplyOf<O>>;

/** What a call resolves with. */
export type AnswerOf<O extends Operation, Options> = Options extends { readonly fields: readonly string[] }
  ? PartialReplyOf<O>
  : ReplyOf<O>;

/** An input whatever its operation is: the parameters of the path by name, `query` and `body`. */
export type AnyInput = Readonly<Record<string, unknown>>;
