import { createHash, hash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { headerOf } from './http-connection.ts';
import type { RequestHead } from './http-connection.ts';

/** What a PUT brought: the file between the form's head and tail. */
export interface ReceivedFile {
  readonly size: number;
  /** SHA-256 in hex; '' when hashing is off. */
  readonly digest: string;
}

const PART_START = Buffer.from('\r\n\r\n');

/** Takes the file out of a multipart/form-data body with one part. Keeps none of it. */
export class FilePart {
  readonly #size: number;
  readonly #hashing: boolean;
  readonly #tailBytes: number;
  /** The beginning of the body, until the part's head is complete. */
  #start: Buffer | undefined;
  #fileBytes = -1;
  #left = 0;
  #digest = '';
  #hash: Hash | undefined;

  constructor(head: RequestHead, hashing: boolean) {
    this.#size = head.bodyBytes;
    this.#hashing = hashing;
    const boundary = /boundary="?([^";]+)/.exec(headerOf(head.lowerHead, 'content-type') ?? '')?.[1] ?? '';
    this.#tailBytes = boundary.length + '\r\n----\r\n'.length;
  }

  data(chunk: Buffer): void {
    if (this.#fileBytes >= 0) {
      this.#take(chunk);
      return;
    }
    const start = this.#start === undefined ? chunk : Buffer.concat([this.#start, chunk]);
    const end = start.indexOf(PART_START);
    if (end === -1) {
      this.#start = start;
      return;
    }
    this.#fileBytes = this.#size - end - 4 - this.#tailBytes;
    this.#left = this.#fileBytes;
    this.#take(start.subarray(end + 4));
  }

  #take(chunk: Buffer): void {
    const part = chunk.length <= this.#left ? chunk : chunk.subarray(0, this.#left);
    this.#left -= part.length;
    if (!this.#hashing) return;
    if (part.length === this.#fileBytes) this.#digest = hash('sha256', part);
    else if (part.length > 0) (this.#hash ??= createHash('sha256')).update(part);
  }

  received(): ReceivedFile {
    const digest = this.#hash === undefined ? this.#digest : this.#hash.digest('hex');
    return { size: this.#fileBytes, digest };
  }
}
