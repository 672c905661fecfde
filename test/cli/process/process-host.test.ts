import { afterEach, expect, test, vi } from 'vitest';
import { processHost } from '../../../src/cli/process/process-host.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('a current folder that was removed is an error of the setting, and only for who asks for it', () => {
  vi.spyOn(process, 'cwd').mockImplementation(() => {
    throw new Error('ENOENT: process.cwd failed');
  });
  const host = processHost();
  expect(() => host.cwd).toThrow(expect.objectContaining({ code: 'config' }));
  expect(() => host.cwd).toThrow('the current folder was removed');
});
