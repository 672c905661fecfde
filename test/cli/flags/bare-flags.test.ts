import { describe, expect, test } from 'vitest';
import { bindBareFlags } from '../../../src/cli/flags/bare-flags.ts';

describe('flags whose value may be left out', () => {
  test.each([
    [
      ['--force', 'dir', 'stage://d/'],
      ['--force=all', 'dir', 'stage://d/'],
    ],
    [
      ['dir', 'stage://d/', '--force'],
      ['dir', 'stage://d/', '--force=all'],
    ],
    [
      ['--force', 'max-delete', 'dir'],
      ['--force=max-delete', 'dir'],
    ],
    [
      ['--force', 'all', 'dir'],
      ['--force=all', 'dir'],
    ],
    [
      ['--force', '--delete'],
      ['--force=all', '--delete'],
    ],
    [
      ['--request-payer', 's3://b/'],
      ['--request-payer=requester', 's3://b/'],
    ],
    [
      ['--request-payer', 'requester', 's3://b/'],
      ['--request-payer=requester', 's3://b/'],
    ],
    [
      ['--force=empty-source', 'dir'],
      ['--force=empty-source', 'dir'],
    ],
    [['constructor'], ['constructor']],
    [
      ['--', '--force', 'x'],
      ['--', '--force', 'x'],
    ],
    [
      ['--force', '--force', 'max-delete'],
      ['--force=all', '--force=max-delete'],
    ],
  ])('%j reads as %j', (typed, read) => {
    expect(bindBareFlags(typed)).toEqual(read);
  });
});
