import { expect, test } from 'vitest';
import type { Withdrawal } from '../../../src/cluster/queue/batch-queue.ts';
import { Fence } from '../../../src/cluster/queue/coordinator/fence.ts';

/** A broker that writes down what it is asked. `batches`: how each that it has answers to being taken back, time after time. */
function fenceAt(
  batches: Record<string, Withdrawal[]> = {},
  { awaited = [] as readonly string[], isLocked = false } = {},
) {
  const asked: string[] = [];
  const fence = new Fence({
    run: 'run',
    awaited: new Set(awaited),
    queue: {
      claim: async (run) => {
        asked.push(`claim ${run}`);
        return 7;
      },
      reclaim: async (run, epoch) => {
        asked.push(`reclaim ${run} ${epoch}`);
        if (isLocked) throw new Error('locked');
      },
      release: async (run) => void asked.push(`release ${run}`),
      batches: async () => Object.keys(batches).map((id) => ({ id, items: [] })),
      withdraw: async (id) => {
        const answer = batches[id]!.shift() ?? 'gone';
        if (answer !== 'busy') delete batches[id];
        asked.push(`withdraw ${id} ${answer}`);
        return answer;
      },
    },
  });
  return { fence, asked, pauses: (): Promise<void> => Promise.resolve(void asked.push('pause')) };
}

test('behind the fence the run has another name, under its old epoch, and is released under that', async () => {
  const { fence, asked, pauses } = fenceAt();
  await fence.claim();
  fence.opened();
  expect([fence.run, fence.isOpen]).toEqual(['run', true]);
  await fence.close(pauses);
  expect([fence.run, fence.isOpen]).toEqual(['runx1', false]);
  await fence.release();
  expect(asked).toEqual(['claim run', 'reclaim runx1 7', 'release runx1']);
});

test('what waits is taken back, and what is being carried out is waited for', async () => {
  const { fence, asked, pauses } = fenceAt({ a: ['begun'], b: ['busy', 'busy', 'gone'] });
  await fence.close(pauses);
  expect(asked.slice(1)).toEqual([
    'withdraw a begun',
    'withdraw b busy',
    'pause',
    'withdraw b busy',
    'pause',
    'withdraw b gone',
  ]);
});

test('while answers are waited for their batches stay, with the name that they have, and the fence stays open', async () => {
  const { fence, asked, pauses } = fenceAt({ a: ['begun'], b: ['begun'] }, { awaited: ['a'] });
  fence.opened();
  await fence.close(pauses);
  expect([fence.run, fence.isOpen]).toEqual(['run', true]);
  expect(asked).toEqual(['reclaim run 0', 'withdraw b begun']);
});

test('a fence that could not be closed is open', async () => {
  const { fence, pauses } = fenceAt({}, { isLocked: true });
  await expect(fence.close(pauses)).rejects.toThrow('locked');
  expect(fence.isOpen).toBe(true);
});
