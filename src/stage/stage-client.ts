import { isUtf8 } from 'node:buffer';
import type { RelPath } from '../model/path.ts';
import type { CallOptions, Content } from '../model/ports.ts';
import { download } from './download.ts';
import { NO_HEADERS, type Reply } from '../http/exchange.ts';
import { createMultipartFrame, type MultipartFrame } from './multipart-frame.ts';
import { NAMED_REPLY_BYTES, namesPath } from './named-reply.ts';
import { badReply, type ApiCall } from '../api/api-errors.ts';
import { createStageUrls, type StageGeneration } from './stage-url.ts';
import { success } from '../api/request.ts';
import {
  createTransport,
  type SendOptions,
  type StageConnection,
  type StageVerb,
} from '../api/connection.ts';
import { framedBuffer, framedChunks, framedSize } from './upload-body.ts';

export interface StageClientOptions extends StageConnection {
  /** A workspace group ID, a starter workspace ID or, for v2, a cluster ID. For names see resolveDeployment. */
  readonly deployment: string;
  readonly generation?: StageGeneration | undefined;
  readonly organizationID?: string | undefined;
}

/** A JSON reply; `exact` is false when it was not valid UTF-8 and has replacement characters instead. */
export interface JsonReply {
  readonly value: unknown;
  readonly exact: boolean;
}

/**
 * Every operation of the Stage API, each one request, made once (a download is two). Paths are full paths from the
 * Stage root and decide the kind: a folder's ends in '/'. All reject with a SyncError, or with the signal's reason.
 */
export interface StageClient {
  readonly deployment: string;
  /** Requests started so far, by verb. */
  readonly requests: Readonly<Record<StageVerb, number>>;
  /** The folder object as sent, with its direct children; '' is the root. `stage_not_found` when it is not there. */
  list(folder: RelPath, call: CallOptions): Promise<JsonReply>;
  /** The file object as sent. `stage_not_found` when there is no such file. */
  metadata(path: RelPath, call: CallOptions): Promise<JsonReply>;
  /** The file's bytes as they come; read them or leave the iteration, for they hold a connection. */
  download(path: RelPath, call: CallOptions): Promise<AsyncIterable<Uint8Array>>;
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

interface UploadForm {
  readonly frame: MultipartFrame;
  /** Flat, with the token. */
  readonly headers: string[];
}

/** Loads the HTTP client; the first upload loads form-data. Rejects with `config` for a base URL or token that cannot be used. */
export async function createStageClient(options: StageClientOptions): Promise<StageClient> {
  const transport = await createTransport(options);
  const urls = createStageUrls({
    generation: options.generation ?? 'v1',
    basePath: transport.basePath,
    deployment: options.deployment,
    organizationID: options.organizationID,
  });
  const plainHeaders = transport.authorize();
  const jsonHeaders = transport.authorize('content-type', 'application/json');
  const { headers: headersMs, idle: idleMs } = transport.timeouts;
  let form: UploadForm | undefined;
  let loading: Promise<UploadForm> | undefined;

  /** Only an upload needs form-data, and loading it takes as long as a request to a near server. */
  async function loadForm(): Promise<UploadForm> {
    const { default: FormData } = await import('form-data');
    const frame = createMultipartFrame(FormData);
    form = { frame, headers: transport.authorize('content-type', frame.contentType) };
    return form;
  }

  /** One that changes something; of a move `newPath` is where to. */
  function change(
    call: ApiCall,
    options: Omit<SendOptions, 'maxBytes'>,
    body?: Uint8Array | null,
    newPath?: RelPath,
  ): Promise<void> {
    const sent = transport.send({ ...options, maxBytes: NAMED_REPLY_BYTES }, body);
    return changed(call, sent, options.signal, newPath);
  }

  /** A status of success alone says nothing: it has to come from Stage, and speak of what was asked. */
  async function changed(
    call: ApiCall,
    sent: Promise<Reply>,
    signal: AbortSignal,
    newPath?: RelPath,
  ): Promise<void> {
    const { body } = await success(transport, call, sent, signal);
    if (namesPath(body, call.path, newPath)) return;
    const text = transport.redact(body.subarray(0, NAMED_REPLY_BYTES).toString());
    throw badReply(call, 'does not name it, so that it may not have been done', { inDoubt: true, text });
  }

  async function getJson(call: ApiCall, target: string, signal: AbortSignal): Promise<JsonReply> {
    const sent = transport.send({ signal, verb: 'GET', target, headers: plainHeaders });
    const { body } = await success(transport, call, sent, signal);
    try {
      return { value: JSON.parse(body.toString()), exact: isUtf8(body) };
    } catch {
      // Without its cause: the parser's message quotes what came, and that may be our own header.
      const text = transport.redact(body.subarray(0, NAMED_REPLY_BYTES).toString());
      throw badReply(call, 'is not JSON', { text });
    }
  }

  async function uploadChunks(
    call: ApiCall,
    content: Extract<Content, { chunks: unknown }>,
    signal: AbortSignal,
  ): Promise<void> {
    let begun = false;
    let failure: { readonly error: unknown } | undefined;
    try {
      const { frame, headers: formHeaders } = form ?? (await (loading ??= loadForm()));
      const target = urls.create(call.path);
      const headers = [...formHeaders, 'content-length', String(framedSize(frame, content.size))];
      const sent = transport.sendStream(
        { signal, verb: 'PUT', target, headers, maxBytes: NAMED_REPLY_BYTES },
        (exchange) =>
          framedChunks(call.path, frame, content, {
            sending() {
              begun = true;
              exchange.expectProgress(idleMs, 'UND_ERR_BODY_TIMEOUT');
            },
            // How long its source may take is for the source to say.
            reading: () => exchange.expectProgress(0, ''),
            finishing: () => exchange.expectProgress(headersMs, NO_HEADERS),
            failed(error) {
              failure = { error };
            },
          }),
      );
      await changed(call, sent, signal);
    } catch (error) {
      // A source that nobody began to read may hold an open file.
      if (!begun) await content.chunks[Symbol.asyncIterator]().return?.();
      // What the source threw must not pass for a failure of the network.
      throw failure === undefined || signal.aborted ? error : failure.error;
    }
  }

  return {
    deployment: options.deployment,
    requests: transport.requests,
    list: async (folder, { signal }) =>
      getJson({ operation: 'list', verb: 'list', path: folder }, urls.list(folder), signal),
    metadata: async (path, { signal }) =>
      getJson({ operation: 'look', verb: 'look at', path }, urls.metadata(path), signal),
    download: async (path, { signal }) =>
      download(
        transport,
        { operation: 'read', verb: 'download', path },
        urls.plain(path),
        options.allowInsecure === true,
        signal,
      ),
    async upload(path, content, { signal }) {
      const call: ApiCall = { operation: 'upload', verb: 'upload', path, changes: true };
      if ('chunks' in content) return uploadChunks(call, content, signal);
      const { frame, headers } = form ?? (await (loading ??= loadForm()));
      const target = urls.create(path);
      const body = framedBuffer(path, frame, content.size, content.bytes);
      await change(call, { signal, verb: 'PUT', target, headers }, body);
    },
    async createEmptyFile(path, { signal }) {
      const target = urls.create(path);
      await change(
        { operation: 'upload', verb: 'create', path, changes: true },
        { signal, verb: 'PUT', target, headers: plainHeaders },
      );
    },
    async createFolder(folder, { signal }) {
      const target = urls.create(folder);
      await change(
        { operation: 'create_folder', verb: 'create', path: folder, changes: true },
        { signal, verb: 'PUT', target, headers: plainHeaders },
      );
    },
    async move(from, to, { signal }) {
      urls.plain(to);
      const body = Buffer.from(JSON.stringify({ newPath: to }));
      const target = urls.plain(from);
      const call: ApiCall = { operation: 'move', verb: 'move', path: from, changes: true };
      await change(call, { signal, verb: 'PATCH', target, headers: jsonHeaders }, body, to);
    },
    async delete(path, { signal }) {
      const target = urls.plain(path);
      await change(
        { operation: 'remove', verb: 'remove', path, changes: true },
        { signal, verb: 'DELETE', target, headers: plainHeaders },
      );
    },
    close: () => transport.close(),
  };
}
