import * as z from 'zod';
import type { Behaviour } from '../control/behaviour.ts';
import { Refusal } from '../http/refusal.ts';
import { parseDeploymentId } from '../stage/stage-path.ts';
import type { Flapping } from './world/flapping.ts';
import type { World } from './world/world.ts';

/** One operation of the Management API. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `{name}` for each parameter. */
  readonly path: string;
  /** What counters and faults call it: 'workspaces', 'create'. */
  readonly area: string;
  readonly operation: string;
  /** Whether `fields` in the query picks from the reply. */
  readonly fields?: boolean;
  /** The reply's type, when it is text instead of JSON. */
  readonly text?: string;
  /** Returns the reply; what it changes is one transaction. Undefined is an empty reply. */
  readonly work: (call: Call) => unknown;
}

export interface CallParts {
  readonly world: World;
  readonly switches: Behaviour;
  readonly flapping: Flapping;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: string;
  /** The host and port that the request came to. */
  readonly endpoint: string;
  /** v2 refuses fields that it does not know. */
  readonly version: 'v1' | 'v2';
}

/** A request that waits for its answer. */
export class Call {
  readonly world: World;
  readonly switches: Behaviour;
  readonly flapping: Flapping;
  readonly query: URLSearchParams;
  readonly endpoint: string;
  readonly version: 'v1' | 'v2';
  /** The time, the same during the whole call: milliseconds since 1970, by the world's clock. */
  readonly now: number;
  readonly #params: CallParts['params'];
  readonly #body: string;

  constructor(parts: CallParts) {
    this.world = parts.world;
    this.switches = parts.switches;
    this.flapping = parts.flapping;
    this.query = parts.query;
    this.endpoint = parts.endpoint;
    this.version = parts.version;
    this.now = parts.world.clock.now();
    this.#params = parts.params;
    this.#body = parts.body;
  }

  /** A parameter of the path that is an ID, in lower case. Refused when it is no UUID. */
  id(name: string): string {
    return parseDeploymentId(this.#params[name] ?? '');
  }

  param(name: string): string {
    return this.#params[name] ?? '';
  }

  isTrue(name: string): boolean {
    return this.query.getAll(name).some((value) => /^(?:1|true)$/i.test(value));
  }

  /**
   * The body as `schema` reads it. A field that is null counts as absent: some clients send all fields that they know. What
   * does not fit is refused with the name of the field.
   */
  body<T extends z.ZodObject>(schema: T, { mayBeMissing = false } = {}): z.infer<T> {
    if (this.#body.trim() === '' && mayBeMissing) return schema.parse({});
    const fields = withoutNulls(parseObject(this.#body));
    const result = (this.version === 'v2' ? schema.strict() : schema).safeParse(fields);
    if (result.success) return result.data as z.infer<T>;
    const [issue] = result.error.issues;
    throw new Refusal(400, `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'is not valid'}`);
  }
}

function parseObject(body: string): object {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Refusal(400, 'the body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal(400, 'the body must be a JSON object');
  return value;
}

const withoutNulls = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
