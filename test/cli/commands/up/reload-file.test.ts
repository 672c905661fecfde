import { expect, test } from 'vitest';
import { reloading } from '../../../../src/cli/commands/up/reload-file.ts';
import type { Reload } from '../../../../src/daemon/supervision/reload.ts';
import { SyncError, type ErrorCode } from '../../../../src/model/errors.ts';

const failing = (code: ErrorCode, message: string) => (): Reload => {
  throw new SyncError(code, message, { verdict: 'end_run' });
};

function reloadOf(follow: () => Reload) {
  const told: string[] = [];
  const supervisor = { follow, fileProblem: undefined as string | undefined };
  const tell = (text: string): void => void told.push(text);
  const reload = reloading(supervisor, () => Promise.resolve({ path: '/f', jobs: [], profiles: {} }), {
    info: tell,
    warn: tell,
  });
  return { reload, supervisor, told };
}

test('a file with an error is told as such, and shown until it is right again', async () => {
  const { reload, supervisor, told } = reloadOf(failing('config', 'line 3 is wrong'));
  await expect(reload()).rejects.toThrow('line 3 is wrong');
  expect(told).toEqual(['the file has an error, so what it said before goes on: line 3 is wrong']);
  expect(supervisor.fileProblem).toBe('line 3 is wrong');
});

test('a file that is not read because the daemon stops has no error', async () => {
  const { reload, supervisor, told } = reloadOf(failing('interrupted', 'the daemon stops'));
  await expect(reload()).rejects.toThrow('the daemon stops');
  expect(told).toEqual(['the file was not read anew: the daemon stops']);
  expect(supervisor.fileProblem).toBeUndefined();
});

test('what a file that was read anew changes is told', async () => {
  const { reload, told } = reloadOf(() => ({ kept: ['a'], ended: [], begun: [] }));
  await reload();
  expect(told).toEqual(['read the file anew: 0 jobs begin, 0 end, 1 go on']);
});
