import type { ApiConnection, ApiVerb } from '../../api/connection.ts';
import { errorFromNetwork, type ApiCall } from '../../api/api-errors.ts';
import { errorFromReply } from '../../api/refusals.ts';
import type { Reply } from '../../http/exchange.ts';
import { isSyncError } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type { GateUse } from '../../remote/gate/gate-use.ts';
import { signedUrl } from '../../stage/download.ts';
import { FormUploads } from '../../stage/form-uploads.ts';
import { createStageUrls, type StageGeneration, type StageUrls } from '../../stage/stage-url.ts';

/** What came back for one request. */
export interface Told {
  readonly status: number;
  readonly isSuccess: boolean;
  readonly contentType: string;
  /** The JSON of the body; undefined where it is none. */
  readonly value: unknown;
  readonly ms: number;
}

/** A child as a listing shows it. */
export interface ShownChild {
  readonly name?: unknown;
  readonly path?: unknown;
  readonly size?: unknown;
  readonly type?: unknown;
  readonly last_modified?: unknown;
}

export interface TrialOptions {
  readonly connection: ApiConnection;
  readonly use: GateUse;
  readonly deployment: string;
  readonly generation: StageGeneration;
  /** The hidden folder: ends in '/'. All paths below are in it. */
  readonly root: RelPath;
  /**
   * Aborted: no further request is begun, but for the removal of the folder. What is in flight is waited for: a change that is broken off may be
   * made later, after that removal.
   */
  readonly draining: AbortSignal;
}

/** How long one request took, by verb. */
export type Times = Readonly<Record<ApiVerb, readonly number[]>>;

/**
 * A hidden folder of a Stage, asked by requests whose replies are looked at as they are: a refusal is an answer. A server that is
 * busy or out of order is asked again, as everywhere.
 */
export class TrialFolder {
  readonly times: Record<ApiVerb, number[]> = { GET: [], POST: [], PUT: [], PATCH: [], DELETE: [] };
  readonly #options: TrialOptions;
  readonly #urls: StageUrls;
  readonly #uploads: FormUploads;
  #isSwept = false;

  constructor(options: TrialOptions) {
    this.#options = options;
    const { basePath, organizationID } = options.connection;
    this.#urls = createStageUrls({ ...options, basePath, organizationID });
    this.#uploads = new FormUploads(options.connection, this.#urls);
  }

  /** Sends a file; its folder has to be there. */
  put(path: RelPath, text: string, signal: AbortSignal): Promise<Told> {
    const bytes = Buffer.from(text);
    const at = this.#options.root + path;
    return this.#ask('PUT', at, async () => {
      let reply: Reply | undefined;
      const content = { bytes, size: bytes.byteLength };
      const judge = async (sent: Promise<Reply>): Promise<void> => {
        reply = await sent;
      };
      await this.#uploads.send({ path: at, content, signal, judge });
      return reply!;
    });
  }

  makeFolder(path: RelPath, signal: AbortSignal): Promise<Told> {
    const at = this.#options.root + path;
    return this.#send('PUT', at, this.#urls.create(at), signal);
  }

  list(path: RelPath, signal: AbortSignal): Promise<Told> {
    const at = this.#options.root + path;
    return this.#send('GET', at, this.#urls.list(at), signal);
  }

  look(path: RelPath, signal: AbortSignal): Promise<Told> {
    const at = this.#options.root + path;
    return this.#send('GET', at, this.#urls.metadata(at), signal);
  }

  move(from: RelPath, to: RelPath, signal: AbortSignal): Promise<Told> {
    const at = this.#options.root + from;
    return this.#send('PATCH', at, this.#urls.plain(at, 'move'), signal, {
      newPath: this.#options.root + to,
    });
  }

  remove(path: RelPath, signal: AbortSignal): Promise<Told> {
    const at = this.#options.root + path;
    return this.#send('DELETE', at, this.#urls.plain(at, 'remove'), signal);
  }

  /** The status, and the text from the fourth byte on, that a download with Range gives; undefined without a signed address. */
  async range(path: RelPath, signal: AbortSignal): Promise<{ status: number; text: string } | undefined> {
    const at = this.#options.root + path;
    const { connection, use } = this.#options;
    return use.request({ operation: 'read', path: at }, async () => {
      const url = await signedUrl(connection, callOf('GET', at), this.#urls.plain(at, 'read'), signal);
      if (url === undefined) return undefined;
      const headers = ['accept-encoding', 'identity', 'range', 'bytes=3-'];
      const { status, body } = await connection.open(new URL(url), headers, { signal });
      let text = '';
      for await (const chunk of body) text += chunk.toString();
      return { status, text };
    });
  }

  /** The children that a listing shows; undefined where the folder is not there. */
  async children(path: RelPath, signal: AbortSignal): Promise<readonly ShownChild[] | undefined> {
    const told = await this.list(path, signal);
    if (!told.isSuccess) return undefined;
    const { content } = (told.value ?? {}) as { readonly content?: unknown };
    return Array.isArray(content) ? (content as ShownChild[]) : [];
  }

  /** Removes the folder with all that is in it, one by one where it has to be. Rejects where it stays. */
  async sweep(signal: AbortSignal): Promise<void> {
    this.#isSwept = true;
    await this.#clear('', signal);
  }

  async #clear(folder: RelPath, signal: AbortSignal): Promise<void> {
    const told = await this.remove(folder, signal);
    if (told.isSuccess || told.status === 404) return;
    for (const { name, type } of (await this.children(folder, signal)) ?? []) {
      const path = folder + String(name).replace(/\/$/, '');
      await (type === 'directory' ? this.#clear(`${path}/`, signal) : this.remove(path, signal));
    }
    const again = await this.remove(folder, signal);
    if (!again.isSuccess && again.status !== 404) throw new Error(`status ${again.status}`);
  }

  #send(verb: ApiVerb, path: RelPath, target: string, signal: AbortSignal, json?: object): Promise<Told> {
    const { connection } = this.#options;
    const headers = connection.authorize(...(json === undefined ? [] : ['content-type', 'application/json']));
    const body = json === undefined ? null : Buffer.from(JSON.stringify(json));
    return this.#ask(verb, path, () => connection.send({ signal, verb, target, headers }, body));
  }

  /** Rejects where nothing was told: nobody answers, or the server is busy or out of order for long. */
  #ask(verb: ApiVerb, path: RelPath, send: () => Promise<Reply>): Promise<Told> {
    const { connection, use, draining } = this.#options;
    if (!this.#isSwept) draining.throwIfAborted();
    const call = callOf(verb, path);
    return use.request({ operation: call.operation, path }, async () => {
      const begun = performance.now();
      const { status, headers, body } = await send().catch((error: unknown) => {
        throw isSyncError(error) ? error : errorFromNetwork(call, error);
      });
      if (status === 429 || status >= 500 || status === 401)
        throw errorFromReply(call, { status, headers, text: '' }, connection.now());
      const ms = performance.now() - begun;
      this.times[verb].push(ms);
      return {
        status,
        isSuccess: status >= 200 && status < 300,
        contentType: String(headers['content-type'] ?? '')
          .split(';', 1)[0]!
          .trim(),
        value: jsonOf(body),
        ms,
      };
    });
  }
}

const OPERATIONS = { GET: 'look', POST: 'change', PUT: 'upload', PATCH: 'move', DELETE: 'remove' } as const;

const callOf = (verb: ApiVerb, path: RelPath): ApiCall => ({
  operation: OPERATIONS[verb],
  verb: `try ${verb} on`,
  path,
  changes: verb !== 'GET',
});

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** How often a listing is looked at again, and for how long, in milliseconds. */
const LOOK_AGAIN_MS = 250;

/** How long after a change `isSeen` became true, in milliseconds; undefined where it did not within `withinMs`. */
export async function seenAfter(
  isSeen: () => Promise<boolean>,
  { withinMs, pause }: { readonly withinMs: number; readonly pause: (ms: number) => Promise<void> },
): Promise<number | undefined> {
  const begun = performance.now();
  for (let looks = 0; ; looks++) {
    if (await isSeen()) return looks === 0 ? 0 : Math.round(performance.now() - begun);
    if (performance.now() - begun > withinMs) return undefined;
    await pause(LOOK_AGAIN_MS);
  }
}
