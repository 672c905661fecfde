import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { fakeHost } from '../support/cli/fake-host.ts';

test.each([
  ['sync', import.meta.dirname, 'stage://some/x'],
  ['cp', '-r', import.meta.dirname, 'stage://some/x'],
  ['rm', '-r', 'stage://some/x', '--yes'],
  ['mv', 'stage://some/x', 'stage://some/y'],
])('%s that is stopped before it has begun says that nothing was changed', async (...line) => {
  const folder = mkdtempSync(join(tmpdir(), 'stagesync-test-'));
  try {
    const fake = fakeHost({
      XDG_STATE_HOME: folder,
      SINGLESTOREDB_MANAGEMENT_TOKEN: 'token',
      SINGLESTOREDB_MANAGEMENT_BASE_URL: 'http://127.0.0.1:1',
    });
    const ended = main(line, fake.host);
    fake.send('SIGINT');
    expect(await ended, fake.stderr()).toBe(130);
    expect(fake.stderr()).toContain('stopped by SIGINT before anything was changed\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
