import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ProgressWatch } from '../../src/http/progress-watch.ts';
import type { Flow } from '../../src/http/progress-watch.ts';

interface TestFlow extends Flow {
  received: number;
  held: boolean;
  readonly given: Error[];
}

describe('what comes too slowly is given up', () => {
  let watch: ProgressWatch;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    watch = new ProgressWatch({ leastBytes: 100, withinMs: 60_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function flow(): TestFlow {
    const given: Error[] = [];
    const it = {
      received: 0,
      held: false,
      given,
      giveUp(error: Error) {
        given.push(error);
        watch.remove(it);
      },
    };
    watch.add(it);
    return it;
  }
  /** So many bytes every second, for so many seconds. */
  function pass(seconds: number, bytes: number, ...flows: TestFlow[]): void {
    for (let at = 0; at < seconds; at++) {
      for (const it of flows) it.received += bytes;
      vi.advanceTimersByTime(1000);
    }
  }

  test.each([0, 1])('%d bytes a second are too few: once, and with the reason', (bytes) => {
    const it = flow();
    pass(60, bytes, it);
    expect(it.given).toEqual([]);
    pass(300, bytes, it);
    expect(it.given).toEqual([expect.objectContaining({ code: 'ETIMEDOUT' })]);
    expect(String(it.given[0])).toMatch(/fewer than 100 bytes came within 1m/);
  });

  test('a body may take as long as it likes as long as it goes on', () => {
    const it = flow();
    pass(24 * 3600, 2, it);
    expect(it.given).toEqual([]);
    pass(150, 1, it);
    expect(it.given).toHaveLength(1);
  });

  test('a reader that has enough for now is no slow server, however long it takes', () => {
    const it = flow();
    pass(50, 100, it);
    it.held = true;
    pass(24 * 3600, 0, it);
    it.held = false;
    pass(59, 0, it);
    expect(it.given).toEqual([]);
    pass(100, 0, it);
    expect(it.given).toHaveLength(1);
  });

  test('each is judged by itself, and none after its end', () => {
    const [slow, fast, gone] = [flow(), flow(), flow()];
    watch.remove(gone);
    for (let at = 0; at < 200; at++) {
      slow.received += 1;
      pass(1, 1000, fast);
    }
    expect([slow, fast, gone].map(({ given }) => given.length)).toEqual([1, 0, 0]);
  });

  test('a machine that was asleep blames nobody', () => {
    let now = 0;
    watch = new ProgressWatch({ leastBytes: 100, withinMs: 60_000 }, () => now);
    const it = flow();
    for (const minutes of [0.25, 0.25, 60, 0.25, 0.25, 0.25, 0.25, 0.25]) {
      now += minutes * 60_000;
      vi.advanceTimersByTime(15_000);
      if (minutes === 60) expect(it.given).toEqual([]);
    }
    expect(it.given).toHaveLength(1);
  });

  test('no timer runs without a body', () => {
    const it = flow();
    expect(vi.getTimerCount()).toBe(1);
    watch.remove(it);
    vi.advanceTimersByTime(60_000);
    expect(vi.getTimerCount()).toBe(0);
    flow();
    expect(vi.getTimerCount()).toBe(1);
  });
});
