/** What a request can ask for. `content` is a GET on the download port; `other` is no route at all. */
export const REQUEST_KINDS = [
  'list',
  'metadata',
  'download',
  'putFile',
  'putFolder',
  'move',
  'remove',
  'content',
  'management',
  'other',
] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

export interface CounterValues {
  /** Requests that arrived on either port, refused ones included. `/_emulator` requests are not counted. */
  readonly requests: number;
  /** Requests of the kinds putFile, putFolder, move and remove: those that would change a Stage. */
  readonly changing: number;
  /** Changes that were made. */
  readonly committed: number;
  readonly byVerb: Readonly<Record<string, number>>;
  readonly byKind: Readonly<Record<RequestKind, number>>;
  /** Requests of the Management API by area and operation: 'workspaces.create'. */
  readonly byOperation: Readonly<Record<string, number>>;
  /** Replies by status; a request that got none counts as `0`. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Bytes of files that were stored, and that were sent from the download port. */
  readonly bytesStored: number;
  readonly bytesServed: number;
}

interface CountedRequest {
  readonly verb: string;
  readonly kind: RequestKind;
  readonly operation?: { readonly area: string; readonly operation: string };
}

const CHANGING: ReadonlySet<RequestKind> = new Set(['putFile', 'putFolder', 'move', 'remove']);

export class Counters {
  #values = zero();

  /** A copy; it does not change afterwards. */
  read(): CounterValues {
    return structuredClone(this.#values);
  }

  reset(): void {
    this.#values = zero();
  }

  /** @internal */
  countRequest({ verb, kind, operation }: CountedRequest): void {
    const values = this.#values;
    values.requests++;
    if (CHANGING.has(kind)) values.changing++;
    values.byVerb[verb] = (values.byVerb[verb] ?? 0) + 1;
    values.byKind[kind]++;
    if (operation === undefined) return;
    const name = `${operation.area}.${operation.operation}`;
    values.byOperation[name] = (values.byOperation[name] ?? 0) + 1;
  }

  /** @internal */
  countCommit(bytes: number): void {
    this.#values.committed++;
    this.#values.bytesStored += bytes;
  }

  /** @internal */
  countReply(status: number): void {
    this.#values.byStatus[status] = (this.#values.byStatus[status] ?? 0) + 1;
  }

  /** @internal */
  countServed(bytes: number): void {
    this.#values.bytesServed += bytes;
  }
}

function zero() {
  return {
    requests: 0,
    changing: 0,
    committed: 0,
    byVerb: {} as Record<string, number>,
    byKind: Object.fromEntries(REQUEST_KINDS.map((kind) => [kind, 0])) as Record<RequestKind, number>,
    byOperation: {} as Record<string, number>,
    byStatus: {} as Record<string, number>,
    bytesStored: 0,
    bytesServed: 0,
  };
}
