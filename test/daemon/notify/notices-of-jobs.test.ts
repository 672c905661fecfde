import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { NoticesOfJobs } from '../../../src/daemon/notify/notices-of-jobs.ts';
import { named } from '../../support/daemon/supervised.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';
import { endedRun } from '../../support/engine/runs.ts';
import { sendText, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

test('a secret that was not there at the first event is used as soon as it is', async () => {
  await using server = await startLoopbackServer((_, response) => sendText(response, 204, ''));
  const stateFolder = await temporaryFolder();
  const secretFile = join(stateFolder, 'secret');
  const troubles: string[] = [];
  const notices = new NoticesOfJobs({
    stateFolder,
    clock: createManualClock(),
    proxy: undefined,
    folder: stateFolder,
    env: {},
    onTrouble: (_, message) => troubles.push(message),
  });
  const job = named('a', {
    notify: [{ on: ['failure'], way: { kind: 'webhook', url: server.url, secretFile } }],
  });
  notices.runEnded(job, endedRun({ id: 'r1', outcome: 'failures' }));
  await vi.waitFor(() => expect(troubles).toHaveLength(1));
  expect(troubles[0]).toMatch(/^nobody is notified: cannot read the secret/);
  writeFileSync(secretFile, `whsec_${Buffer.alloc(32, 7).toString('base64')}`);
  notices.runEnded(job, endedRun({ id: 'r2', outcome: 'failures' }));
  await notices.close();
  expect(troubles).toHaveLength(1);
  expect(server.seen).toHaveLength(1);
});
