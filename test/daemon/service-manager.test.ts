import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { tellServiceManager } from '../../src/daemon/service-manager.ts';
import { temporaryFolder } from '../support/trees/temporary-folder.ts';

test('systemd hears of readiness, of a halt with its reason, and of the stop, where it asks', async () => {
  const folder = await temporaryFolder();
  const said = join(folder, 'said');
  const program = join(folder, 'systemd-notify');
  writeFileSync(program, `#!/bin/sh\necho "$@" >> ${said}\n`);
  chmodSync(program, 0o755);
  const env = { PATH: `${folder}:${process.env['PATH']}`, NOTIFY_SOCKET: '/run/systemd/notify' };
  const text = (): string => (existsSync(said) ? readFileSync(said, 'utf8') : '');
  for (const [state, reason, expected] of [
    ['listing', undefined, '--ready --status=listing'],
    ['halted', 'no source', '--status=halted: no source'],
    ['stopping', undefined, '--stopping --status=stopping'],
  ] as const) {
    tellServiceManager(env, { type: 'state', state, reason });
    await vi.waitFor(() => expect(text()).toContain(expected), { timeout: 20_000 });
  }
  tellServiceManager({ ...env, NOTIFY_SOCKET: undefined }, { type: 'state', state: 'idle', reason: 'x' });
  expect(text().trim().split('\n')).toHaveLength(3);
});
