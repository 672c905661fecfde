import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENVIRONMENT_ONLY } from '../../../src/jobs/authority.ts';
import { clock } from '../../../src/doctor/checks/clock.ts';
import { database } from '../../../src/doctor/checks/database.ts';
import { organization } from '../../../src/doctor/checks/organization.ts';
import { stage } from '../../../src/doctor/checks/stage.ts';
import { token } from '../../../src/doctor/checks/token.ts';
import type { Emulator, EmulatorOptions } from '../../../src/emulator/options.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import type { FaultRule } from '../../../src/emulator/control/faults.ts';
import { found, subjectOf, type SubjectOptions } from '../../support/doctor.ts';

const start = useEmulators();
const envOf = ({ url, token: given }: Emulator): Record<string, string> => ({
  SINGLESTOREDB_MANAGEMENT_BASE_URL: url,
  SINGLESTOREDB_MANAGEMENT_TOKEN: given,
});
const withEmulator = async (given: SubjectOptions = {}, options: EmulatorOptions = {}) => {
  const emulator = await start({ deployments: ['prod'], ...options });
  return subjectOf({ ...given, env: { ...envOf(emulator), ...given.env } });
};
const CLOSED = 'http://127.0.0.1:9';

describe('the token', () => {
  test('is valid, and told by where it comes from', async () => {
    expect(await found(token, await withEmulator())).toEqual([
      { level: 'ok', message: 'valid; from SINGLESTOREDB_MANAGEMENT_TOKEN' },
    ]);
  });

  test('is wrong', async () => {
    const subject = await withEmulator({ env: { SINGLESTOREDB_MANAGEMENT_TOKEN: 'not-this-one' } });
    const findings = await found(token, subject);
    expect(findings).toMatchObject([{ level: 'failed', code: 'api_unauthorised' }]);
    expect(JSON.stringify(findings)).not.toContain('not-this-one');
  });

  test('is missing', async () => {
    await expect(found(token, subjectOf())).rejects.toMatchObject({ code: 'config' });
  });

  test('lies in a file that others can read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stagesync-doctor-'));
    const emulator = await start();
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, emulator.token);
    await chmod(tokenFile, 0o644);
    const authority = { ...ENVIRONMENT_ONLY, stage: { tokenFile } };
    const subject = subjectOf({ authority, env: { SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url } });
    expect(await found(token, subject)).toMatchObject([
      { level: 'ok', message: expect.stringContaining(tokenFile) },
      { level: 'warning', wayOut: `chmod 600 ${tokenFile}` },
    ]);
    await rm(folder, { recursive: true });
  });
});

describe('a token of fewer rights', () => {
  const WITHOUT: FaultRule = {
    verb: 'GET',
    path: '/v1/organizations/current',
    fault: 'status',
    status: 403,
  };
  const refusing = (...rules: readonly FaultRule[]): EmulatorOptions => ({ faults: { rules: [...rules] } });

  test.each([401, 403])(
    'that may not look up the organization (%i) is valid, and told of with what it may',
    async (status) => {
      const subject = await withEmulator({}, refusing({ ...WITHOUT, status }));
      expect(await found(token, subject)).toMatchObject([
        { level: 'ok', message: expect.stringMatching(/^valid/) },
      ]);
      const again = await withEmulator({}, refusing({ ...WITHOUT, status }));
      expect(await found(organization, again)).toMatchObject([
        {
          level: 'warning',
          message: `unknown: the token may look up deployments, and not look up the organization (status ${status})`,
          wayOut: expect.stringContaining('a sync does not need'),
        },
      ]);
    },
  );

  test('that may use a Stage and nothing else', async () => {
    const emulator = await start({
      deployments: ['prod'],
      ...refusing(WITHOUT, {
        verb: 'GET',
        pathPattern: '^/v1/(workspaceGroups|sharedtier)',
        fault: 'status',
        status: 403,
      }),
    });
    const deployment = emulator.deployments.find(({ name }) => name === 'prod')!.id;
    const subject = () =>
      subjectOf({ env: envOf(emulator), places: [{ kind: 'stage', deployment, path: 'in' }] });
    expect(await found(token, subject())).toMatchObject([{ level: 'ok' }]);
    expect(await found(stage, subject())).toMatchObject([{ level: 'ok' }]);
    expect(await found(organization, subject())).toMatchObject([
      { level: 'warning', message: expect.stringContaining(`may list stage://${deployment}/in`) },
    ]);
    // a name has to be looked up, which it may not
    const named = subjectOf({
      env: envOf(emulator),
      places: [{ kind: 'stage', deployment: 'prod', path: '' }],
    });
    expect(await found(stage, named)).toMatchObject([{ level: 'failed' }]);
  });

  test('that may do nothing is a failure', async () => {
    const subject = await withEmulator({}, refusing({ verb: 'GET', fault: 'status', status: 403 }));
    expect(await found(token, subject)).toMatchObject([
      { level: 'failed', wayOut: expect.stringContaining('portal') },
    ]);
  });
});

test('the organization is named; another one that is asked for is a warning', async () => {
  const findings = await found(
    organization,
    await withEmulator({ env: { SINGLESTOREDB_ORGANIZATION: 'other' } }),
  );
  expect(findings).toMatchObject([
    { level: 'ok', message: expect.stringContaining('embedded') },
    { level: 'warning' },
  ]);
});

test('nobody answers: the organization tells why, and no other line does', async () => {
  const env = { SINGLESTOREDB_MANAGEMENT_BASE_URL: CLOSED, SINGLESTOREDB_MANAGEMENT_TOKEN: 'a' };
  expect(await found(organization, subjectOf({ env }))).toMatchObject([
    { level: 'failed', code: 'api_unreachable' },
  ]);
  for (const check of [token, clock, stage])
    expect(await found(check, subjectOf({ env }))).toMatchObject([{ level: 'skipped' }]);
});

test('the clock is compared, also where the token is refused', async () => {
  const subject = await withEmulator({ env: { SINGLESTOREDB_MANAGEMENT_TOKEN: 'no' } });
  expect(await found(clock, subject)).toMatchObject([{ level: 'ok' }]);
});

test('the clock is not compared without a token, and no API is blamed', async () => {
  expect(await found(clock, subjectOf())).toEqual([
    { level: 'skipped', message: 'not compared: there is no token that could be used' },
  ]);
});

describe('a Stage', () => {
  const place = (deployment: string | undefined, path = '') => ({ kind: 'stage', deployment, path }) as const;

  test.each([
    [place('prod'), 'ok', /answers$/],
    [place('prod', 'a/b'), 'ok', /made by the first run/],
    [place('prid'), 'failed', /prid/],
    [place(undefined), 'warning', /names none/],
  ])('%j is %s', async (address, level, message) => {
    const subject = await withEmulator({ places: [address] });
    expect(await found(stage, subject)).toMatchObject([{ level, message: expect.stringMatching(message) }]);
  });

  test('on this machine needs no token', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stagesync-doctor-'));
    const subject = subjectOf({ places: [place('local')], env: { XDG_DATA_HOME: folder } });
    expect(await found(stage, subject)).toMatchObject([{ level: 'ok' }]);
    await rm(folder, { recursive: true, force: true });
  });

  test('none is named: those that the token sees are', async () => {
    const subject = await withEmulator({ env: { SINGLESTOREDB_WORKSPACE_GROUP: 'gone' } });
    expect(await found(stage, subject)).toMatchObject([
      { level: 'ok', message: expect.stringContaining('stage://prod/') },
      { level: 'warning', message: expect.stringContaining('gone') },
    ]);
  });
});

test('the login of the embedded database is tried', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stagesync-doctor-'));
  const places = [{ kind: 'stage', deployment: 'local', path: '' }] as const;
  const subject = subjectOf({ places, database: 'demo', env: { XDG_DATA_HOME: folder } });
  expect(database.concerns?.(subject)).toBe(true);
  expect(await found(database, subject)).toMatchObject([
    { level: 'ok', message: expect.stringContaining('login') },
  ]);
  await rm(folder, { recursive: true, force: true });
});

test('a login without a password is a failure, and none at all is nobody’s concern', async () => {
  expect(database.concerns?.(subjectOf())).toBe(false);
  const subject = subjectOf({ env: { SINGLESTOREDB_USER: 'ada', SINGLESTOREDB_HOST: 'db.example.com' } });
  expect(database.concerns?.(subject)).toBe(true);
  await expect(found(database, subject)).rejects.toMatchObject({ code: 'config' });
});
