import { Writable } from 'node:stream';

/** Takes all that is written to it, and shows none of it. */
export class SilentStream extends Writable {
  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done();
  }
}
