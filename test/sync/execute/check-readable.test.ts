import { expect, onTestFinished, test } from 'vitest';
import { SyncError, type Verdict } from '../../../src/model/errors.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { checkReadable } from '../../../src/sync/execute/check-readable.ts';
import { PlanStore } from '../../../src/sync/plan/store/plan-store.ts';

const { signal } = new AbortController();

function planned(...paths: readonly string[]): PlanStore {
  const store = new PlanStore();
  onTestFinished(() => store[Symbol.dispose]());
  for (const path of paths) {
    const entry = { kind: 'file', path, size: 1, modifiedMs: 1, version: 'v' } as const;
    store.arrivals.add({ path, reason: 'new', entry, replaces: undefined, digest: undefined });
  }
  return store;
}

async function check(verdict: Verdict): Promise<string[]> {
  const told: string[] = [];
  const source = {
    ...createMemorySource(),
    check: ({ path }: { path: string }) =>
      path === 'b'
        ? Promise.reject(new SyncError('entry_unreadable', 'permission denied', { verdict }))
        : Promise.resolve(),
  };
  const tally = {
    problem: (
      path: string,
      { severity, code, message }: { severity: string; code: string; message: string },
    ) => void told.push(`${severity} ${path} ${code}: ${message}`),
  };
  await checkReadable(planned('a', 'b', 'c'), { source, signal, tally });
  return told;
}

test('each file that could not be uploaded is told as the failure that it would be', async () => {
  expect(await check('skip_entry')).toEqual(['failure b entry_unreadable: permission denied']);
});

test('a source that is gone ends the run', async () => {
  await expect(check('end_run')).rejects.toMatchObject({ code: 'entry_unreadable' });
});

test('a source that cannot tell is not asked', async () => {
  const source = createMemorySource();
  delete source.check;
  await checkReadable(planned('a'), { source, signal, tally: { problem: () => expect.fail('told') } });
});
