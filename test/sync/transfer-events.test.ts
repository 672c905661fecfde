import { expect, test } from 'vitest';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import { SyncError } from '../../src/model/errors.ts';
import type { Content } from '../../src/model/ports.ts';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import { createEngine } from '../support/engine/engine.ts';

test('what a file has sent begins anew with each attempt', async () => {
  const source = createMemorySource();
  source.write('a', 'content', { modifiedMs: 1 });
  const inPieces = async function* (bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 4);
    yield bytes.subarray(4);
  };
  const read: typeof source.read = async (entry, call) => {
    const content: Content = await source.read(entry, call);
    return 'bytes' in content ? { size: content.size, chunks: inPieces(content.bytes) } : content;
  };
  let puts = 0;
  const stage = createMemoryDestination({
    after: ({ kind }) => {
      if (kind === 'put' && ++puts === 1)
        throw new SyncError('stage_unavailable', 'not now', { verdict: 'retry' });
    },
  });
  using engine = createEngine({ ...source, read }, stage);
  await engine.pass();
  const sent = engine.events.flatMap((event) =>
    event.type === 'transfer' ? [[event.bytes, event.sent]] : [],
  );
  expect(sent).toEqual([
    [4, 4],
    [3, 7],
    [4, 4],
    [3, 7],
  ]);
});
