import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { checkArrived } from '../../bench/fixture/arrived.ts';
import { startSink } from '../../bench/sink/start.ts';

const FOLDER = '/v1/stage/00000000-0000-4000-8000-000000000001/fs/in/';
const bytes = 'the bytes of the file';
const expected = new Map([['a b.txt', hash('sha256', bytes)]]);

async function put(url: string, name: string, content: string): Promise<number> {
  const body = new FormData();
  body.append('file', new Blob([content]));
  return (await fetch(`${url}${FOLDER}${encodeURIComponent(name)}`, { method: 'PUT', body })).status;
}

test('a benchmark is content when exactly the files of the source arrived', async () => {
  const sink = await startSink();
  try {
    await sink.reset({ hash: true });
    expect(await put(sink.url, 'a b.txt', bytes)).toBe(200);
    const report = await sink.report();
    expect(() => checkArrived(report, 'in/', expected, bytes.length)).not.toThrow();
    const listed = (await (await fetch(sink.url + FOLDER)).json()) as {
      content: { name: string; size: number }[];
    };
    expect(listed.content).toMatchObject([{ name: 'a b.txt', size: bytes.length }]);
  } finally {
    await sink.stop();
  }
});

test.each([
  ['other bytes of the same length', 'a b.txt', bytes.toUpperCase(), 'has other bytes'],
  ['a shorter file', 'a b.txt', 'short', 'has 5 bytes'],
  ['a file that is not in the source', 'b', bytes, 'is not part of the source'],
])('a benchmark fails on %s', async (_, name, content, why) => {
  const sink = await startSink();
  try {
    await sink.reset({ hash: true });
    await put(sink.url, name, content);
    const report = await sink.report();
    expect(() => checkArrived(report, 'in/', expected, bytes.length)).toThrow(why);
  } finally {
    await sink.stop();
  }
});

test('a limited sink refuses what comes too fast, and says when to come again', async () => {
  const sink = await startSink();
  try {
    await sink.reset({ limit: { perSecond: 0.001, burst: 1 } });
    expect(await put(sink.url, 'a', '1')).toBe(200);
    expect(await put(sink.url, 'b', '2')).toBe(429);
    expect((await sink.report()).refused).toBe(1);
  } finally {
    await sink.stop();
  }
});
