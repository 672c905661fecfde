import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { regions } from '../../src/api/resources/regions.ts';
import { openManagementApi } from '../../src/jobs/ends/open-management-api.ts';
import { readEnvironment } from '../../src/jobs/environment.ts';
import { surroundingsOf } from '../../src/jobs/surroundings.ts';
import { Gates } from '../../src/remote/gate/gates.ts';
import { systemClock } from '../../src/sync/clock.ts';
import { useEmulators } from '../support/cli/emulators.ts';

const start = useEmulators();
const AWS = expect.objectContaining({ provider: 'AWS', regionName: 'us-east-1' });

const around = (env: Readonly<Record<string, string>>) =>
  surroundingsOf({
    environment: readEnvironment(env, '/'),
    folder: '/',
    command: 'a test',
    pid: process.pid,
    gates: new Gates(systemClock),
  });

test('calls pass the gate, which tries again', async () => {
  const emulator = await start({
    faults: { rules: [{ kind: 'management', fault: 'status', status: 503, times: 1 }] },
  });
  await using api = await openManagementApi(
    around({
      SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
      SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
    }),
  );
  expect(await api.call(regions.list, {})).toContainEqual(AWS);
  expect(api.connection.requests).toMatchObject({ GET: 2 });
});

test('the embedded plane needs no token', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stagesync-management-'));
  try {
    await using api = await openManagementApi(around({ XDG_DATA_HOME: folder }), { local: true });
    expect(await api.call(regions.list, {})).toContainEqual(AWS);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('without a token it is not opened', async () => {
  await expect(openManagementApi(around({}))).rejects.toMatchObject({ code: 'config' });
});
