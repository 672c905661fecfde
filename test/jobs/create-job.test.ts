import { expect, test } from 'vitest';
import type { Address } from '../../src/jobs/addresses.ts';
import { createJob } from '../../src/jobs/create-job.ts';

test('what is not given has its default, also what is there but undefined', () => {
  const job = createJob(
    { from: 'data', to: 'stage:///in', what: { compare: 'content', removal: undefined! } },
    '/here',
  );
  expect(job).toEqual({
    from: '/here/data',
    to: 'stage:///in',
    what: {
      trustLedger: false,
      removal: 'none',
      deleteExcluded: false,
      compare: 'content',
      overwrite: true,
      theirs: false,
      moves: true,
      failFast: false,
      filters: [],
      followSymlinks: false,
      archived: 'report',
      atomic: false,
      publishSet: false,
    },
    pace: { concurrency: 'auto', maxWait: 3_600_000 },
  });
});

test.each<[string | Address, string]>([
  ['data', '/here/data'],
  ['../data', '/data'],
  ['/abs/', '/abs'],
  ['a:/b', '/here/a:/b'],
  ['s3://b/p', 's3://b/p'],
  ['gs://b/p', 'gs://b/p'],
  ['', ''],
  [{ kind: 'local', path: 'data' }, '/here/data'],
  [{ kind: 'local', path: '' }, ''],
  [{ kind: 'local', path: 's3://b/p' }, '/here/s3:/b/p'],
  [{ kind: 's3', bucket: 'b' }, 's3://b/'],
  [{ kind: 's3', bucket: 'b', prefix: 'p/' }, 's3://b/p/'],
])('the source %j is %s', (from, text) => {
  expect(createJob({ from, to: 'stage:///in' }, '/here').from).toBe(text);
});

test.each<[string | Address, string]>([
  ['stage://g/in', 'stage://g/in'],
  ['in', '/here/in'],
  [{ kind: 'local', path: 'in' }, '/here/in'],
  [{ kind: 'stage', deployment: 'g', path: 'in/a b' }, 'stage://g/in/a b'],
  [{ kind: 'stage', path: 'in' }, 'stage:///in'],
  [{ kind: 'stage', deployment: 'local' }, 'stage://local/'],
])('the destination %j is %s', (to, text) => {
  expect(createJob({ from: 'data', to }, '/here').to).toBe(text);
});

test('a watch has its own settings, a job its name and its profile', () => {
  expect(
    createJob({ from: 'data', to: 'stage:///in', name: 'n', profile: 'p', when: { poll: 5 } }, '/here'),
  ).toMatchObject({ name: 'n', profile: 'p', when: { settle: 1000, fullEvery: 3_600_000, poll: 5 } });
});
