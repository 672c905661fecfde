import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { useEmulators } from '../../support/cli/emulators.ts';
import { linesTo, type LineResult } from '../../support/cli/management-line.ts';

const start = useEmulators();
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function plane() {
  const bodies: string[] = [];
  const emulator = await start();
  emulator.clock.set({ rate: 1000 });
  const cwd = await mkdtemp(join(tmpdir(), 'stagesync-password-'));
  folders.push(cwd);
  return { emulator, bodies, cwd, run: linesTo(emulator) };
}

const CREATE = 'groups create prod --region us-east-1 --firewall 192.0.2.0/24';
const GIVEN = 'Correct-Horse-7-Battery';
const saidIn = ({ stdout, stderr }: LineResult): string => stdout + stderr;

test('a password that the service made is printed once, and never again', async () => {
  const { run } = await plane();
  const made = await run(CREATE);
  expect(made.status).toBe(0);
  const passwords = [...made.stdout.matchAll(/^password {2}(\S+)$/gm)].map(([, password]) => password!);
  expect(passwords).toHaveLength(1);
  expect(saidIn(made).split(passwords[0]!)).toHaveLength(2);
  for (const line of ['groups get prod --json', 'groups list --json', 'workspaces list --json'])
    expect(saidIn(await run(line))).not.toContain(passwords[0]);
});

test('with --json it is an object of its own, before anything is waited for', async () => {
  const { run } = await plane();
  const made = await run(`${CREATE} --json`);
  const password = expect.stringMatching(/^\S{8,}$/) as unknown;
  expect(made.rows).toMatchObject([
    { workspaceGroupID: made.rows[1]?.['workspaceGroupID'], adminPassword: password },
    { name: 'prod', state: 'ACTIVE' },
  ]);
  expect(made.stdout.match(/assword/g)).toHaveLength(1);
  const begun = await run(`${CREATE.replace('prod', 'other')} --json --no-wait`);
  expect(begun.rows).toMatchObject([{ adminPassword: password }, {}]);
  expect(begun.stdout.match(/assword/g)).toHaveLength(1);
});

test('a password is not lost where the waiting is stopped', async () => {
  const { emulator, run } = await plane();
  emulator.clock.set({ rate: 0 });
  const stopped = await run(CREATE, { stopAt: /PENDING/ });
  expect(stopped.status).toBe(130);
  expect(stopped.stdout).toMatch(/^password {2}\S{8,}\n$/);
});

test('--password-out writes it into a new file for the owner alone, and shows it nowhere', async () => {
  const { run, cwd } = await plane();
  const made = await run(`${CREATE} --password-out secret.txt`, { cwd });
  expect(made.status).toBe(0);
  const file = join(cwd, 'secret.txt');
  const password = (await readFile(file, 'utf8')).trim();
  expect(password).toMatch(/^\S{8,}$/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(saidIn(made)).not.toContain(password);
  // a second password never replaces the first: the file is there already, so nothing is created
  const again = await run(`${CREATE.replace('prod', 'other')} --password-out secret.txt`, { cwd });
  expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('cannot make --password-out') });
  expect((await run('groups list --json')).rows).toHaveLength(2);
  expect((await readFile(file, 'utf8')).trim()).toBe(password);
});

test('where nothing was created, --password-out leaves no file', async () => {
  const { run, cwd, emulator } = await plane();
  emulator.behaviour.set({ outOfCredits: true });
  expect(await run(`${CREATE} --password-out secret.txt`, { cwd })).toMatchObject({ status: 5 });
  await expect(stat(join(cwd, 'secret.txt'))).rejects.toThrow('ENOENT');
});

test.each([
  ['a file', '--password-file given.txt', {}],
  ['stdin', '--password-file -', { input: `${GIVEN}\n` }],
  ['a terminal', '--password-file -', { typed: `${GIVEN}\n` }],
])('a given password comes from %s and is shown nowhere', async (_, flags, options) => {
  const { run, cwd, emulator } = await plane();
  await writeFile(join(cwd, 'given.txt'), `${GIVEN}\n`);
  const dry = await run(`${CREATE} ${flags} --dry-run`, { ...options, cwd });
  expect(dry.status).toBe(0);
  expect(dry.stdout).toContain('"adminPassword": "***"');
  expect(saidIn(dry)).not.toContain(GIVEN);
  const made = await run(`${CREATE} ${flags}`, { ...options, cwd });
  expect(made.status).toBe(0);
  expect(saidIn(made)).not.toContain(GIVEN);
  expect(made.stdout).not.toMatch(/^password/m);
  // it did arrive: the service gave back none of its own
  emulator.behaviour.set({ outOfCredits: true });
  expect(saidIn(await run(`groups update prod ${flags}`, { ...options, cwd }))).not.toContain(GIVEN);
});

test('no flag takes a password itself', async () => {
  const { run } = await plane();
  for (const noun of ['groups create', 'groups update', 'workspaces create'])
    expect((await run(`${noun} --help`)).stdout).not.toMatch(/--(?:admin-)?password[ =]</);
});

test('a password that was lost with its reply is told to be lost, and how to set another', async () => {
  const { run, emulator, cwd } = await plane();
  emulator.faults.set({
    rules: [{ fault: 'lost_reply', kind: { area: 'groups', operation: 'create' }, nth: 1 }],
  });
  const made = await run(`${CREATE} --password-out lost.txt`, { cwd });
  expect(made.status).toBe(0);
  expect(made.stderr).toMatch(
    /the password that was made for workspace group prod is not known: .* stagesync groups update [\da-f-]{36} --password-file -\n/,
  );
  await expect(stat(join(cwd, 'lost.txt'))).rejects.toThrow('ENOENT');
});

test('so it is with the password of a cluster, which the service always makes', async () => {
  const { run, emulator } = await plane();
  emulator.faults.set({
    rules: [{ fault: 'lost_reply', kind: { area: 'clusters', operation: 'create' }, nth: 1 }],
  });
  const made = await run('clusters create etl --provider AWS --region us-east-1');
  expect(made).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/password that was made for cluster etl is not known: .* api PATCH /),
  });
});
