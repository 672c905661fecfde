import { expect, test } from 'vitest';
import { useEmulators } from '../../support/cli/emulators.ts';
import { linesTo } from '../../support/cli/management-line.ts';

const start = useEmulators();

test('commands end in what they claim while states flap, lists lag and every first reply to a change is lost', async () => {
  const emulator = await start({
    behaviour: { flappingReads: 2, listLagMs: 300, stateWords: 'sdk', firewallMs: 200 },
  });
  const operations = ['create', 'suspend', 'resume', 'update', 'terminate'];
  emulator.faults.set({
    // each of these changes is made, and nobody is told
    rules: operations.map((operation) => ({
      kind: { area: 'workspaces', operation },
      nth: 1,
      fault: 'lost_reply' as const,
    })),
  });
  const run = linesTo(emulator);
  const stateOf = async (name: string): Promise<string> => {
    const { rows } = await run(`workspaces get local/${name} --json`);
    return `${String(rows[0]?.['state']).toUpperCase()} ${String(rows[0]?.['size'])}`;
  };

  expect(await run('workspaces create etl --group local --size S-1')).toMatchObject({ status: 0 });
  expect(await stateOf('etl')).toBe('ACTIVE S-1');
  expect(await run('workspaces suspend etl')).toMatchObject({ status: 0 });
  expect(await stateOf('etl')).toBe('SUSPENDED S-1');
  expect(await run('workspaces resume etl')).toMatchObject({ status: 0 });
  expect(await run('workspaces update etl --size S-2')).toMatchObject({ status: 0 });
  expect(await stateOf('etl')).toBe('ACTIVE S-2');
  const ended = await run('workspaces terminate etl --yes');
  expect(ended).toMatchObject({ status: 0, stdout: 'workspace etl is TERMINATED\n' });

  emulator.behaviour.reset();
  const { rows } = await run('workspaces list --include-terminated --json');
  // made once, and what was not named is untouched
  expect(rows.filter(({ name }) => name === 'etl').map(({ state }) => String(state).toUpperCase())).toEqual([
    'TERMINATED',
  ]);
  expect(await stateOf('local')).toBe('ACTIVE S-00');
  expect(emulator.counters.read().byOperation['workspaces.create']).toBe(1);
});

test('a service that is out of credits, or refuses, is quoted, with what to do', async () => {
  const emulator = await start({ behaviour: { outOfCredits: true } });
  const run = linesTo(emulator);
  const refused = await run('workspaces create etl --group local');
  expect(refused).toMatchObject({ status: 5, stdout: '' });
  expect(refused.stderr).toMatch(/create workspace etl.*status 403: .*[Cc]redit/);
  emulator.behaviour.reset();
  emulator.clock.set({ rate: 1000 });
  const taken = await run('workspaces create local --group local');
  expect(taken).toMatchObject({ status: 3, stdout: '' });
  expect(taken.stderr).toMatch(/There is a workspace of this name already \([\da-f-]{36}, ACTIVE\)/);
});

test('a thing that FAILED ends the waiting with status 3', async () => {
  const emulator = await start({ behaviour: { createEnds: 'FAILED' } });
  emulator.clock.set({ rate: 1000 });
  const failed = await linesTo(emulator)('workspaces create etl --group local');
  expect(failed).toMatchObject({ status: 3, stdout: '' });
  expect(failed.stderr).toMatch(/Waited for ACTIVE, but workspace etl is FAILED/);
});

test('a token that is not accepted is said to be one, with status 5', async () => {
  const emulator = await start();
  const run = linesTo({ url: emulator.url, token: 'wrong' });
  const refused = await run('workspaces list');
  expect(refused).toMatchObject({ status: 5, stdout: '' });
  expect(refused.stderr).toMatch(/status 401.*Check the API key/);
});
