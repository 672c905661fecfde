import { describe, expect, test } from 'vitest';
import { Speeds } from '../../page/src/text/speeds.ts';
import { firstTransfers } from '../../page/src/text/transfers.ts';
import { currentRun, jobView } from '../support/page/imitated-daemon.ts';

/** What is told after a run was seen at these seconds with these bytes. */
function speedOf(seen: readonly (readonly [second: number, bytes: number])[], run: object = {}) {
  const speeds = new Speeds();
  const job = (sentBytes: number) => jobView('a', { current: currentRun('r', { sentBytes, ...run }) });
  for (const [second, bytes] of seen) speeds.saw(job(bytes), second * 1000);
  return speeds.of(job(seen.at(-1)?.[1] ?? 0));
}

describe('the speed of a run', () => {
  test('is that of the last seconds', () => {
    const speed = speedOf([
      [0, 0],
      [100, 1_000_000],
      [104, 3_000_000],
      [110, 7_000_000],
    ]);
    expect(speed).toEqual({ bytesPerSecond: 600_000, filesPerSecond: 0, leftMs: 5000 });
  });

  test('is not told before there is enough to tell, nor of a run that is over', () => {
    expect(speedOf([[1, 0]])).toBeUndefined();
    expect(
      speedOf([
        [1, 0],
        [2, 9],
      ]),
    ).toBeUndefined();
    expect(new Speeds().of(jobView('a'))).toBeUndefined();
  });

  test('begins anew with another run', () => {
    const speeds = new Speeds();
    speeds.saw(jobView('a', { current: currentRun('r1', { sentBytes: 9e9 }) }), 0);
    speeds.saw(jobView('a', { current: currentRun('r2', { sentBytes: 0 }) }), 4000);
    const now = jobView('a', { current: currentRun('r2', { sentBytes: 3e6 }) });
    speeds.saw(now, 7000);
    expect(speeds.of(now)?.bytesPerSecond).toBe(1e6);
  });
});

describe('the time that is left', () => {
  const MOVING = [
    [0, 0],
    [5, 5_000_000],
  ] as const;

  test('is not told while it is not known how much there is', () => {
    expect(speedOf(MOVING, { counted: false })?.leftMs).toBeUndefined();
    expect(speedOf(MOVING)?.leftMs).toBe(5000);
  });

  test('is not told where nothing moves', () => {
    expect(
      speedOf([
        [0, 5],
        [9, 5],
      ])?.leftMs,
    ).toBeUndefined();
  });

  test('is that of the files where these take longer', () => {
    const speeds = new Speeds();
    const job = (uploaded: number) =>
      jobView('a', { current: currentRun('r', { uploaded, toUpload: 100, toUploadBytes: 0 }) });
    speeds.saw(job(0), 0);
    speeds.saw(job(10), 10_000);
    expect(speeds.of(job(10))?.leftMs).toBe(90_000);
  });
});

test('of many files under way those are shown first of which something is still to be sent', () => {
  const transfer = (path: string, sentBytes: number, startedMs: number) => ({
    path,
    sentBytes,
    size: 10,
    startedMs,
  });
  const all = [transfer('sent', 10, 1), transfer('new', 1, 5), transfer('old', 9, 2)];
  expect(firstTransfers(all, 2).map(({ path }) => path)).toEqual(['old', 'new']);
  expect(firstTransfers(all, 9)).toHaveLength(3);
});
