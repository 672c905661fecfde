import { expect, test } from 'vitest';
import { readJobsText } from '../../src/jobs-file/read-jobs-file.ts';
import { surroundingsOfJob } from '../../src/jobs-file/surroundings-of-job.ts';
import type { Authority } from '../../src/jobs/authority.ts';
import { readEnvironment } from '../../src/jobs/environment.ts';
import { surroundingsOf } from '../../src/jobs/surroundings.ts';
import { resolveStageSettings } from '../../src/jobs/ends/stage-settings.ts';

const { file } = readJobsText(
  `
profiles:
  p:
    token_command: [${JSON.stringify(process.execPath)}, -p, '"printed"']
    base_url: https://api.example
    organization: one
    s3: { region: eu-west-1, sign_request: false }
defaults: { profile: p, max_delete: 7 }
jobs:
  local: { from: a, to: stage://g/a }
  bucket: { from: s3://b/x, to: stage://g/b, watch: true, sqs_queue: "https://q.example" }
  embedded: { from: c, to: stage://local/c, max_delete: 10% }
`,
  { place: '/tmp/stagesync.yaml', shown: 'f', environment: {}, home: '/', folder: '/', isNamed: true },
);

function around(name: string, authority: Partial<Authority> = {}) {
  const job = file.jobs.find((each) => each.name === name)!;
  const environment = readEnvironment({ SINGLESTOREDB_MANAGEMENT_TOKEN: 'of-environment' }, '/');
  const base = surroundingsOf({
    environment,
    folder: '/here',
    command: 'test',
    pid: 1,
    authority: { stage: {}, s3: {}, ...authority },
  });
  return surroundingsOfJob(file, job, base);
}

test('a job runs as its profile says, with what its ends have a use for', () => {
  expect(around('local').authority).toMatchObject({
    stage: { baseUrl: 'https://api.example', organization: 'one' },
    s3: {},
  });
  expect(around('local').authority.s3).toEqual({});
  expect(around('bucket').authority.s3).toMatchObject({
    region: 'eu-west-1',
    signRequest: false,
    sqsQueue: 'https://q.example',
  });
  expect(around('embedded').authority.stage).toEqual({});
  expect(around('local').profiles).toEqual({ p: around('local').authority });
});

test('what flags say counts before the profile, value by value; that nothing is said of signing says nothing', () => {
  const { stage, s3 } = around('bucket', {
    stage: { organization: 'two' },
    s3: { signRequest: true, region: 'x' },
  }).authority;
  expect(stage).toMatchObject({ organization: 'two', baseUrl: 'https://api.example' });
  expect(s3).toMatchObject({ region: 'x', signRequest: false });
});

test('guards and the folder of relative names are those of the file', () => {
  expect(around('local').guards.maxDelete).toEqual({ count: 7 });
  expect(around('embedded').guards.maxDelete).toEqual({ percent: 10 });
  expect(around('local').folder).toBe('/tmp');
});

test('a token command counts before the environment, and a token file that a flag names before that', async () => {
  const settings = await resolveStageSettings(around('local'));
  expect(settings.token).toBe('printed');
  await expect(resolveStageSettings(around('local', { stage: { tokenFile: '/no/such' } }))).rejects.toThrow(
    'cannot read --token-file /no/such',
  );
});
