import { NO_DATA, NO_HEADERS } from '../http/codes.ts';
import type { Exchange, Reply } from '../http/exchange.ts';
import type { ApiConnection, SendOptions } from '../api/connection.ts';
import type { RelPath } from '../model/path.ts';
import type { Content } from '../model/ports.ts';
import { createMultipartFrame, type MultipartFrame } from './multipart-frame.ts';
import type { StageUrls } from './stage-url.ts';
import { framedBuffer, framedChunks, framedSize, type UploadProgress } from './upload-body.ts';

interface UploadForm {
  readonly frame: MultipartFrame;
  /** Flat (name, value, name, value), with the token. */
  readonly headers: string[];
}

export interface SendFileOptions extends Pick<SendOptions, 'signal' | 'maxBytes'> {
  readonly path: RelPath;
  readonly content: Content;
  /** Judges what became of the request. */
  readonly judge: (sent: Promise<Reply>) => Promise<void>;
}

/** What is known of the reading of one content. */
interface Reading {
  begun: boolean;
  /** What its source threw. */
  failure: { readonly error: unknown } | undefined;
}

/** Sends files, each as a form with one part. The form is made once; form-data is loaded for the first file. */
export class FormUploads {
  readonly #api: ApiConnection;
  readonly #urls: StageUrls;
  #form: UploadForm | undefined;
  #loading: Promise<UploadForm> | undefined;

  constructor(api: ApiConnection, urls: StageUrls) {
    this.#api = api;
    this.#urls = urls;
  }

  /** Rejects with what the content's source threw, or as `judge` does. A content that is not sent is closed. */
  send(options: SendFileOptions): Promise<void> {
    const { content } = options;
    return 'chunks' in content ? this.#sendChunks(options, content) : this.#sendBytes(options, content);
  }

  async #sendBytes(
    { path, signal, maxBytes, judge }: SendFileOptions,
    { size, bytes }: Extract<Content, { bytes: unknown }>,
  ): Promise<void> {
    const { frame, headers } = this.#form ?? (await this.#load());
    const target = this.#urls.create(path);
    const body = framedBuffer(path, frame, size, bytes);
    return judge(this.#api.send({ signal, maxBytes, target, verb: 'PUT', headers }, body));
  }

  async #sendChunks(
    { path, signal, maxBytes, judge }: SendFileOptions,
    content: Extract<Content, { chunks: unknown }>,
  ): Promise<void> {
    const reading: Reading = { begun: false, failure: undefined };
    try {
      const { frame, headers: formHeaders } = this.#form ?? (await this.#load());
      const target = this.#urls.create(path);
      const headers = [...formHeaders, 'content-length', String(framedSize(frame, content.size))];
      const sent = this.#api.sendStream({ signal, maxBytes, target, verb: 'PUT', headers }, (exchange) =>
        framedChunks(path, frame, content, this.#clock(exchange, reading)),
      );
      await judge(sent);
    } catch (error) {
      // A source that nobody began to read may hold an open file.
      if (!reading.begun) await content.chunks[Symbol.asyncIterator]().return?.();
      // What the source threw must not pass for a failure of the network.
      throw reading.failure === undefined || signal.aborted ? error : reading.failure.error;
    }
  }

  /** The exchange's time runs while the network takes a piece, and stands still while the source is read. */
  #clock(exchange: Exchange, reading: Reading): UploadProgress {
    const { idle, headers } = this.#api.timeouts;
    return {
      sending() {
        reading.begun = true;
        exchange.expectProgress(idle, NO_DATA);
      },
      // The source itself decides how long it may take.
      reading: () => exchange.expectProgress(0, NO_DATA),
      finishing: () => exchange.expectProgress(headers, NO_HEADERS),
      failed(error) {
        reading.failure = { error };
      },
    };
  }

  /** Loading form-data takes as long as a request to a near server. */
  #load(): Promise<UploadForm> {
    return (this.#loading ??= (async () => {
      const { default: FormData } = await import('form-data');
      const frame = createMultipartFrame(FormData);
      this.#form = { frame, headers: this.#api.authorize('content-type', frame.contentType) };
      return this.#form;
    })());
  }
}
