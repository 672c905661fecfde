import { expect, test } from 'vitest';
import type { Content } from '../../../src/model/ports.ts';
import type { Bandwidth } from '../../../src/remote/bandwidth.ts';

/** A bandwidth in time that passes only when a test says so. */
export interface BandwidthTrial {
  readonly bandwidth: Bandwidth;
  readonly now: () => number;
  pass(ms: number): Promise<void>;
  /** Resolves when nothing that the bandwidth asked is open. */
  settle(): Promise<void>;
}

const STEP_MS = 5;
const { signal } = new AbortController();

/** Lets time pass until the work is done; in small steps, so that whoever is asked sees it pass. */
export async function until<T>(trial: BandwidthTrial, work: Promise<T>): Promise<T> {
  let isDone = false;
  const end = (): void => void (isDone = true);
  work.then(end, end);
  for (;;) {
    await trial.settle();
    await trial.pass(0);
    if (isDone) return work;
    await trial.pass(STEP_MS);
  }
}

export async function read(content: Content): Promise<Buffer> {
  if ('bytes' in content) return Buffer.from(content.bytes);
  return Buffer.concat(await Array.fromAsync(content.chunks));
}

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The promises of a bandwidth that every implementation keeps. `open` makes one of so many bytes a second. */
export function testBandwidth(open: (bytesPerSecond: number) => Promise<BandwidthTrial>): void {
  test('all transfers together stay below the limit, and reach it', async () => {
    const trial = await open(64 * 1024);
    const bytes = Buffer.alloc(128 * 1024, 1);
    const from = trial.now();
    const all = [1, 2].map(() => read(trial.bandwidth.limit({ size: bytes.length, bytes }, signal)));
    await until(trial, Promise.all(all));
    // the last of 16 slices begins a quarter of a second before the end
    expect(trial.now() - from).toBeGreaterThanOrEqual(3700);
    expect(trial.now() - from).toBeLessThanOrEqual(4100);
  });

  const whole = Buffer.concat([Buffer.alloc(20_000, 'abcd'), Buffer.alloc(20_000, 'efgh')]);
  test.each<[string, (bandwidth: Bandwidth) => Promise<Buffer>]>([
    ['bytes', (bandwidth) => read(bandwidth.limit({ size: whole.length, bytes: whole }, signal))],
    [
      'chunks',
      (bandwidth) => read(bandwidth.limit({ size: whole.length, chunks: chunksOf(whole, 20_000) }, signal)),
    ],
    [
      'a reading',
      async (bandwidth) =>
        Buffer.concat(await Array.fromAsync(bandwidth.limitChunks(chunksOf(whole, 999), signal))),
    ],
  ])('what comes out is what went in: %s', async (_kind, pass) => {
    const trial = await open(100_000);
    expect((await until(trial, pass(trial.bandwidth))).equals(whole)).toBe(true);
  });

  test('a stopped run does not wait for its bytes', async () => {
    const trial = await open(16_384);
    const stopping = new AbortController();
    await until(trial, trial.bandwidth.take(16_384, stopping.signal));
    const waiting = trial.bandwidth.take(1, stopping.signal);
    stopping.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
  });

  test('a time without transfers is not made up for later', async () => {
    const trial = await open(64 * 1024);
    await until(trial, trial.bandwidth.take(16_384, signal));
    await trial.pass(60_000);
    const from = trial.now();
    for (let i = 0; i < 9; i++) await until(trial, trial.bandwidth.take(16_384, signal));
    expect(trial.now() - from).toBeGreaterThanOrEqual(1950);
  });
}
