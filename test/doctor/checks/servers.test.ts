import { expect, test } from 'vitest';
import { servers } from '../../../src/doctor/checks/servers.ts';
import { organization } from '../../../src/doctor/checks/organization.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { found, subjectOf } from '../../support/doctor.ts';

const start = useEmulators();

test('is nobody’s concern where no server is named', () => {
  expect(servers.concerns?.(subjectOf())).toBe(false);
});

test.each([
  [{ STAGESYNC_BUDGET_URL: 'redis://:geheim@127.0.0.1:9?rate=5' }, undefined],
  [{ STAGESYNC_LEASE_URL: 'redis://:geheim@127.0.0.1:9' }, undefined],
  [{}, 'redis://127.0.0.1:9/0'],
])(
  'one that does not answer is a failure that names it, without its password: %j, %s',
  async (env, lease) => {
    const findings = await found(servers, subjectOf({ env, lease }));
    expect(findings).toMatchObject([
      { level: 'failed', code: 'queue_unreachable', message: expect.stringContaining('start the server') },
    ]);
    expect(JSON.stringify(findings)).not.toContain('geheim');
  },
);

test.each([
  [{ STAGESYNC_BUDGET_URL: 'redis://127.0.0.1?rate=fast' }, undefined],
  [{}, 'redis://:geheim@127.0.0.1:9'],
  [{}, 'http://127.0.0.1:9'],
])('an address that cannot be used is a failure: %j, %s', async (env, lease) => {
  const findings = await found(servers, subjectOf({ env, lease }));
  expect(findings).toMatchObject([{ level: 'failed' }]);
  expect(JSON.stringify(findings)).not.toContain('geheim');
});

test('a budget that does not answer hides nothing that the API says', async () => {
  const emulator = await start({ deployments: ['prod'] });
  const env = {
    SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
    SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
    STAGESYNC_BUDGET_URL: 'redis://127.0.0.1:9',
  };
  expect(await found(organization, subjectOf({ env }))).toMatchObject([{ level: 'ok' }]);
});
