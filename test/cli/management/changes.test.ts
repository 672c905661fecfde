import { expect, test } from 'vitest';
import type { EmulatorOptions } from '../../../src/emulator/options.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { linesTo } from '../../support/cli/management-line.ts';

const start = useEmulators();

/** A plane whose changes are over at once, unless its clock stands still. */
async function plane(options: EmulatorOptions & { readonly standsStill?: true } = {}) {
  const emulator = await start(options);
  emulator.clock.set({ rate: options.standsStill === true ? 0 : 1000 });
  const run = linesTo(emulator);
  const changesSent = (): number => {
    const { byVerb } = emulator.counters.read();
    return ['POST', 'PATCH', 'DELETE'].reduce((sum, verb) => sum + (byVerb[verb] ?? 0), 0);
  };
  const states = async (): Promise<string> =>
    (await run('workspaces list --json')).rows
      .map(({ name, state, size }) => `${String(name)} ${String(state)} ${String(size)}`)
      .join(', ');
  return { emulator, run, states, changesSent };
}

test('a new workspace is waited for, and shown with its endpoint, its ID and its Stage', async () => {
  const { run, states } = await plane();
  const made = await run('workspaces create etl --group local --size s-1 --auto-suspend 20m');
  expect(made).toMatchObject({ status: 0 });
  expect(made.stdout).toMatch(
    /^name +etl\nstate +ACTIVE\nsize +S-1\ngroup +local\nendpoint +\S+\nid +[\da-f-]{36}\n/,
  );
  expect(made.stdout).toMatch(/^stage +stage:\/\/[\da-f-]{36}\/$/m);
  expect(made.stdout).toMatch(/^auto-suspend +after 20m without use$/m);
  expect(await states()).toBe('local ACTIVE S-00, etl ACTIVE S-1');
});

test('suspended, woken, resized and ended: each command ends when it is so', async () => {
  const { run, states } = await plane();
  await run('workspaces create etl --group local');
  expect(await run('workspaces suspend etl')).toMatchObject({
    status: 0,
    stdout: 'workspace etl is SUSPENDED\n',
  });
  expect(await states()).toBe('local ACTIVE S-00, etl SUSPENDED S-00');
  expect(await run('workspace resume local/etl')).toMatchObject({
    status: 0,
    stdout: 'workspace etl is ACTIVE\n',
  });
  const resized = await run('workspaces update etl --size S-2 --kai');
  expect(resized).toMatchObject({ status: 0 });
  expect(resized.stderr).toMatch(/^size +S-00 -> S-2\nkai +no -> yes\n/);
  expect(await states()).toBe('local ACTIVE S-00, etl ACTIVE S-2');
  expect(await run('workspaces terminate etl --yes')).toMatchObject({
    status: 0,
    stdout: 'workspace etl is TERMINATED\n',
  });
  expect(await states()).toBe('local ACTIVE S-00');
});

test('what is so already sends nothing and succeeds', async () => {
  const { run, changesSent } = await plane();
  await run('workspaces suspend local');
  const before = changesSent();
  for (const line of [
    'workspaces suspend local',
    'workspaces create local --group local --if-not-exists',
    'workspaces terminate gone --if-exists --yes',
    'groups terminate gone --if-exists --yes',
    'groups create local --region us-east-1 --if-not-exists',
  ])
    expect(await run(line), line).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/already|there is no/),
    });
  await run('workspaces resume local');
  expect(await run('workspaces update local --size S-00')).toMatchObject({
    status: 0,
    stderr: 'stagesync: workspace local is so already\n',
  });
  expect(changesSent()).toBe(before + 1);
});

test('--dry-run prints the request and sends nothing', async () => {
  const { run, states, changesSent } = await plane();
  const before = changesSent();
  const shown = await run('workspaces create etl --group local --size S-1 --cache 2 --dry-run');
  expect(shown.status).toBe(0);
  const [head, ...body] = shown.stdout.split('\n');
  expect(head).toBe('POST /v1/workspaces');
  expect(JSON.parse(body.join('\n'))).toEqual({
    name: 'etl',
    workspaceGroupID: expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
    size: 'S-1',
    cacheConfig: 2,
  });
  // what has to be confirmed is not asked for
  expect((await run('workspaces terminate local --dry-run --json')).rows).toEqual([
    {
      method: 'DELETE',
      path: expect.stringMatching(/^\/v1\/workspaces\/[\da-f-]{36}$/) as unknown,
      body: null,
    },
  ]);
  expect(changesSent()).toBe(before);
  expect(await states()).toBe('local ACTIVE S-00');
});

test('without a terminal, what is final is refused with the command to repeat, which then does it', async () => {
  const { run, states, changesSent } = await plane();
  const before = changesSent();
  const refused = await run('workspaces terminate local/local --wait-timeout 5m');
  expect(refused).toMatchObject({ status: 4, stdout: '' });
  expect(changesSent()).toBe(before);
  expect(await states()).toBe('local ACTIVE S-00');
  const [, again = ''] = /If it is meant: stagesync (.*)\n$/.exec(refused.stderr) ?? [];
  expect(again).toBe('workspaces terminate local/local --wait-timeout 5m --yes');
  expect(await run(again)).toMatchObject({ status: 0 });
  expect(await states()).toBe('');
});

test('at a terminal the name has to be typed', async () => {
  const { run, states } = await plane();
  const wrong = await run('workspaces terminate local', { typed: 'lokal\n' });
  expect(wrong).toMatchObject({ status: 4 });
  expect(wrong.stderr).toContain('for good');
  expect(wrong.stderr).toContain('nothing was changed');
  expect(await states()).toBe('local ACTIVE S-00');
  expect(await run('workspaces terminate local', { typed: '\n' })).toMatchObject({ status: 4 });
  expect(await run('workspaces terminate local', { typed: 'local\n' })).toMatchObject({ status: 0 });
  expect(await states()).toBe('');
});

test.each(['', ' ', 'a\u{1b}]0;b\u{7}', ' spaced '])(
  'the ID has to be typed where the name is %j, and no answer is never a yes',
  async (name) => {
    const { emulator, run, changesSent } = await plane();
    const id = String((await run('workspaces list --json')).rows[0]?.['workspaceID']);
    emulator.faults.set({
      rules: [
        {
          fault: 'replace_reply',
          kind: { area: 'workspaces', operation: 'get' },
          body: (body) => body.replace('"name":"local"', `"name":${JSON.stringify(name)}`),
        },
      ],
    });
    const before = changesSent();
    for (const typed of ['\n', '', `${name}\n`])
      expect(await run(`workspaces terminate ${id}`, { typed }), typed).toMatchObject({ status: 4 });
    expect(changesSent()).toBe(before);
    expect(await run(`workspaces terminate ${id}`, { typed: `${id}\n` })).toMatchObject({ status: 0 });
  },
);

test('what a group gets while a person is asked does not end with it', async () => {
  const { emulator, run, states } = await plane();
  emulator.faults.set({
    rules: [
      {
        fault: 'replace_reply',
        kind: { area: 'workspaces', operation: 'list' },
        nth: 1,
        body: '[]',
        contentType: 'application/json',
      },
    ],
  });
  const forced = await run('groups terminate local --force', { typed: 'local\n' });
  expect(forced).toMatchObject({
    status: 4,
    stderr: expect.stringContaining('the group has got local as well'),
  });
  expect(await states()).toBe('local ACTIVE S-00');
});

test('a group with workspaces is ended only with --force, which says what goes with it', async () => {
  const { run } = await plane();
  const refused = await run('groups terminate local --yes');
  expect(refused).toMatchObject({ status: 4, stdout: '' });
  expect(refused.stderr).toMatch(/it has the workspace local; --force ends it too/);
  const forced = await run('groups terminate local --force', { typed: 'local\n' });
  expect(forced.stderr).toContain('With it goes the workspace local.');
  expect(forced).toMatchObject({ status: 0, stdout: 'workspace group local is TERMINATED\n' });
  expect((await run('groups list')).stderr).toBe('stagesync: no workspace groups\n');
});

test('--no-wait prints the ID alone, and "wait" waits later', async () => {
  const { emulator, run } = await plane({ standsStill: true });
  const begun = await run('workspaces create etl --group local --no-wait');
  expect(begun).toMatchObject({ status: 0, stdout: expect.stringMatching(/^[\da-f-]{36}\n$/) });
  const id = begun.stdout.trim();
  expect((await run(`workspaces get ${id} --json`)).rows).toMatchObject([{ name: 'etl', state: 'PENDING' }]);
  emulator.clock.set({ rate: 1000 });
  expect(await run(`workspaces wait ${id} --for active`)).toMatchObject({
    status: 0,
    stdout: 'workspace etl is ACTIVE\n',
  });
});

test('--wait-timeout gives up with status 7, and the service goes on', async () => {
  const { emulator, run } = await plane({ standsStill: true });
  const given = await run('workspaces suspend local --wait-timeout 250ms');
  expect(given).toMatchObject({ status: 7, stdout: '' });
  expect(given.stderr).toMatch(
    /Workspace local is still PENDING after .* waited for SUSPENDED\. The service goes on/,
  );
  const [, again = ''] = /To wait again: stagesync (.*)\n$/.exec(given.stderr) ?? [];
  expect(again).toMatch(/^workspaces wait [\da-f-]{36} --for suspended$/);
  emulator.clock.set({ rate: 1000 });
  expect(await run(again)).toMatchObject({ status: 0 });
  expect(await run('workspaces wait local --for SUSPENDED')).toMatchObject({ status: 0 });
});

test('a refusal while waiting says that the change was begun, and how to wait again', async () => {
  const { emulator, run } = await plane({ standsStill: true });
  emulator.faults.set({
    rules: [
      {
        fault: 'status',
        status: [403],
        kind: { area: 'workspaces', operation: 'get' },
        nth: 3,
      },
    ],
  });
  const refused = await run('workspaces suspend local');
  expect(refused).toMatchObject({ status: 5 });
  expect(refused.stderr).toMatch(
    /403.* That was while waiting; .* To wait again: stagesync workspaces wait /,
  );
});

test('Ctrl-C ends the waiting alone, and says how to wait again', async () => {
  const { emulator, run } = await plane({ standsStill: true });
  const stopped = await run('workspaces suspend local', {
    stopAt: /PENDING/,
  });
  expect(stopped).toMatchObject({ status: 130, stdout: '' });
  const [, again = ''] =
    /the service goes on with it\. To wait again: stagesync (.*)\n/.exec(stopped.stderr) ?? [];
  expect(again).toMatch(/^workspaces wait [\da-f-]{36} --for suspended$/);
  emulator.clock.set({ rate: 1000 });
  expect(await run(again)).toMatchObject({ status: 0, stdout: 'workspace local is SUSPENDED\n' });
});

test('a state that can never come ends the waiting with status 3', async () => {
  const { run } = await plane();
  await run('workspaces create etl --group local');
  await run('workspaces terminate etl --yes');
  const { rows } = await run('workspaces list --include-terminated --json');
  const id = String(rows.find(({ name }) => name === 'etl')?.['workspaceID']);
  const never = await run(`workspaces wait ${id} --for active`);
  expect(never).toMatchObject({ status: 3, stdout: '' });
  expect(never.stderr).toMatch(/Waited for ACTIVE, but workspace etl is TERMINATED, which is final\./);
});

test('a wait tells each state once, and the last one', async () => {
  const { run } = await plane({ behaviour: { flappingReads: 3 } });
  const { stderr, status } = await run('workspaces suspend local');
  expect(status).toBe(0);
  expect(stderr).toMatch(/workspace local: SUSPENDED \(\d+s\)\n$/);
  const lines = stderr.trimEnd().split('\n');
  expect(lines.filter((line, at) => at > 0 && line === lines[at - 1])).toEqual([]);
});

test.each([
  ['workspaces create x', /give --group GROUP, or set SINGLESTOREDB_WORKSPACE_GROUP/],
  ['workspaces create x --group nowhere', /There is no workspace group named nowhere\. There are: local\./],
  ['workspaces update local', /nothing to change is named: give --size/],
  ['workspaces update local --size big', /Give a size like S-00, S-1 or S-4/],
  ['workspaces update local --auto-suspend soon', /Give 20m .* at:8h .* or off/],
  ['workspaces get lokal', /There is no workspace named lokal\. There are: local\/local\./],
  ['workspaces wait local', /required option '--for <state>' not specified/],
  ['groups create g --region mars', /There is no region named mars\. There are: /],
  ['groups create g --region us-east-1 --firewall everywhere', /Give a range of addresses, like/],
  ['groups create g --region us-east-1 --window noon', /Give a day and an hour in UTC, like tue:01/],
  ['groups create g --region us-east-1 --expires never', /Give a duration \(3h30m\), a date, or a time/],
  ['connections list', /give --group GROUP or --workspace WORKSPACE/],
  ['dr pre-provision up --group local', /pre-provision takes start or stop, and not up/],
  ['workspaces list --json --format csv', /--json and --format csv are two formats/],
  ['workspaces list --fields name,colour', /there is no field colour; there are name, state/],
  ['api get regions', /must be a path of the API with its version, like \/v1\/regions/],
  ['workspaces wait local --for active --no-wait', /unknown option '--no-wait'/],
  ['api DELETE /v1/../v1/regions', /must be a path of the API/],
  ['api GET /v1/%2e%2E', /must be a path of the API/],
  ['api steal /v1/regions', /METHOD is steal; it must be one of GET, POST/],
  ['billing usage --from ever', /--from "ever" is no time: give a date/],
  ['billing usage --plot-file usage.png', /must end in \.svg or \.html/],
  ['billing usage --plot-file usage.svg --metric all', /draws one metric/],
])('%s is refused with status 2 and the way out', async (line, message) => {
  const { run, changesSent } = await plane();
  const refused = await run(line);
  expect(refused.stderr).toMatch(message);
  expect(refused).toMatchObject({ status: 2, stdout: '' });
  expect(changesSent()).toBe(0);
});
