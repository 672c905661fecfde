import { describe, expect, test } from 'vitest';
import { ENVIRONMENT_ONLY, type Authority } from '../../src/jobs/authority.ts';
import { checkJob } from '../../src/jobs/check-job.ts';
import { createJob, type JobInput } from '../../src/jobs/create-job.ts';
import { readEnvironment } from '../../src/jobs/environment.ts';

const environment = readEnvironment(
  { XDG_STATE_HOME: '/var/state', XDG_DATA_HOME: '/var/files' },
  '/home/me',
);

function check(input: Partial<JobInput>, authority: Partial<Authority> = {}) {
  const job = createJob({ from: '/srv/data', to: 'stage://group/in', ...input }, '/');
  return checkJob(job, { ...ENVIRONMENT_ONLY, ...authority }, environment);
}

test('the ends of a job are read', () => {
  expect(check({})).toEqual({
    from: { kind: 'local', root: '/srv/data' },
    to: { kind: 'stage', deployment: 'group', path: 'in' },
  });
  expect(check({ from: 's3://b/p' }).from).toEqual({ kind: 's3', address: 's3://b/p' });
  expect(check({ from: 'stage://group/in', to: '/srv/data' })).toEqual({
    from: { kind: 'stage', deployment: 'group', path: 'in' },
    to: { kind: 'local', root: '/srv/data' },
  });
});

test.each<[string, string, RegExp]>([
  [
    '/srv/data',
    '/srv/other',
    /^DEST .* is a directory, and the source is one too: one end has to be a Stage/,
  ],
  ['/srv/data', 'stage:/g/data', /one end has to be a Stage, .*, with two slashes after "stage:"/],
  [
    's3://b/p',
    '/srv/other',
    /^DEST .* is a directory, and the source is a bucket: one end has to be a Stage/,
  ],
  [
    'stage://g/a',
    'stage://h/b',
    /^DEST .* is a Stage, and the source is one too: bring it to a directory first/,
  ],
  ['/srv/data', 's3://b/p', /^DEST s3:\/\/b\/p is a bucket, and stagesync only reads buckets/],
])('what is at %s does not go to %s', (from, to, message) => {
  expect(() => check({ from, to })).toThrow(message);
});

describe('a directory as DEST', () => {
  const pull = (to: string, more: Partial<JobInput> = {}, authority: Partial<Authority> = {}) =>
    check({ from: 'stage://local/in', to, ...more }, authority);

  test.each([
    ['/var/state', /DEST \/var\/state holds stagesync's own state/],
    ['/var/state/stagesync/x', /lies among stagesync's own state/],
    ['/var/files', /holds the embedded Stage's own files/],
    ['/var/files/stagesync/stage/local', /lies among the embedded Stage's own files/],
  ])('is not one of our own: %s', (to, message) => {
    expect(() => pull(to)).toThrow(message);
  });

  test('alone has --theirs', () => {
    expect(() => pull('/srv/data', { what: { theirs: true } })).not.toThrow();
    expect(() => check({ what: { theirs: true } })).toThrow(/^--theirs is for a directory as DEST/);
  });

  test('has no use for what is for another end', () => {
    expect(() => pull('/srv/data', { what: { trustLedger: true } })).toThrow(
      /^--trust-ledger is for a Stage as DEST/,
    );
    expect(() => pull('/srv/data', { what: { followSymlinks: true } })).toThrow(/a Stage has no links/);
    expect(() => pull('/srv/data', {}, { s3: { region: 'x' } })).toThrow(/SOURCE is a Stage/);
    expect(() => pull('/srv/data', {}, { stage: { baseUrl: 'https://x' } })).toThrow(/is the embedded Stage/);
  });
});

describe('values that a program gives', () => {
  test.each<[unknown, string]>([
    [{ pace: { concurrency: 0 } }, 'pace.concurrency has to be a whole number of 1 or more'],
    [{ pace: { concurrency: Number.NaN } }, 'pace.concurrency has to be'],
    [{ pace: { concurrency: '3' } }, 'pace.concurrency has to be'],
    [{ pace: { maxWait: -1 } }, 'pace.maxWait has to be a whole number of milliseconds'],
    [{ pace: { maxRequestsPerSecond: 0 } }, 'pace.maxRequestsPerSecond has to be a number greater than 0'],
    [{ pace: { bytesPerSecond: '1M' } }, 'pace.bytesPerSecond has to be'],
    [{ when: { poll: 0 } }, 'when.poll has to be'],
    [{ what: { removal: 'all' } }, 'what.removal has to be one of none, ours, everything'],
    [{ what: { atomic: 'no' } }, 'what.atomic has to be true or false'],
    [{ what: { delete: true } }, 'what has no setting "delete"'],
    [{ what: JSON.parse('{ "__proto__": {} }') }, 'what has no setting "__proto__"'],
  ])('are refused where no setting has such: %j', (input, message) => {
    expect(() => check(input as Partial<JobInput>)).toThrow(`the job cannot be run: ${message}`);
  });
});

describe('settings that ask for others', () => {
  test.each<[Partial<JobInput>, RegExp]>([
    [{ what: { publishSet: true } }, /^--publish-set needs --atomic/],
    [{ what: { deleteExcluded: true } }, /^--delete-excluded needs --delete or --mirror/],
    [{ what: { marker: 'x' } }, /^--marker needs --publish-set/],
    [{ what: { marker: 'a/x', atomic: true, publishSet: true } }, /^--marker a\/x names a folder/],
    [{ pace: { pageSize: 100 } }, /^--page-size is for an s3:\/\/ source; SOURCE is a directory/],
    [{ what: { archived: 'ignore' } }, /^--ignore-glacier-warnings is for an s3:\/\/ source/],
    [{ what: { archived: 'transfer' } }, /^--force-glacier-transfer is for an s3:\/\/ source/],
    [{ from: 's3://b', pace: { pageSize: 1001 } }, /^--page-size 1001 is too much: S3 gives at most 1000/],
    [{ to: 'stage://g/.stagesync-x' }, /^DEST .stagesync-x has a name that begins/],
  ])('are refused alone: %j', (input, message) => {
    expect(() => check(input)).toThrow(message);
  });

  test('are taken with what they ask for', () => {
    const what = { atomic: true, publishSet: true, marker: 'x', deleteExcluded: true } as const;
    expect(() => check({ what: { ...what, removal: 'ours' } })).not.toThrow();
    expect(() => check({ what: { ...what, removal: 'everything' } })).not.toThrow();
  });
});

describe('what is said of another kind of end', () => {
  test.each<[Authority['s3'], string]>([
    [{ profile: 'p' }, '--profile'],
    [{ region: 'r' }, '--region'],
    [{ endpointUrl: 'https://s3.test' }, '--endpoint-url'],
    [{ pathStyle: true }, '--path-style'],
    [{ signRequest: false }, '--no-sign-request'],
    [{ requestPayer: 'requester' }, '--request-payer'],
    [{ sqsQueue: 'https://sqs.test/1/q' }, '--sqs-queue'],
  ])('%j does not fit a directory', (s3, flag) => {
    expect(() => check({}, { s3 })).toThrow(`${flag} is for an s3:// source; SOURCE is a directory`);
    expect(() => check({ from: 's3://b/p' }, { s3 })).not.toThrow();
  });

  test('links are not followed in a bucket', () => {
    expect(() => check({ from: 's3://b/p', what: { followSymlinks: true } })).toThrow(
      /a bucket has no links/,
    );
    expect(() => check({ what: { followSymlinks: true } })).not.toThrow();
  });

  test.each<[Authority['stage'], string]>([
    [{ baseUrl: 'https://api.test' }, '--base-url'],
    [{ tokenFile: 'token' }, '--token-file'],
    [{ organization: 'o' }, '--organization'],
    [{ apiVersion: 'v2' }, '--api-version'],
  ])('%j does not fit the embedded Stage', (stage, flag) => {
    expect(() => check({ to: 'stage://local/in' }, { stage })).toThrow(flag);
    expect(() => check({}, { stage })).not.toThrow();
  });
});

test.each([
  ['stage://local/in', '/var', /holds the embedded Stage's own files \(\/var\/files\/stagesync\/stage\)/],
  ['stage://local/in', '/var/files/stagesync/stage/x', /lies among the embedded Stage's own files/],
  ['stage://group/in', '/var/state', /holds stagesync's own state/],
])('for %s the source %s would swallow what is written', (to, from, message) => {
  expect(() => check({ from, to })).toThrow(message);
});

test('what lies beside the folders of stagesync is a source', () => {
  expect(() => check({ from: '/var/files' })).not.toThrow();
  expect(() => check({ from: '/var/files2', to: 'stage://local/in' })).not.toThrow();
});
