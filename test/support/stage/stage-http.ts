import { FormData, getGlobalDispatcher } from 'undici';
import type { Emulator } from '../../../src/emulator/options.ts';

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a cast, where the reader of the reply knows
  json<T = StageObject>(): T;
}

/** A Stage object as the wire shows it. */
export interface StageObject {
  readonly name: string;
  readonly path: string;
  readonly size: number | null;
  readonly type: string;
  readonly format: string | null;
  readonly mimetype: string | null;
  readonly writable: boolean | null;
  readonly created?: string;
  readonly last_modified?: string;
  readonly content?: StageObject[] | null;
}

export interface HttpOptions {
  readonly body?: string | Uint8Array | FormData | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Speaks plain HTTP to an emulator's first deployment: no retries, no redirects, paths go out as they are given. */
export class StageHttp {
  readonly #emulator: Emulator;
  readonly prefix: string;

  constructor(emulator: Emulator, prefix = `/v1/stage/${emulator.deployments[0]!.id}/fs/`) {
    this.#emulator = emulator;
    this.prefix = prefix;
  }

  /** `path` is encoded already, relative to the root of the Stage. */
  send(method: string, path: string, options: HttpOptions = {}): Promise<HttpReply> {
    return this.raw(method, this.#emulator.url + this.prefix + path, {
      ...options,
      headers: { authorization: `Bearer ${this.#emulator.token}`, ...options.headers },
    });
  }

  /** Any URL path on the API port, with the token. */
  api(method: string, path: string, json?: unknown): Promise<HttpReply> {
    return this.raw(method, this.#emulator.url + path, {
      body: json === undefined ? null : JSON.stringify(json),
      headers: { authorization: `Bearer ${this.#emulator.token}`, 'content-type': 'application/json' },
    });
  }

  /** Exactly these headers, and one by which the judge of our own client's requests leaves it alone. */
  async raw(method: string, url: string, options: HttpOptions = {}): Promise<HttpReply> {
    // Not as a URL: that would resolve the dots that some tests are about.
    const at = url.indexOf('/', 'http://'.length);
    const reply = await getGlobalDispatcher().request({
      origin: url.slice(0, at),
      path: url.slice(at),
      method,
      body: options.body ?? null,
      headers: { 'x-sent-by-test': '1', ...options.headers },
    });
    const text = await reply.body.text();
    return {
      status: reply.statusCode,
      headers: reply.headers,
      text,
      json: () => JSON.parse(text) as never,
    };
  }

  put(path: string, content: string | Uint8Array<ArrayBuffer>): Promise<HttpReply> {
    return this.send('PUT', path, { body: fileForm(content) });
  }

  makeFolder(path: string): Promise<HttpReply> {
    return this.send('PUT', path);
  }

  move(path: string, newPath: string): Promise<HttpReply> {
    return this.send('PATCH', path, { body: JSON.stringify({ newPath }) });
  }

  list(path: string): Promise<HttpReply> {
    return this.send('GET', path);
  }

  /** The names in a folder, folders with their slash, in the order they came. */
  async names(path: string): Promise<string[]> {
    const { content } = (await this.list(path)).json();
    return (content ?? []).map((child) => child.name + (child.type === 'directory' ? '/' : ''));
  }

  /** The bytes of a file, by the redirect; fails on any other answer. */
  async download(path: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpReply> {
    const redirect = await this.send('GET', path);
    if (redirect.status !== 307) throw new Error(`${path}: ${redirect.status} ${redirect.text}`);
    return this.raw('GET', String(redirect.headers['location']), { headers });
  }
}

export function fileForm(content: string | Uint8Array<ArrayBuffer>, part = 'file'): FormData {
  const form = new FormData();
  form.append(part, new Blob([content]), 'ignored.bin');
  return form;
}
