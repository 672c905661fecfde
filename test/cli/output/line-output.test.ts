import { Writable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { LineOutput } from '../../../src/cli/output/line-output.ts';

function sink() {
  const writes: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (chunk.length > 0) writes.push(chunk.toString());
      done();
    },
  });
  return { stream, writes };
}

test('a thousand lines of one tick are one write, in order', async () => {
  const { stream, writes } = sink();
  const out = new LineOutput(stream, () => undefined);
  for (let i = 0; i < 1000; i++) out.line(`line ${i}`);
  await new Promise(setImmediate);
  expect(writes).toHaveLength(1);
  expect(writes[0]?.split('\n').slice(0, 2)).toEqual(['line 0', 'line 1']);
  expect(writes[0]).toMatch(/line 999\n$/);
});

test('a full batch does not wait for the end of the tick', () => {
  const { stream, writes } = sink();
  const out = new LineOutput(stream, () => undefined);
  out.line('x'.repeat(70_000));
  expect(writes).toHaveLength(1);
});

test('flush resolves when everything is written', async () => {
  const { stream, writes } = sink();
  const out = new LineOutput(stream, () => undefined);
  out.line('a');
  await out.flush();
  expect(writes.join('')).toBe('a\n');
});

test('lines go where they are diverted to, and back again', async () => {
  const { stream, writes } = sink();
  const out = new LineOutput(stream, () => undefined);
  const taken: string[] = [];
  const restore = out.divert((text) => taken.push(text));
  out.line('a');
  restore();
  out.line('b');
  await out.flush();
  expect(taken).toEqual(['a']);
  expect(writes.join('')).toBe('b\n');
});

test('a reader that goes away is told once, and later lines are dropped without an error', async () => {
  const gone = vi.fn();
  const stream = new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    },
  });
  const out = new LineOutput(stream, gone);
  out.line('a');
  await vi.waitFor(() => expect(gone).toHaveBeenCalled());
  out.line('b');
  await out.flush();
  expect(gone).toHaveBeenCalledTimes(1);
  expect(gone.mock.calls[0]?.[0]).toMatchObject({ code: 'EPIPE' });
});

test('a stream that fails at once is told before the caller goes on, and nothing is kept for it', () => {
  const gone = vi.fn();
  const taken: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      taken.push(chunk.toString());
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    },
  });
  const out = new LineOutput(stream, gone);
  for (let i = 0; i < 10; i++) out.line('x'.repeat(70_000));
  expect([gone.mock.calls.length, out.closed, taken.length]).toEqual([1, true, 1]);
});
