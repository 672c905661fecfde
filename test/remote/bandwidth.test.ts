import { describe, expect, test } from 'vitest';
import type { Content } from '../../src/model/ports.ts';
import { OwnBandwidth } from '../../src/remote/bandwidth.ts';
import { testBandwidth } from '../contract/cluster/bandwidth.ts';
import { createManualClock } from '../support/engine/manual-clock.ts';

const { signal } = new AbortController();

describe('of one process', () => {
  testBandwidth(async (bytesPerSecond) => {
    const clock = createManualClock();
    return {
      bandwidth: new OwnBandwidth(clock, bytesPerSecond),
      now: () => clock.elapsed(),
      pass: (ms) => clock.pass(ms),
      settle: () => Promise.resolve(),
    };
  });
});

async function collect(content: Content): Promise<Buffer> {
  if ('bytes' in content) return Buffer.from(content.bytes);
  return Buffer.concat(await Array.fromAsync(content.chunks));
}

test('all transfers together stay below the limit', async () => {
  const clock = createManualClock();
  const bandwidth = new OwnBandwidth(clock, 16 * 1024);
  const bytes = Buffer.alloc(64 * 1024, 1);
  let done = 0;
  const work = [1, 2].map(async () => {
    await collect(bandwidth.limit({ size: bytes.length, bytes }, signal));
    done++;
  });
  // 128 KiB at 16 KiB a second: the last slice starts after seven seconds
  await clock.pass(6999);
  expect(done).toBeLessThan(2);
  await clock.pass(1);
  await Promise.all(work);
  expect(clock.elapsed()).toBe(7000);
});

test.each<[string, Content]>([
  ['bytes', { size: 40_000, bytes: Buffer.alloc(40_000, 'abc') }],
  [
    'chunks',
    {
      size: 40_000,
      chunks: (async function* () {
        yield Buffer.alloc(20_000, 'abcd');
        yield Buffer.alloc(20_000, 'abcd');
      })(),
    },
  ],
])('what comes out is what went in: %s', async (kind, content) => {
  const clock = createManualClock();
  const work = collect(new OwnBandwidth(clock, 1e6).limit(content, signal));
  await clock.pass(60_000);
  const found = await work;
  expect(found.equals(Buffer.alloc(40_000, kind === 'bytes' ? 'abc' : 'abcd'))).toBe(true);
});

test('a stopped run does not wait for its turn', async () => {
  const clock = createManualClock();
  const stopping = new AbortController();
  const bandwidth = new OwnBandwidth(clock, 1);
  await bandwidth.take(1000, stopping.signal);
  const waiting = bandwidth.take(1, stopping.signal);
  stopping.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
});

test('a clock set back does not make a transfer wait', async () => {
  const clock = createManualClock();
  const bandwidth = new OwnBandwidth(clock, 1000);
  await bandwidth.take(1000, signal);
  clock.set(0);
  const waiting = bandwidth.take(1000, signal);
  await clock.pass(1000);
  await waiting;
  expect(clock.elapsed()).toBe(1000);
});
