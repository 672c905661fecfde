import { PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { Progress } from '../../../src/cli/output/progress.ts';

afterEach(() => {
  vi.useRealTimers();
});

function showing() {
  vi.useFakeTimers();
  let now = 0;
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 30 });
  const progress = new Progress(stream, () => now);
  const pass = (ms: number): void => {
    now += ms;
    vi.advanceTimersByTime(ms);
  };
  return { progress, stream, pass, drawn: () => String(stream.read() ?? '') };
}

test('counts files and bytes under way, and measures the rate', () => {
  const { progress, pass, drawn } = showing();
  progress.onEvent({ type: 'listing', listed: 4, toUpload: 2, toUploadBytes: 3000, done: true });
  progress.state();
  progress.onEvent({ type: 'transfer', path: 'x/a', bytes: 400, sent: 400 });
  progress.onEvent({ type: 'transfer', path: 'a', bytes: 999, sent: 999 });
  // another attempt, from the first byte on; the file x/a has nothing to do with it
  progress.onEvent({ type: 'transfer', path: 'a', bytes: 300, sent: 300 });
  progress.onEvent({ type: 'transfer', path: 'a', bytes: 200, sent: 500 });
  progress.onEvent({
    type: 'action',
    kind: 'upload',
    path: 'b',
    reason: 'new',
    bytes: 1000,
    ms: 1,
    outcome: 'done',
  });
  pass(1000);
  expect(progress.state()).toMatchObject({
    files: 1,
    totalFiles: 2,
    bytes: 1900,
    totalBytes: 3000,
    bytesPerSecond: 1900,
    current: 'a',
  });
  expect(drawn()).toContain('1/2 files');
  progress.stop();
});

test('a line said over it stays, and stopping takes the display away', () => {
  const { progress, pass, drawn } = showing();
  pass(200);
  progress.above('warning: a: b');
  expect(drawn()).toContain('warning: a: b\n');
  progress.stop();
  drawn();
  pass(1000);
  expect(drawn()).toBe('');
});
