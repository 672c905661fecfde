import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import * as z from 'zod';
import type { Body } from './copy-store.ts';

/**
 * A ledger as a copy: a line of JSON that says what it is, and the SQLite file, compressed. By hand:
 * `tail -n +2 COPY | gunzip > ledger.sqlite`.
 */
const HEADER = z.object({
  type: z.literal('stagesync-ledger'),
  format: z.literal(1),
  source: z.string(),
  destination: z.string(),
  /** Of the SQLite file: bytes, and SHA-256 in hex. */
  size: z.number().int().nonnegative(),
  sha256: z.string(),
  /** Of the leader that put it, where there is an election. */
  election: z.string().optional(),
  epoch: z.number().optional(),
});
export type PackedHeader = z.infer<typeof HEADER>;

/** Bytes. Labels of both ends are in it. */
const LONGEST_HEADER = 65_536;
const NEWLINE = 0x0a;

type Labels = Pick<PackedHeader, 'source' | 'destination' | 'election' | 'epoch'>;

/** Compresses the SQLite file `from` into `to`. Resolves with what is put into a store: the header and that. */
export async function pack(from: string, to: string, labels: Labels): Promise<Body> {
  const measured = new Measured();
  // the fastest: ledgers are full of repetitions, and a run waits for this
  await pipeline(
    createReadStream(from),
    measured,
    createGzip({ level: 1 }),
    createWriteStream(to, { mode: 0o600 }),
  );
  const { size, sha256 } = measured;
  const header: PackedHeader = {
    type: 'stagesync-ledger',
    format: 1,
    ...labels,
    size,
    sha256,
  };
  const line = Buffer.from(`${JSON.stringify(header)}\n`);
  return {
    size: line.byteLength + (await stat(to)).size,
    async *open() {
      yield line;
      yield* createReadStream(to) as AsyncIterable<Buffer>;
    },
  };
}

/**
 * Writes the SQLite file of a copy to `to`, which may not exist. Resolves with its header; rejects with a NotWhole when the
 * copy is not as it was written.
 */
export async function unpack(copy: AsyncIterable<Uint8Array>, to: string): Promise<PackedHeader> {
  const parts = copy[Symbol.asyncIterator]();
  const { header, rest } = await readHeader(parts);
  const measured = new Measured(header.size);
  await (await open(to, 'wx', 0o600)).close();
  try {
    await pipeline(
      (async function* () {
        if (rest.byteLength > 0) yield rest;
        yield* { [Symbol.asyncIterator]: () => parts };
      })(),
      createGunzip(),
      measured,
      createWriteStream(to),
    );
  } catch (error) {
    // the way to the store failed, which says nothing about the copy
    if (!isOfZlib(error)) throw error;
    throw new NotWhole('its bytes are not those of a copy');
  }
  if (measured.size !== header.size || measured.sha256 !== header.sha256)
    throw new NotWhole('its bytes are not those that were written');
  return header;
}

/** The header of a copy of which nothing else is read. Rejects as `unpack` does. */
export async function headerOf(copy: AsyncIterable<Uint8Array>): Promise<PackedHeader> {
  const parts = copy[Symbol.asyncIterator]();
  try {
    return (await readHeader(parts)).header;
  } finally {
    await parts.return?.();
  }
}

/** What is wrong with a copy. */
export class NotWhole extends Error {
  override readonly name = 'NotWhole';
}

const isOfZlib = (error: unknown): boolean => String((error as { code?: unknown }).code).startsWith('Z_');

async function readHeader(
  parts: AsyncIterator<Uint8Array>,
): Promise<{ readonly header: PackedHeader; readonly rest: Uint8Array }> {
  let held = Buffer.alloc(0);
  for (;;) {
    const end = held.indexOf(NEWLINE);
    if (end >= 0)
      return { header: parsed(held.subarray(0, end).toString('utf8')), rest: held.subarray(end + 1) };
    const next = held.byteLength > LONGEST_HEADER ? undefined : await parts.next();
    if (next === undefined || next.done === true) throw new NotWhole('it does not begin as one');
    held = Buffer.concat([held, next.value]);
  }
}

function parsed(text: string): PackedHeader {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // thrown below
  }
  const { data } = HEADER.safeParse(value);
  if (data === undefined) throw new NotWhole('it does not begin as one, or a newer stagesync wrote it');
  return data;
}

/** Passes bytes on, and tells their number and digest. */
class Measured extends Transform {
  readonly #hash = createHash('sha256');
  readonly #most: number;
  size = 0;
  #sha256: string | undefined;

  /** More than `most` bytes end it: a small copy must not fill the disk. */
  constructor(most = Infinity) {
    super();
    this.#most = most;
  }

  get sha256(): string {
    return (this.#sha256 ??= this.#hash.digest('hex'));
  }

  override _transform(
    chunk: Buffer,
    _encoding: string,
    done: (error: Error | null, chunk?: Buffer) => void,
  ): void {
    this.size += chunk.byteLength;
    if (this.size > this.#most) {
      done(new NotWhole('it holds more than it says'));
      return;
    }
    this.#hash.update(chunk);
    done(null, chunk);
  }
}
