import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { RememberedJobsFile } from '../../../src/daemon/schedule/remembered-jobs.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const calls = vi.hoisted(() => [] as string[]);
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const told =
    <Args extends unknown[], Result>(name: string, call: (...args: Args) => Result) =>
    (...args: Args): Result => {
      calls.push(name);
      return call(...args);
    };
  return { ...fs, fsyncSync: told('fsync', fs.fsyncSync), renameSync: told('rename', fs.renameSync) };
});

async function place() {
  const folder = await temporaryFolder();
  const file = join(folder, 'deep/jobs.json');
  const troubles: unknown[] = [];
  const open = () => new RememberedJobsFile(file, (error) => troubles.push(error));
  return { folder, file, troubles, open };
}

test('what is remembered is there after the next start, and nothing else lies beside it', async () => {
  const { folder, troubles, open } = await place();
  const jobs = open();
  expect(jobs.of('a')).toEqual({});
  jobs.remember('a', { schedule: '0 * * * * UTC', followedMs: 5 });
  jobs.remember('a', { paused: true });
  jobs.remember('b', { followedMs: 7 });
  const again = open();
  expect(again.of('a')).toEqual({ schedule: '0 * * * * UTC', followedMs: 5, paused: true });
  again.remember('a', { paused: undefined });
  expect(open().of('a')).toEqual({ schedule: '0 * * * * UTC', followedMs: 5 });
  expect(open().of('b')).toEqual({ followedMs: 7 });
  expect(readdirSync(join(folder, 'deep'))).toEqual(['jobs.json']);
  expect(troubles).toEqual([]);
});

test('the bytes are on the disk before the name leads to them', async () => {
  const { open } = await place();
  calls.length = 0;
  open().remember('a', { paused: true });
  expect(calls).toEqual(['fsync', 'rename']);
});

test.each(['', '{"jobs": [1]}', '[]', '{"jobs": {"a": {"followedMs": "x", "paused": 1}}}'])(
  'a damaged file (%s) counts as empty',
  async (text) => {
    const { file, open } = await place();
    open().remember('a', { followedMs: 1 });
    writeFileSync(file, text);
    expect(open().of('a')).toEqual({});
  },
);

test('a file that cannot be written is told, and what it would hold is still known', async () => {
  const { folder, troubles, open } = await place();
  writeFileSync(join(folder, 'deep'), '');
  const jobs = open();
  jobs.remember('a', { followedMs: 1 });
  expect(jobs.of('a')).toEqual({ followedMs: 1 });
  expect(troubles.length).toBeGreaterThan(0);
});
