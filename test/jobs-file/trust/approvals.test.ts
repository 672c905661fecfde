import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readExplained } from '../../../src/jobs-file/read-jobs-file.ts';
import { requireTrust, surroundingsOfJob } from '../../../src/jobs-file/surroundings-of-job.ts';
import { approve, takeBack } from '../../../src/jobs-file/trust/approvals.ts';
import { readEnvironment } from '../../../src/jobs/environment.ts';
import { surroundingsOf } from '../../../src/jobs/surroundings.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const FILE = `
profiles:
  p: { token_command: [print-token, "\${ARGUMENT:-usual}"] }
  q: { base_url: "https://elsewhere.example", token_file: t, allow_insecure: true, s3: { endpoint_url: "https://s3.example/x" } }
jobs:
  plain: { from: a, to: stage://g/a }
  program: { from: b, to: stage://g/b, profile: p }
  elsewhere: { from: s3://b/c, to: stage://g/c, profile: q, watch: true, sqs_queue: "https://queue.example/1/q" }
  told: { from: d, to: stage://g/d, notify: [{ webhook: "https://hook.example/secret-path" }, { command: [logger, two words] }] }
`;

async function place(text = FILE) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'stagesync.yaml'), text);
  const environment = (more: Readonly<Record<string, string>> = {}) => ({
    XDG_STATE_HOME: join(folder, 'state'),
    ...more,
  });
  const read = (isNamed = false, more = {}) =>
    readExplained('stagesync.yaml', { folder, home: folder, environment: environment(more), isNamed });
  return { folder, read, stateFolder: join(folder, 'state', 'stagesync') };
}

const usable = ({ file }: ReturnType<typeof readExplained>): string[] =>
  file.jobs.filter((job) => job.untrusted === undefined).map(({ name }) => name);

const EVERY = ['plain', 'program', 'elsewhere', 'told'];

test('in a file that merely lies there, nothing counts that runs programs or sends secrets elsewhere', async () => {
  const { read } = await place();
  const found = read();
  expect(usable(found)).toEqual(['plain']);
  expect(found.file.profiles['p']!.tokenCommand).toBeUndefined();
  expect(found.file.jobs.flatMap(({ notify }) => notify)).toEqual([]);
  expect(found.parts.map(({ where, does }) => `${where} ${does}`)).toEqual([
    'profiles.p.token_command runs print-token usual',
    expect.stringMatching(/^profiles\.q\.token_file sends what .*\/t holds as the API token$/),
    'profiles.q.base_url sends the API token to https://elsewhere.example',
    'profiles.q.allow_insecure lets the API token go in the clear',
    'profiles.q.s3.endpoint_url sends requests that your AWS keys sign to https://s3.example',
    'jobs.elsewhere.sqs_queue sends requests that your AWS keys sign to https://queue.example',
    'notify of told sends reports to https://hook.example',
    'notify of told runs logger "two words"',
  ]);
});

test('a job that needs such a thing is refused before anything runs, and the way out is named', async () => {
  const { read, folder } = await place();
  const { file } = read();
  const environment = readEnvironment({ XDG_STATE_HOME: folder }, folder);
  const around = surroundingsOf({ environment, folder, command: 'test', pid: 1 });
  expect(() => surroundingsOfJob(file, file.jobs[0]!, around)).not.toThrow();
  expect(() => surroundingsOfJob(file, file.jobs[1]!, around)).toThrow(
    /the job program needs what .*stagesync\.yaml may only do once you approve it: profiles\.p\.token_command runs print-token usual\. .*"stagesync trust", or name it with --file/,
  );
  expect(() => requireTrust(file, file.jobs)).toThrow(/the job program needs/);
});

test('all of it counts in a file that is named', async () => {
  const { read } = await place();
  expect(usable(read(true))).toEqual(EVERY);
});

test('an approval holds for the file as it was, in its place, with the values that it had', async () => {
  const { read, stateFolder, folder } = await place();
  approve(stateFolder, read().version, new Date());
  expect(usable(read())).toEqual(EVERY);
  // a variable changes what is run
  expect(usable(read(false, { ARGUMENT: 'other' }))).toEqual(['plain']);
  // another place
  await mkdir(join(folder, 'other'));
  await writeFile(join(folder, 'other', 'stagesync.yaml'), FILE);
  const elsewhere = readExplained('other/stagesync.yaml', {
    folder,
    home: folder,
    environment: { XDG_STATE_HOME: join(folder, 'state') },
    isNamed: false,
  });
  expect(usable(elsewhere)).toEqual(['plain']);
  // one more byte
  await writeFile(join(folder, 'stagesync.yaml'), `${FILE}\n`);
  expect(usable(read())).toEqual(['plain']);
});

test('an approval can be taken back, and one that is damaged is none', async () => {
  const { read, stateFolder, folder } = await place();
  expect(takeBack(stateFolder, join(folder, 'stagesync.yaml'))).toBe(false);
  approve(stateFolder, read().version, new Date());
  expect(takeBack(stateFolder, join(folder, 'stagesync.yaml'))).toBe(true);
  expect(usable(read())).toEqual(['plain']);
  approve(stateFolder, { ...read().version, digest: 'x' }, new Date());
  expect(usable(read())).toEqual(['plain']);
});

test('what is no regular file is not read where it was found by its name', async () => {
  const folder = await temporaryFolder();
  await symlink('/dev/zero', join(folder, 'stagesync.yaml'));
  const read = () =>
    readExplained('stagesync.yaml', { folder, home: folder, environment: {}, isNamed: false });
  expect(read).toThrow('cannot read the jobs file stagesync.yaml: it is a device, not a file');
});
