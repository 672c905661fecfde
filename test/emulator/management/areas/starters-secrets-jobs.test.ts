import { describe, expect, test } from 'vitest';
import { deploymentIdOf } from '../../../../src/emulator/management/deployments.ts';
import { useEmulators } from '../../../support/cli/emulators.ts';
import { fileForm, StageHttp } from '../../../support/stage/stage-http.ts';
import { ManagementHttp, NO_SUCH } from '../../../support/management/management-http.ts';

const start = useEmulators();

describe.each([
  ['/v1/sharedtier/virtualWorkspaces', 'virtualWorkspaceID'],
  ['/v2/sharedtier/virtualClusters', 'virtualClusterID'],
])('starter workspaces at %s', (url, idField) => {
  test('have a database, users, a Stage and no state', async () => {
    const emulator = await start({ deployments: [] });
    const api = new ManagementHttp(emulator);
    const body = { name: 's', databaseName: 'db', provider: 'AZURE', regionName: 'eastus' };
    const id = String((await api.ok('POST', url, body))[idField]);
    const one = await api.ok('GET', `${url}/${id}`);
    expect(one).toMatchObject({ [idField]: id, name: 's', databaseName: 'db', provider: 'Azure' });
    expect(one).not.toHaveProperty('state');
    expect(await api.list(url)).toEqual([one]);
    expect((await new StageHttp(emulator, `/v1/stage/${id}/fs/`).put('f', 'x')).status).toBe(200);
    expect(await api.refusal('POST', url, { ...body, provider: 'Azure' })).toMatch(/^500 /);
    expect(await api.refusal('POST', url, body)).toMatch(/^500 .*already exists/);

    const made = await api.ok('POST', `${url}/${id}/users`, { userName: 'u' });
    expect(made).toMatchObject({
      userID: expect.any(String) as string,
      password: expect.any(String) as string,
    });
    expect(await api.refusal('POST', `${url}/${id}/users`, { userName: 'u' })).toBe(
      '500 internal server error',
    );
    const user = `${url}/${id}/users/${String(made['userID'])}`;
    expect(await api.ok('PATCH', user, { password: 'Another-1' })).toEqual({ userID: made['userID'] });
    expect(await api.refusal('PATCH', user, { password: 'weak' })).toMatch(/^400 /);
    await api.ok('DELETE', user);
    expect(await api.refusal('DELETE', user)).toMatch(/^404 /);

    expect(await api.ok('DELETE', `${url}/${id}`)).toEqual({ [idField]: id });
    expect(await api.refusal('GET', `${url}/${id}`)).toMatch(/^404 /);
    expect(await api.list(url)).toEqual([]);
    expect(emulator.deployments).toEqual([]);
  });
});

test('secrets come in an envelope, are found by name, changed and deleted', async () => {
  const api = new ManagementHttp(await start());
  const { secret } = (await api.ok('POST', '/v1/secrets', { name: 'key', value: 'v1' })) as {
    secret: Record<string, unknown>;
  };
  expect(secret).toMatchObject({ name: 'key', value: 'v1', createdAt: expect.any(String) as string });
  expect(await api.refusal('POST', '/v1/secrets', { name: 'key', value: 'v2' })).toMatch(/^500 /);
  const url = `/v1/secrets/${String(secret['secretID'])}`;
  await api.ok('PATCH', url, { value: 'v2' });
  expect(await api.ok('GET', '/v1/secrets?name=key')).toMatchObject({ secrets: [{ value: 'v2' }] });
  expect(await api.ok('GET', '/v1/secrets?name=other')).toEqual({ secrets: [] });
  expect(await api.ok('GET', url)).toMatchObject({ secret: { value: 'v2' } });
  await api.ok('DELETE', url);
  expect(await api.refusal('GET', url)).toMatch(/^404 /);
});

describe('jobs', () => {
  const executionConfig = { notebookPath: 'n.ipynb', createSnapshot: false };

  test('run once, by the clock', async () => {
    const api = new ManagementHttp(await start());
    const made = await api.ok('POST', '/v1/jobs', { executionConfig, schedule: { mode: 'Once' } });
    const url = `/v1/jobs/${String(made['jobID'])}`;
    expect(made).toMatchObject({ completedExecutionsCount: 0, enqueuedBy: expect.any(String) as string });
    api.advance(1000);
    expect(await api.ok('GET', url)).toMatchObject({
      completedExecutionsCount: 1,
      jobMetadata: [{ count: 1, status: 'Completed' }],
      executionConfig: { notebookPath: 'n.ipynb', maxAllowedExecutionDurationInMinutes: 60 },
    });
    expect(await api.ok('GET', `${url}/parameters`)).toEqual([]);
    expect((await api.send('DELETE', url)).text).toBe('true');
    expect(await api.refusal('GET', url)).toMatch(/^404 /);
  });

  test('run again and again, and their executions are told by number', async () => {
    const api = new ManagementHttp(await start());
    const schedule = { mode: 'Recurring', executionIntervalInMinutes: 10 };
    const { jobID } = await api.ok('POST', '/v1/jobs', { executionConfig, schedule });
    api.advance(25 * 60_000);
    const url = `/v1/jobs/${String(jobID)}/executions`;
    expect(await api.ok('GET', `${url}?start=2&end=9`)).toMatchObject({
      executions: [
        { executionNumber: 2, status: 'Completed' },
        { executionNumber: 3, status: 'Completed' },
      ],
      executionsMetadata: { startExecutionNumber: 2, endExecutionNumber: 3 },
    });
    expect(await api.refusal('GET', `${url}?start=0`)).toMatch(/^400 start/);
  });

  test('have the targets of their version', async () => {
    const api = new ManagementHttp(await start());
    const schedule = { mode: 'Once' };
    const targetConfig = { targetID: NO_SUCH, targetType: 'VirtualCluster' };
    const body = { executionConfig, schedule, targetConfig };
    expect(await api.refusal('POST', '/v1/jobs', body)).toMatch(/^400 targetConfig\.targetType/);
    expect(await api.ok('POST', '/v2/jobs', body)).toMatchObject({ targetConfig });
    const recurring = { executionConfig, schedule: { mode: 'Recurring' } };
    expect(await api.refusal('POST', '/v1/jobs', recurring)).toMatch(/^400 schedule/);
  });
});

describe.each(['/v1/files/fs', '/v2/files/fs'])('files at %s', (prefix) => {
  test('are kept as on a Stage, each place for itself, without folders', async () => {
    const emulator = await start();
    const personal = new StageHttp(emulator, `${prefix}/personal/`);
    const shared = new StageHttp(emulator, `${prefix}/shared/`);
    expect((await personal.put('a.ipynb', 'one')).json()).toEqual({ name: 'a.ipynb', path: 'a.ipynb' });
    await shared.put('b', 'two');
    expect([await personal.names(''), await shared.names('')]).toEqual([['a.ipynb'], ['b']]);
    expect((await personal.send('GET', 'a.ipynb?metadata=1')).json()).toMatchObject({
      size: 3,
      type: 'file',
    });
    expect((await personal.download('a.ipynb')).text).toBe('one');
    expect((await personal.move('a.ipynb', 'c')).status).toBe(200);
    for (const [verb, path] of [
      ['PUT', 'd/'],
      ['DELETE', 'd/'],
      ['PATCH', 'd/'],
    ] as const)
      expect((await personal.send(verb, path)).text).toBe('directories are not allowed here\n');
    const below = await personal.send('PUT', 'd/f', { body: fileForm('x') });
    expect([below.status, below.text]).toEqual([400, 'directories are not allowed here\n']);
    expect((await personal.send('DELETE', 'c')).status).toBe(200);
    expect(await personal.names('')).toEqual([]);
    expect((await new StageHttp(emulator, `${prefix}/nobodys/`).list('')).status).toBe(404);
    expect(emulator.deployments.map(({ name }) => name)).toEqual(['local']);
    const asStage = `/v1/stage/${deploymentIdOf('space/personal')}/fs/`;
    expect((await new StageHttp(emulator, asStage).list('')).status).toBe(404);
  });
});
