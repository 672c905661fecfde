import { readFileSync } from 'node:fs';
import * as z from 'zod';

// An OpenAPI document of the 43 operations, which no code is made of. It judges what the client sends and what the embedded
// service answers, so that a mistake of one side is not shared by the other.

type Json = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly schema: Json;
  /** The version that brought it; the document is of 1.1.58. */
  readonly 'x-since'?: string;
}

type Content = Readonly<Record<string, { readonly schema: Json }>>;

export interface OracleOperation {
  readonly verb: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

type Written = Omit<OracleOperation, 'verb' | 'path' | 'parameters'> & {
  readonly parameters?: readonly Parameter[];
};

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Written>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

const document = JSON.parse(
  readFileSync(new URL('../../contract/management-1.1.58.json', import.meta.url), 'utf8'),
) as Document;

export const ORACLE: readonly OracleOperation[] = Object.entries(document.paths).flatMap(([path, verbs]) =>
  Object.entries(verbs).map(([verb, made]) => ({
    ...made,
    parameters: made.parameters ?? [],
    verb: verb.toUpperCase(),
    path,
  })),
);

/** The operation that a request is, and the values of its path. Of two that fit, the one with fewer parameters. */
export function oracleOf(verb: string, pathname: string): OracleOperation | undefined {
  return ORACLE.filter((each) => each.verb === verb && patternOf(each.path).test(pathname)).toSorted(
    (a, b) => parametersIn(a.path) - parametersIn(b.path),
  )[0];
}

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll('{path}', '.+').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
const parametersIn = (path: string): number => path.split('{').length;

export interface SentRequest {
  readonly verb: string;
  /** Path and query. */
  readonly target: string;
  /** undefined: none was sent. */
  readonly body: unknown;
}

/** Added to every request for tokens that are not bound to one organization. */
const EVERYWHERE: ReadonlySet<string> = new Set(['organizationID']);

/** What is wrong with a request; nothing for one that is no operation of the document. */
export function problemsOfRequest({ verb, target, body }: SentRequest): readonly string[] {
  const url = new URL(target, 'http://oracle.test');
  const made = oracleOf(verb, url.pathname);
  if (made === undefined) return [];
  const known = made.parameters.filter((each) => each.in === 'query');
  const problems: string[] = [];
  for (const [name, value] of url.searchParams) {
    const parameter = known.find((each) => each.name === name);
    if (parameter === undefined) {
      if (!EVERYWHERE.has(name)) problems.push(`query ${name}: unknown`);
    } else problems.push(...problemsIn(`query ${name}`, parameter.schema, typed(parameter.schema, value)));
  }
  for (const { name, required } of known)
    if (required === true && !url.searchParams.has(name)) problems.push(`query ${name}: missing`);
  const shape = made.requestBody?.content['application/json']?.schema;
  if (body === undefined) {
    if (shape !== undefined && made.requestBody?.required === true) problems.push('body: missing');
  } else if (shape === undefined) problems.push('body: there is none');
  else problems.push(...problemsIn('body', shape, body));
  return problems.map((problem) => `${verb} ${target}: ${problem}`);
}

/** What is wrong with a reply of success. */
export function problemsOfReply({ verb, target }: SentRequest, text: string): readonly string[] {
  const { pathname, searchParams } = new URL(target, 'http://oracle.test');
  const content = oracleOf(verb, pathname)?.responses['200']?.content;
  const shape = content?.['application/json']?.schema;
  // with `fields` a reply has only what was asked for
  if (shape === undefined || searchParams.has('fields')) return [];
  return problemsIn('reply', shape, JSON.parse(text)).map((problem) => `${verb} ${target}: ${problem}`);
}

/** A value of a query as its schema means it. */
const typed = (schema: Json, value: string): unknown =>
  schema['type'] === 'boolean' && (value === 'true' || value === 'false') ? value === 'true' : value;

const shapes = new Map<Json, z.ZodType>();

function problemsIn(place: string, schema: Json, value: unknown): readonly string[] {
  let shape = shapes.get(schema);
  if (shape === undefined) {
    shape = z.fromJSONSchema(resolved(schema) as Parameters<typeof z.fromJSONSchema>[0]);
    shapes.set(schema, shape);
  }
  const { error } = shape.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${[place, ...path].join('.')}: ${message}`);
}

/** A schema without references. */
function resolved(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(resolved);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref } = schema as { readonly $ref?: string };
  if ($ref !== undefined) return resolved(document.components.schemas[$ref.split('/').at(-1)!]);
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolved(value)]));
}

/** Names of the query and of the body, and which of them are required; what later versions brought is apart. */
export function namesOf({ parameters, requestBody }: OracleOperation): {
  readonly query: Names;
  readonly body: Names;
} {
  const query = parameters.filter((each) => each.in === 'query');
  const { properties = {}, required = [] } = (resolved(requestBody?.content['application/json']?.schema) ??
    {}) as { readonly properties?: Readonly<Record<string, Json>>; readonly required?: readonly string[] };
  const isLater = (each: object): boolean => 'x-since' in each;
  return {
    query: {
      all: query.filter((each) => !isLater(each)).map(({ name }) => name),
      later: query.filter(isLater).map(({ name }) => name),
      required: query.filter((each) => each.required === true).map(({ name }) => name),
    },
    body: {
      all: Object.keys(properties).filter((name) => !isLater(properties[name]!)),
      later: Object.keys(properties).filter((name) => isLater(properties[name]!)),
      required,
    },
  };
}

interface Names {
  readonly all: readonly string[];
  readonly later: readonly string[];
  readonly required: readonly string[];
}
