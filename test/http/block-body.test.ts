import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { BlockBody } from '../../src/http/block-body.ts';

const BLOCK = 256 * 1024;

/** A socket as the body sees it: it may have asked where to write long before it writes. */
class FakeSocket {
  readonly body: BlockBody;
  rooms = 0;
  left: unknown = 'not left';
  #space: Buffer;
  #sent = 0;

  constructor(size: number) {
    this.body = new BlockBody({
      size,
      onRoom: () => this.rooms++,
      onLeft: (error) => {
        this.left = error;
        this.body.drop(error);
      },
    });
    this.#space = this.body.space;
  }

  /** One read of the system: at most so many bytes, each told by its place. */
  read(bytes: number): number {
    const taken = Math.min(bytes, this.#space.length);
    BYTES.copy(this.#space, 0, this.#sent % BYTES.length, (this.#sent % BYTES.length) + taken);
    this.#sent += taken;
    this.body.took(taken);
    if (this.body.left > 0) this.#space = this.body.space;
    return taken;
  }
}

/** Of every body, once it is longer than this from its beginning again; a whole number of blocks. */
const BYTES = Buffer.from(
  Uint8Array.from({ length: 4 * BLOCK }, (_, place) => place * 31 + Math.floor(place / 251)),
);

async function readAll(body: BlockBody, { recycles }: { readonly recycles: boolean }): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of body) {
    parts.push(Buffer.from(chunk));
    if (recycles) body.recycle(chunk);
  }
  return Buffer.concat(parts);
}

describe('a body in blocks', () => {
  test('gives the bytes in their order, however they come and are taken', async () => {
    const steps = fc.array(
      fc.record({
        bytes: fc.integer({ min: 1, max: BLOCK }),
        next: fc.constantFrom('read', 'wait', 'go on'),
      }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 * BLOCK }), async (each, size) => {
        vi.useFakeTimers();
        try {
          const socket = new FakeSocket(size);
          const got: Buffer[] = [];
          const take = async (): Promise<void> => {
            const { value } = await socket.body.next();
            if (value === undefined) return;
            got.push(Buffer.from(value));
            socket.body.recycle(value);
          };
          let taking: Promise<void> | undefined;
          for (let at = 0; socket.body.left > 0; at++) {
            const { bytes, next } = each[at % each.length]!;
            if (next !== 'go on') taking ??= take().finally(() => (taking = undefined));
            socket.read(bytes);
            if (next === 'wait') await vi.advanceTimersByTimeAsync(100);
          }
          await taking;
          const rest = await readAll(socket.body, { recycles: true });
          const whole = Buffer.concat([...got, rest]);
          expect(whole.length).toBe(size);
          expect(whole.equals(BYTES.subarray(0, size))).toBe(true);
        } finally {
          vi.useRealTimers();
        }
      }),
      { numRuns: 25 },
    );
  });

  test('reads again into blocks that were given back, and into no others', async () => {
    const socket = new FakeSocket(20 * BLOCK);
    const memory = new Set<ArrayBufferLike>();
    const kept: Buffer[] = [];
    for (let block = 0; block < 19; block++) {
      while (!socket.body.held && socket.read(BLOCK) < BLOCK);
      socket.read(BLOCK);
      const { value } = await socket.body.next();
      memory.add(value!.buffer);
      if (block < 3) kept.push(value!);
      else socket.body.recycle(value!);
      // what was given back is not given back twice, and foreign memory is not taken
      if (block === 10) socket.body.recycle(value!);
      socket.body.recycle(Buffer.alloc(BLOCK));
    }
    expect(memory.size).toBeLessThan(10);
    for (const [at, block] of kept.entries()) expect(block[5]).toBe(BYTES[at * BLOCK + 5]);
  });

  test('is held once two blocks wait, and has room when one of them is taken', async () => {
    const socket = new FakeSocket(10 * BLOCK);
    socket.read(BLOCK);
    expect(socket.body.held).toBe(false);
    socket.read(BLOCK);
    expect(socket.body.held).toBe(true);
    await socket.body.next();
    expect([socket.body.held, socket.rooms]).toEqual([false, 1]);
    expect(socket.body.received).toBe(2 * BLOCK);
  });

  test('has no room for more than its length', async () => {
    const socket = new FakeSocket(10);
    expect(socket.body.space.length).toBe(10);
    expect([socket.read(4), socket.read(100)]).toEqual([4, 6]);
    expect(await readAll(socket.body, { recycles: false })).toHaveLength(10);
  });

  test('gives what came before a break, and then the error', async () => {
    const socket = new FakeSocket(100);
    socket.read(40);
    const error = new Error('broken');
    socket.body.end({ error });
    expect((await socket.body.next()).value).toHaveLength(40);
    await expect(socket.body.next()).rejects.toBe(error);
  });

  test('that is dropped gives nothing any more', async () => {
    const socket = new FakeSocket(3 * BLOCK);
    socket.read(BLOCK);
    socket.read(7);
    const error = new Error('enough');
    socket.body.destroy(error);
    expect(socket.left).toBe(error);
    await expect(socket.body.next()).rejects.toBe(error);
  });
});
