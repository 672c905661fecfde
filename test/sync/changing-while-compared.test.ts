import { expect, test } from 'vitest';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import type { FileEntry } from '../../src/model/entry.ts';
import type { CallOptions, Source } from '../../src/model/ports.ts';
import { createEngine } from '../support/engine/engine.ts';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';

/** A source where something happens to a file just before it is hashed. */
function disturbed(source: Source, disturb: (path: string) => void): Source {
  return {
    ...source,
    digest(entry: FileEntry, call: CallOptions) {
      disturb(entry.path);
      return source.digest!(entry, call);
    },
  };
}

test.each<[string, 'size' | 'content', boolean]>([
  ['edited while its digest is compared', 'size', true],
  ['edited while both contents are compared', 'content', false],
])('a file that is %s fails nobody, and the newest version arrives', async (_, compare, known) => {
  let now = 1_700_000_000_000;
  const memory = createMemorySource();
  const stage = createMemoryDestination({ now: () => (now += 5000) });
  const source = disturbed(memory, (path) => {
    if (path === 'a') memory.write('a', 'third', { modifiedMs: 9000 });
  });
  using engine = createEngine(source, stage);
  memory.write('a', 'first', { modifiedMs: 1000 });
  memory.write('b', 'other', { modifiedMs: 1000 });
  if (known) await engine.pass();
  else stage.place('a', 'first');
  memory.write('a', 'secon', { modifiedMs: 5000 });
  const { error, report } = await engine.pass({ compare });
  expect(error).toBeUndefined();
  expect(report.failed).toBe(0);
  expect(stage.text('a')).toBe('third');
  expect(stage.text('b')).toBe('other');
});

test.each<['size' | 'content']>([['size'], ['content']])(
  'a file that goes while it is compared (%s) is left for the next run, and the others go on',
  async (compare) => {
    let now = 1_700_000_000_000;
    const memory = createMemorySource();
    const stage = createMemoryDestination({ now: () => (now += 5000) });
    const source = disturbed(memory, (path) => {
      if (path === 'a') memory.remove('a');
    });
    using engine = createEngine(source, stage);
    memory.write('a', 'first', { modifiedMs: 1000 });
    stage.place('b', 'b');
    if (compare === 'size') await engine.pass();
    else stage.place('a', 'first');
    memory.write('a', 'secon', { modifiedMs: 5000 });
    memory.write('b', 'B', { modifiedMs: now + 60_000 });
    const { error, report } = await engine.pass({ compare });
    expect(error).toBeUndefined();
    expect(report.failed).toBe(0);
    expect(stage.text('b')).toBe('B');
    expect(stage.text('a')).toBe('first');
  },
);
