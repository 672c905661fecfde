import { expect, test } from 'vitest';
import { copyFiles } from '../../../src/files/copy/copy-files.ts';
import type { CopyStep } from '../../../src/files/copy/copy-step.ts';
import type { CopyTarget } from '../../../src/files/copy/copy-target.ts';
import type { Source } from '../../../src/model/ports.ts';
import { systemClock } from '../../../src/sync/clock.ts';

/** How many files of a size are under way together before one of them ends. */
async function underWay({ size, leastTasks }: { readonly size: number; readonly leastTasks?: number }) {
  const files = 300;
  let begun = 0;
  let most = 0;
  let ended = 0;
  const target = {
    setsTimes: true,
    look: async () => ({ kind: 'nothing' as const }),
    async put() {
      begun++;
      // nothing ends as long as more begin
      for (let before = -1; before !== begun;) {
        before = begun;
        await new Promise((resolve) => setImmediate(resolve));
      }
      most = Math.max(most, begun - ended);
      ended++;
    },
  } satisfies Partial<CopyTarget>;
  async function* steps(): AsyncGenerator<CopyStep> {
    for (let at = 0; at < files; at++) {
      const entry = { kind: 'file', path: `${at}`, size, modifiedMs: 1, version: '1' } as const;
      yield { kind: 'file', source: {} as Source, entry, from: `${at}`, to: `${at}` };
    }
  }
  const { signal } = new AbortController();
  const summary = await copyFiles({
    steps: steps(),
    target: target as unknown as CopyTarget,
    addressOf: (to) => to,
    overwrite: false,
    compare: 'content',
    dryRun: false,
    lanes: () => 2,
    leastTasks,
    clock: systemClock,
    draining: signal,
    signal,
    onResult: () => undefined,
  });
  expect(summary).toMatchObject({ copied: files, failed: 0 });
  return most;
}

test('small files are under way together in such numbers that they can share a look', async () => {
  expect(await underWay({ size: 10 })).toBe(12);
  expect(await underWay({ size: 10, leastTasks: 200 })).toBe(200);
});

test('large files are not, whose beginnings would fill the memory', async () => {
  expect(await underWay({ size: 1e9, leastTasks: 300 })).toBeLessThan(150);
});
