import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ChangeProgress } from '../../../src/cli/changes/change-progress.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function showing() {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 30 });
  const progress = new ChangeProgress(stream);
  /** What is drawn within a second. */
  const drawn = (): string => {
    vi.advanceTimersByTime(1000);
    return String(stream.read() ?? '');
  };
  return { progress, drawn };
}

test('says how much was found, then how much of it is removed', () => {
  const { progress, drawn } = showing();
  expect(drawn()).toContain('looking');
  progress.seen(1200);
  expect(drawn()).toContain('found 1,200 so far');
  progress.hear({ type: 'action', kind: 'remove', path: 'd/', files: 700, bytes: 1 });
  progress.hear({ type: 'planned', kind: 'remove', path: 'e', files: 1 });
  expect(drawn()).toContain('removed 700 of 1,200 files');
  progress.stop();
});

test('counts the names that moved', () => {
  const { progress, drawn } = showing();
  progress.seen(2);
  progress.hear({ type: 'action', kind: 'move', path: 'a', to: 'b' });
  expect(drawn()).toContain('moved 1 name');
  progress.stop();
  expect(drawn()).not.toContain('moved');
});

test('is away while somebody is asked, and back after that', async () => {
  const { progress, drawn } = showing();
  progress.seen(30);
  drawn();
  await progress.aside(async () => {
    drawn();
    expect(drawn()).toBe('');
  });
  expect(drawn()).toContain('found 30');
  progress.stop();
});
