import { describe, expect, test } from 'vitest';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import type { MemoryCall } from '../../../../src/destinations/memory/memory-destination.ts';
import { createMemorySource } from '../../../../src/sources/memory/memory-source.ts';
import { LARGE_BYTES } from '../../../../src/sync/execute/uploads/upload-queue.ts';
import { createEngine } from '../../../support/engine/engine.ts';

/** Resolves once it was told. */
function signalOf() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { wait: () => promise, tell: () => resolve() };
}

function pair(before: (call: MemoryCall) => void | Promise<void>) {
  const source = createMemorySource({ now: () => 1 });
  const stage = createMemoryDestination({ now: () => 1_700_000_000_000, before });
  return { source, stage, engine: createEngine(source, stage) };
}

const isFile = ({ kind }: MemoryCall): boolean => kind === 'put';

describe('a folder is confirmed', () => {
  test('while another still gets its files', async () => {
    const listed = signalOf();
    const { source, engine } = pair(async ({ kind, path }) => {
      if (kind === 'listFolder' && path === 'a/') listed.tell();
      // the reply comes once the other folder is looked at
      if (kind === 'put' && path === 'b/1') await listed.wait();
    });
    for (const path of ['a/1', 'a/2', 'b/1']) source.write(path, path);
    expect((await engine.pass()).report).toMatchObject({ outcome: 'clean', uploaded: 3 });
    engine[Symbol.dispose]();
  });

  test('while others upload, though no lane is ever free', async () => {
    let puts = 0;
    const seen = signalOf();
    const { source, stage, engine } = pair(async ({ kind, path }) => {
      if (kind === 'listFolder' && path !== '') seen.tell();
      if (kind === 'put' && ++puts === 300) await seen.wait();
    });
    for (let at = 0; at < 400; at++) source.write(`d${String(at >> 2).padStart(3, '0')}/${at}`, `${at}`);
    expect((await engine.pass({ concurrency: 1 })).report).toMatchObject({ outcome: 'clean' });
    // the rest of a hundred folders: those of the last uploads, and a few that waited
    const last = stage.calls.findLastIndex(isFile);
    const after = stage.calls.slice(last).filter(({ kind }) => kind === 'listFolder');
    expect(after.length).toBeLessThan(10);
    engine[Symbol.dispose]();
  });

  test('in a later run too, by folders as their uploads end', async () => {
    const { source, stage, engine } = pair(() => undefined);
    source.write('z', 'z');
    await engine.pass();
    for (let at = 0; at < 300; at++) source.write(`d${at % 3}/${at}`, `${at}`);
    stage.calls.length = 0;
    await engine.pass({ concurrency: 2 });
    const listings = stage.calls.filter(({ kind, path }) => kind === 'listFolder' && path.startsWith('d'));
    expect(listings.map(({ path }) => path)).toEqual(['d0/', 'd1/', 'd2/']);
    const first = stage.calls.findIndex(({ kind, path }) => kind === 'listFolder' && path === 'd0/');
    expect(first).toBeLessThan(stage.calls.findLastIndex(isFile));
    engine[Symbol.dispose]();
  });
});

describe('large files go first', () => {
  const large = 'x'.repeat(LARGE_BYTES);

  test.each([['on a first run'], ['in a later one']])('%s, whatever their names', async (when) => {
    const { source, stage, engine } = pair(() => undefined);
    if (when !== 'on a first run') {
      source.write('0', '0');
      await engine.pass();
    }
    for (let at = 0; at < 500; at++) source.write(`small/${at}`, `${at}`);
    source.write('z/large', large);
    source.write('z/larger', `${large}x`);
    stage.calls.length = 0;
    expect((await engine.pass({ concurrency: 4 })).report).toMatchObject({ outcome: 'clean' });
    const puts = stage.calls.filter(isFile).map(({ path }) => path);
    const [at, larger] = [puts.indexOf('z/large'), puts.indexOf('z/larger')];
    expect(larger).toBeLessThan(at);
    // before them go at most those whose intents were written when they came
    expect(at).toBeLessThan(200);
    engine[Symbol.dispose]();
  });

  test('and take half of the lanes, while small ones wait', async () => {
    const count = { large: 0, small: 0, most: 0 };
    const allSmall = signalOf();
    const { source, engine } = pair(async ({ kind, path }) => {
      if (kind !== 'put') return;
      if (path.startsWith('small')) {
        if (++count.small === 40) allSmall.tell();
        return;
      }
      count.large++;
      if (count.small < 40) count.most = Math.max(count.most, count.large);
      // no large one is answered before all small ones were sent
      await allSmall.wait();
      count.large--;
    });
    for (let at = 0; at < 40; at++) source.write(`small/${at}`, `${at}`);
    for (let at = 0; at < 8; at++) source.write(`large/${at}`, 'x'.repeat(LARGE_BYTES));
    expect((await engine.pass({ concurrency: 4 })).report).toMatchObject({ outcome: 'clean' });
    expect(count.most).toBe(2);
    engine[Symbol.dispose]();
  });
});
