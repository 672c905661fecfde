import { expect, test } from 'vitest';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import type { PassOptions } from '../../src/sync/pass-options.ts';
import { createEngine } from '../support/engine/engine.ts';

/** What a pass says that was stopped when the destination got its first request of this kind. */
async function saidAfterStop(
  at: 'listFolder' | 'put',
  options: Partial<PassOptions> = {},
): Promise<string | undefined> {
  const source = createMemorySource({ now: () => 1 });
  source.write('a', 'x');
  source.write('b', 'y');
  const stop = new AbortController();
  const stage = createMemoryDestination({
    before({ kind }) {
      if (kind === at) stop.abort(new Error('stopped'));
    },
    now: () => 1,
  });
  using engine = createEngine(source, stage);
  const signals = 'signal' in options ? { signal: stop.signal } : {};
  const { error } = await engine.pass({ ...options, draining: stop.signal, ...signals });
  return error?.message;
}

test('an interrupt before anything was changed says so', async () => {
  expect(await saidAfterStop('listFolder')).toBe('interrupted before anything was changed');
  expect(await saidAfterStop('listFolder', { dryRun: true })).toBe('interrupted before anything was changed');
});

test('an interrupt that let a change be finished says that it is recorded', async () => {
  expect(await saidAfterStop('put')).toMatch(/^interrupted; what was done is recorded/);
});

test('an interrupt in the middle of a change does not say that nothing was changed', async () => {
  const message = await saidAfterStop('put', { signal: new AbortController().signal });
  expect(message).toBe('interrupted; the next run looks at what was under way');
});
