import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { newJobsFile, type NewJob } from '../../src/jobs-file/new-file.ts';
import { readJobsText } from '../../src/jobs-file/read-jobs-file.ts';

const readNew = (job: NewJob) =>
  readJobsText(newJobsFile(job, '1.2.3'), {
    place: '/pipes/stagesync.yaml',
    shown: 'f',
    environment: {},
    home: '/home/u',
    folder: '/',
    isNamed: true,
  }).file;

const JOB: NewJob = {
  name: 'orders',
  from: 'data',
  to: 'stage://g/in',
  removes: false,
  when: { kind: 'asked' },
};

test.each<[Partial<NewJob>, object]>([
  [{}, { watch: false, schedule: undefined, job: { from: '/pipes/data', what: { removal: 'none' } } }],
  [
    { removes: true, when: { kind: 'watch' } },
    { watch: true, job: { what: { removal: 'ours' } } },
  ],
  [
    { when: { kind: 'schedule', cron: '0 12 * * MON', timeZone: 'Asia/Tokyo' } },
    { schedule: { cron: '0 12 * * MON', timeZone: 'Asia/Tokyo' } },
  ],
  [{ tokenFile: '~/token' }, { job: { profile: 'main' } }],
])('a new file says what was answered: %j', (answers, expected) => {
  expect(readNew({ ...JOB, ...answers }).jobs).toMatchObject([{ name: 'orders', ...expected }]);
});

test('its first line names the schema of this version', () => {
  expect(newJobsFile(JOB, '1.2.3').split('\n')[0]).toBe(
    '# yaml-language-server: $schema=https://unpkg.com/stagesync@1.2.3/schema/jobs.json',
  );
});

test('whatever the name of a directory is, the file has it as it is', () => {
  const names = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 30 })
    .filter(
      (name) =>
        /^[^/~\0]+$/.test(name) &&
        name.isWellFormed() &&
        name !== '.' &&
        name !== '..' &&
        !/@|eyJ/.test(name),
    );
  fc.assert(
    fc.property(
      fc.oneof(
        names,
        fc.constantFrom('- x', '#a', '${HOME}', '*a', '&a', 'yes', '1', "it's", 'a: b', '"', '| x'),
      ),
      (name) => {
        expect(readNew({ ...JOB, from: `/in/${name}`, tokenFile: `/t/${name}` }).jobs[0]!.job.from).toBe(
          `/in/${name}`,
        );
      },
    ),
    { numRuns: 60 },
  );
});
