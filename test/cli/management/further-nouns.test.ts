import { expect, test } from 'vitest';
import { useEmulators } from '../../support/cli/emulators.ts';
import { linesTo } from '../../support/cli/management-line.ts';

const start = useEmulators();

async function plane() {
  const emulator = await start();
  emulator.clock.set({ rate: 1000 });
  return { emulator, run: linesTo(emulator) };
}

test('a secret is set, set again and deleted, and its value is shown only to who asks for it', async () => {
  const { run } = await plane();
  const set = (value: string, more = '') =>
    run(`secrets set API_KEY --value-file - ${more}`.trim(), { input: `${value}\n` });
  const said = [await set('hush-1', '--dry-run'), await set('hush-1'), await set('hush-2')];
  expect(said.map(({ status }) => status)).toEqual([0, 0, 0]);
  expect(said[0]?.stdout).toMatch(/^POST \/v1\/secrets\n[^]*"value": "\*\*\*"/);
  said.push(await run('secrets list'), await run('secrets get API_KEY --json'));
  for (const { stdout, stderr } of said) expect(stdout + stderr).not.toContain('hush');
  expect((await run('secrets list --json')).rows).toMatchObject([{ name: 'API_KEY' }]);
  expect((await run('secrets get API_KEY --value')).stdout).toBe('hush-2\n');
  expect(await run('secrets delete API_KEY')).toMatchObject({ status: 4 });
  expect(await run('secrets delete API_KEY --yes')).toMatchObject({
    status: 0,
    stdout: 'secret API_KEY is deleted\n',
  });
  expect(await run('secrets delete API_KEY --yes --if-exists')).toMatchObject({ status: 0 });
  expect(await run('secrets delete API_KEY --yes')).toMatchObject({ status: 2 });
});

test('a starter workspace is made once, has users, and is ended when confirmed', async () => {
  const { run } = await plane();
  const made = await run('starters create free --database db');
  expect(made).toMatchObject({ status: 0, stdout: expect.stringMatching(/^name +free\ndatabase +db\n/) });
  expect(await run('starters create free --database db --if-not-exists')).toMatchObject({ status: 0 });
  expect((await run('starters list --json')).rows).toHaveLength(1);
  const user = await run('starters create-user free bob --json');
  expect(user.rows).toMatchObject([{ password: expect.any(String) as unknown }, { userName: 'bob' }]);
  const id = String(user.rows[1]?.['userID']);
  const given = await run(`starters set-password free ${id} --password-file -`, {
    input: 'Horse-7-Battery!x',
  });
  expect(given).toMatchObject({ status: 0 });
  expect(given.stdout + given.stderr).not.toContain('Horse');
  expect(await run(`starters delete-user free ${id}`)).toMatchObject({ status: 0 });
  expect(await run('starters terminate free', { typed: 'free\n' })).toMatchObject({ status: 0 });
  expect((await run('starters list --json')).rows).toEqual([]);
});

test('a cluster goes the way of a workspace', async () => {
  const { run } = await plane();
  const made = await run(
    'clusters create etl --provider AWS --region us-east-1 --size S-1 --firewall 192.0.2.7',
  );
  expect(made.stdout).toMatch(/^password {2}\S+\nname +etl\nstate +ACTIVE\nsize +S-1\n/);
  expect(made.stdout).toMatch(/^may connect +192\.0\.2\.7\/32$/m);
  const resized = await run('clusters update etl --size S-2');
  expect(resized).toMatchObject({ status: 0, stderr: expect.stringMatching(/^size +S-1 -> S-2\n/) });
  expect(await run('clusters suspend etl')).toMatchObject({ stdout: 'cluster etl is SUSPENDED\n' });
  expect(await run('clusters resume etl')).toMatchObject({ stdout: 'cluster etl is ACTIVE\n' });
  expect(await run('clusters wait etl --for active')).toMatchObject({ status: 0 });
  expect(await run('clusters terminate etl')).toMatchObject({ status: 4, stdout: '' });
  expect(await run('clusters terminate etl --yes')).toMatchObject({ stdout: 'cluster etl is TERMINATED\n' });
  expect((await run('clusters list --json --fields name')).rows).toEqual([{ name: 'local' }]);
  expect((await run('ls --api-version v2')).stdout).toMatch(/^local +cluster /m);
});

test('what something would cost is asked before it is made, and makes nothing', async () => {
  const { run } = await plane();
  const asked = await run('billing simulate --size S-2 --size s-1 --for 10d --credit-price 2');
  expect(asked.stdout).toMatch(/^For 10d of running:\n\nSIZE .*CREDITS\nS-2 +1 +480\nS-1 +1 +240\n/);
  expect(asked.stdout).toMatch(/\ntotal {2}720 credits\nEstimate: 1,440, /);
  expect((await run('workspaces list --json')).rows).toHaveLength(1);
});
