import { isUtf8 } from 'node:buffer';
import { type ApiCall, badReply } from '../api/api-errors.ts';
import {
  type ApiConnection,
  type ApiConnectionOptions,
  type ApiVerb,
  openApiConnection,
} from '../api/connection.ts';
import { success } from '../api/reply.ts';
import type { Reply } from '../http/exchange.ts';
import type { PackedChildren } from '../model/children.ts';
import type { RelPath } from '../model/path.ts';
import type { CallOptions, Chunks, Content } from '../model/ports.ts';
import { download, type DownloadOptions, signedUrl } from './download.ts';
import { LongListing } from './long-listing.ts';
import { NAMED_REPLY_BYTES, namesPath } from './named-reply.ts';
import { createStageUrls, type StageGeneration, type StageUrls } from './stage-url.ts';
import { FormUploads } from './form-uploads.ts';

export interface StageOptions {
  /** A workspace group ID, a starter workspace ID or, for v2, a cluster ID. For names see resolveDeployment. */
  readonly deployment: string;
  readonly generation?: StageGeneration | undefined;
}

export interface StageClientOptions extends ApiConnectionOptions, StageOptions {}

/** A JSON reply; `exact` is false when it was not valid UTF-8 and has replacement characters instead. */
interface JsonReply {
  readonly value: unknown;
  readonly exact: boolean;
}

/** Of a long listing the children were read as they came, and `value` is the folder object without them. */
export interface ListingReply extends JsonReply {
  readonly children?: PackedChildren | undefined;
}

/**
 * Every operation of the Stage API, each one request, made once (a download is two). Paths are full paths from the
 * Stage root and decide the kind: a folder's ends in '/'. All reject with a SyncError, or with the signal's reason.
 */
export interface StageClient {
  readonly deployment: string;
  /** Requests started so far, by verb. */
  readonly requests: Readonly<Record<ApiVerb, number>>;
  /**
   * The folder object as sent, with its direct children; '' is the root. A reply of more than a megabyte is read as it
   * comes, however long it is. `stage_not_found` when the folder is not there.
   */
  list(folder: RelPath, call: CallOptions): Promise<ListingReply>;
  /** The file object as sent. `stage_not_found` when there is no such file. */
  metadata(path: RelPath, call: CallOptions): Promise<JsonReply>;
  /** The file's bytes as they come, from `offset` on; read them or leave the iteration, for they hold a connection. */
  download(path: RelPath, call: DownloadOptions): Promise<Chunks>;
  /** Secret. The signed URL of a file's bytes; undefined where Stage sends them itself. */
  signedUrl(path: RelPath, call: CallOptions): Promise<string | undefined>;
  /** Its folder must exist. A content of the wrong size, or whose source fails, never arrives. */
  upload(path: RelPath, content: Content, call: CallOptions): Promise<void>;
  createEmptyFile(path: RelPath, call: CallOptions): Promise<void>;
  createFolder(folder: RelPath, call: CallOptions): Promise<void>;
  move(from: RelPath, to: RelPath, call: CallOptions): Promise<void>;
  /** A folder goes with everything in it. */
  delete(path: RelPath, call: CallOptions): Promise<void>;
  /** Breaks off what is still under way. */
  close(): Promise<void>;
}

/** A client with a connection of its own. Rejects as openApiConnection does. */
export async function createStageClient(options: StageClientOptions): Promise<StageClient> {
  return stageClient(await openApiConnection(options), options);
}

/** A client on a connection that is open already. The client takes it over: closing the client closes it. */
export const stageClient = (api: ApiConnection, options: StageOptions): StageClient =>
  new HttpStageClient(api, options);

/** What is done to one path, for errors. */
const list = (path: RelPath): ApiCall => ({ operation: 'list', verb: 'list', path });
const look = (path: RelPath): ApiCall => ({ operation: 'look', verb: 'look at', path });
const read = (path: RelPath): ApiCall => ({ operation: 'read', verb: 'download', path });
const upload = (path: RelPath): ApiCall => ({ operation: 'upload', verb: 'upload', path, changes: true });
const createFile = (path: RelPath): ApiCall => ({ ...upload(path), verb: 'create' });
const createFolder = (path: RelPath): ApiCall => ({ ...createFile(path), operation: 'create_folder' });
const move = (path: RelPath): ApiCall => ({ operation: 'move', verb: 'move', path, changes: true });
const remove = (path: RelPath): ApiCall => ({ operation: 'remove', verb: 'remove', path, changes: true });

/** A request that changes something. */
interface Change {
  readonly call: ApiCall;
  readonly verb: ApiVerb;
  readonly target: string;
  /** Sent as JSON. */
  readonly json?: object;
  /** Of a move, where to. */
  readonly newPath?: RelPath;
}

class HttpStageClient implements StageClient {
  readonly deployment: string;
  readonly requests: StageClient['requests'];
  readonly #api: ApiConnection;
  readonly #urls: StageUrls;
  readonly #uploads: FormUploads;
  readonly #plainHeaders: string[];
  readonly #jsonHeaders: string[];

  constructor(api: ApiConnection, { deployment, generation = 'v1' }: StageOptions) {
    const { basePath, organizationID } = api;
    this.deployment = deployment;
    this.requests = api.requests;
    this.#api = api;
    this.#urls = createStageUrls({ generation, basePath, deployment, organizationID });
    this.#uploads = new FormUploads(api, this.#urls);
    this.#plainHeaders = api.authorize();
    this.#jsonHeaders = api.authorize('content-type', 'application/json');
  }

  async list(folder: RelPath, { signal }: CallOptions): Promise<ListingReply> {
    const call = list(folder);
    const long = new LongListing(folder, (why, beginning) =>
      badReply(call, why, { text: this.#textOf(beginning) }),
    );
    const options = { signal, verb: 'GET', headers: this.#plainHeaders, longReply: long } as const;
    const sent = this.#api.send({ ...options, target: this.#urls.list(folder) });
    const { body } = await success(this.#api, call, sent, signal);
    return long.begun ? long.finish() : this.#json(call, body);
  }

  async metadata(path: RelPath, { signal }: CallOptions): Promise<JsonReply> {
    return this.#getJson(look(path), this.#urls.metadata(path), signal);
  }

  async download(path: RelPath, call: DownloadOptions): Promise<Chunks> {
    return download(this.#api, read(path), this.#urls.plain(path, 'read'), call);
  }

  async signedUrl(path: RelPath, { signal }: CallOptions): Promise<string | undefined> {
    return signedUrl(this.#api, read(path), this.#urls.plain(path, 'read'), signal);
  }

  async upload(path: RelPath, content: Content, { signal }: CallOptions): Promise<void> {
    return this.#uploads.send({
      path,
      content,
      signal,
      maxBytes: NAMED_REPLY_BYTES,
      judge: (sent) => this.#changed(upload(path), sent, signal),
    });
  }

  async createEmptyFile(path: RelPath, { signal }: CallOptions): Promise<void> {
    return this.#change({ call: createFile(path), verb: 'PUT', target: this.#urls.create(path) }, signal);
  }

  async createFolder(folder: RelPath, { signal }: CallOptions): Promise<void> {
    const target = this.#urls.create(folder);
    return this.#change({ call: createFolder(folder), verb: 'PUT', target }, signal);
  }

  async move(from: RelPath, to: RelPath, { signal }: CallOptions): Promise<void> {
    // throws for a text that is no path
    this.#urls.plain(to, 'move');
    const target = this.#urls.plain(from, 'move');
    const json = { newPath: to };
    return this.#change({ call: move(from), verb: 'PATCH', target, json, newPath: to }, signal);
  }

  async delete(path: RelPath, { signal }: CallOptions): Promise<void> {
    const target = this.#urls.plain(path, 'remove');
    return this.#change({ call: remove(path), verb: 'DELETE', target }, signal);
  }

  close(): Promise<void> {
    return this.#api.close();
  }

  #change({ call, verb, target, json, newPath }: Change, signal: AbortSignal): Promise<void> {
    const headers = json === undefined ? this.#plainHeaders : this.#jsonHeaders;
    const body = json === undefined ? null : Buffer.from(JSON.stringify(json));
    const sent = this.#api.send({ signal, verb, target, headers, maxBytes: NAMED_REPLY_BYTES }, body);
    return this.#changed(call, sent, signal, newPath);
  }

  /** A status of success is not enough: the reply has to come from Stage, and to name what was changed. */
  async #changed(call: ApiCall, sent: Promise<Reply>, signal: AbortSignal, newPath?: RelPath): Promise<void> {
    const { body } = await success(this.#api, call, sent, signal);
    if (namesPath(body, call.path, newPath)) return;
    const text = this.#textOf(body);
    throw badReply(call, 'does not name it, so that it may not have been done', { inDoubt: true, text });
  }

  async #getJson(call: ApiCall, target: string, signal: AbortSignal): Promise<JsonReply> {
    const sent = this.#api.send({ signal, verb: 'GET', target, headers: this.#plainHeaders });
    const { body } = await success(this.#api, call, sent, signal);
    return this.#json(call, body);
  }

  #json(call: ApiCall, body: Buffer): JsonReply {
    try {
      return { value: JSON.parse(body.toString()), exact: isUtf8(body) };
    } catch {
      // Without its cause: the parser's message quotes what came, and that may be our own header.
      throw badReply(call, 'is not JSON', { text: this.#textOf(body) });
    }
  }

  #textOf(body: Buffer): string {
    return this.#api.redact(body.subarray(0, NAMED_REPLY_BYTES).toString());
  }
}
