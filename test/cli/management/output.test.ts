import { expect, test } from 'vitest';
import { withoutJudging } from '../../support/api/judge-requests.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { linesTo } from '../../support/cli/management-line.ts';

const start = useEmulators();

async function plane() {
  const emulator = await start();
  emulator.clock.set({ rate: 1000 });
  return { emulator, run: linesTo(emulator) };
}

test('a list is columns without boxes, JSON lines, or CSV, with the same values', async () => {
  const { run } = await plane();
  const text = (await run('workspaces list')).stdout.split('\n');
  const [row] = (await run('workspaces list --json')).rows;
  expect(text[0]).toMatch(/^NAME +STATE +SIZE +GROUP +ENDPOINT +ID$/);
  expect(text[1]?.split(/ +/)).toEqual(
    ['name', 'state', 'size', 'workspaceGroupName', 'endpoint', 'workspaceID'].map((key) => row?.[key]),
  );
  expect((await run('workspaces list --format csv --fields name,state,workspaceID')).stdout).toBe(
    `name,state,workspaceID\nlocal,ACTIVE,${String(row?.['workspaceID'])}\n`,
  );
});

test('--fields chooses, in its order, also what is not shown by default', async () => {
  const { run } = await plane();
  expect((await run('workspaces list --fields state,name,scaleFactor')).stdout).toBe(
    'STATE   NAME   SCALE FACTOR\nACTIVE  local             1\n',
  );
  expect((await run('workspaces list --json --fields state,name')).stdout).toBe(
    '{"state":"ACTIVE","name":"local"}\n',
  );
  expect((await run('workspaces get local --fields name')).stdout).toBe('name  local\n');
});

test('an empty list is nothing on stdout, a word on stderr, and status 0', async () => {
  const { run } = await plane();
  expect(await run('connections list --group local')).toMatchObject({
    status: 0,
    stdout: '',
    stderr: 'stagesync: no private connections\n',
  });
});

test('names from the service cannot steer a terminal, and CSV keeps its columns', async () => {
  const { emulator, run } = await plane();
  const name = 'a\u{1b}[2J,"b"\nc';
  emulator.faults.set({
    rules: [
      {
        fault: 'replace_reply',
        kind: { area: 'groups', operation: 'list' },
        body: (body) => body.replaceAll('"local"', JSON.stringify(name)),
      },
    ],
  });
  for (const line of ['groups list', 'workspaces list', 'groups get nowhere', 'ls']) {
    const { stdout, stderr } = await run(line);
    expect(stdout + stderr).not.toContain('\u{1b}');
    expect(stdout + stderr).toContain(String.raw`a\u{1b}[2J,"b"\nc`);
  }
  expect((await run('groups list --format csv --fields name,state')).stdout).toBe(
    'name,state\n"a\u{1b}[2J,""b""\nc",ACTIVE\n',
  );
});

test('JSON has no byte that a terminal obeys, and the same value', async () => {
  const { emulator, run } = await plane();
  const name = 'a\u{9b}2J\u{202e}b\u{7f}\u{2028}\u{e0041}\u{1f600}';
  emulator.faults.set({
    rules: [
      {
        fault: 'replace_reply',
        kind: { area: 'groups', operation: 'list' },
        body: (body) => body.replaceAll('"local"', JSON.stringify(name)),
      },
    ],
  });
  const { stdout, rows } = await run('groups list --json');
  expect(stdout.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}]/u);
  expect(stdout).toContain('\u{1f600}');
  expect(rows).toMatchObject([{ name }]);
});

test('what has a Stage is listed with the address that the other commands take', async () => {
  const { run } = await plane();
  expect((await run('ls')).stdout).toMatch(
    /^NAME +KIND +STATE +REGION +STAGE +ID\nlocal +workspace group +ACTIVE +us-east-1 +stage:\/\/([\da-f-]{36})\/ +\1\n$/,
  );
});

test('any request can be sent as it is, with the service’s own text where it refuses', async () => {
  const { run } = await plane();
  const { stdout } = await run('api GET /v1/organizations/current');
  expect(JSON.parse(stdout)).toMatchObject({ name: 'embedded' });
  const made = await run(['api', 'post', '/v1/workspaceGroups', '--body', '-'], {
    input: '{"name":"raw","regionID":"64031b98-3f0e-4a4b-8f3c-5d2b7c1e9a10","firewallRanges":[]}',
  });
  expect(made.rows).toMatchObject([{ workspaceGroupID: expect.any(String) as unknown }]);
  const refused = await withoutJudging(() => run('api GET /v1/workspaces'));
  expect(refused).toMatchObject({ status: 3, stdout: '' });
  expect(refused.stderr).toMatch(/refused to read \/v1\/workspaces \(status 400: .*workspaceGroupID/);
  const broken = await run(['api', 'POST', '/v1/secrets', '--body', '-'], { input: '{"value": hush}' });
  expect(broken).toMatchObject({ status: 2, stderr: 'stagesync: --body - is not JSON\n' });
});

test('metrics are printed as the service writes them', async () => {
  const { run } = await plane();
  const { stdout } = await run('metrics local');
  expect(stdout).toMatch(/^# TYPE singlestoredb_cloud_threads_running gauge\n/);
  expect(stdout).toMatch(/# EOF\n$/);
});

test('metrics and a status that are watched end with Ctrl-C', async () => {
  const { run } = await plane();
  const watched = await run('metrics local --watch', {
    columns: 80,
    stopAt: /credits_per_hour/,
  });
  expect(watched.status).toBe(130);
  expect(watched.stdout).toMatch(/WORKSPACE +METRIC +VALUE +A SECOND/);
});

test('private connections are made, shown, changed and deleted', async () => {
  const { run } = await plane();
  const made = await run('connections create --group local --type INBOUND --allow-list 1234 --json');
  const [{ privateConnectionID: id } = {}] = made.rows;
  expect(made.rows).toMatchObject([{ status: 'ACTIVE', allowList: '1234' }]);
  const changed = await run(`connections update ${String(id)} --allow-list 5678`);
  expect(changed).toMatchObject({ status: 0, stderr: 'allowed  1234 -> 5678\n' });
  expect((await run('connections list --workspace local --json')).status).toBe(0);
  expect(await run(`connections delete ${String(id)}`)).toMatchObject({
    status: 0,
    stdout: `private connection ${String(id)} is DELETED\n`,
  });
});

test('a group is replicated, moved to the other region and back; both moves are confirmed', async () => {
  const { run } = await plane();
  const set = await run('dr setup --group local --to us-west-2 --database demo');
  expect(set).toMatchObject({ status: 0, stdout: expect.stringMatching(/\ndemo .* Active\n$/) });
  expect(await run('dr failover --group local')).toMatchObject({ status: 4, stdout: '' });
  const moved = await run('dr failover --workspace local', { typed: 'local\n' });
  expect(moved).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Failover: Completed/) });
  expect(await run('dr pre-provision start --group local')).toMatchObject({ status: 0 });
});
