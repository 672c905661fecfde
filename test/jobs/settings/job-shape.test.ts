import { format, resolveConfig } from 'prettier';
import { describe, expect, test } from 'vitest';
import { createJob } from '../../../src/jobs/create-job.ts';
import { jobSchema, readJob } from '../../../src/jobs/settings/job-shape.ts';
import { jobsFileSchema } from '../../../src/jobs-file/shape/file-schema.ts';
import { PASS_DEFAULTS } from '../../../src/sync/pass-defaults.ts';
import { jobReference } from '../../support/jobs/job-reference.ts';

const ENDS = { from: '/data', to: 'stage://local/in' };

describe('a job in JSON', () => {
  test('needs its ends only; all else has the defaults of the flags', () => {
    expect(readJob(ENDS)).toEqual(createJob(ENDS, '/'));
    const { what, pace } = readJob(ENDS);
    expect(what).toMatchObject({
      removal: PASS_DEFAULTS.removal,
      compare: PASS_DEFAULTS.compare,
      moves: PASS_DEFAULTS.moves,
    });
    expect(pace).toEqual({ concurrency: PASS_DEFAULTS.concurrency, maxWait: PASS_DEFAULTS.maxWaitMs });
  });

  test('takes durations and rates as numbers or as the text of the flags', () => {
    const job = readJob({
      ...ENDS,
      what: { sweepOlderThan: '1d' },
      pace: { bytesPerSecond: '10M', maxWait: 5000 },
      when: { settle: '500ms', poll: '1.5h' },
    });
    expect(job).toMatchObject({
      what: { sweepOlderThan: 86_400_000 },
      pace: { bytesPerSecond: 10_485_760, maxWait: 5000 },
      when: { settle: 500, fullEvery: 3_600_000, poll: 5_400_000 },
    });
  });

  test('read again is the same job', () => {
    const job = readJob({
      ...ENDS,
      name: 'n',
      profile: 'p',
      what: {
        marker: 'done',
        atomic: true,
        publishSet: true,
        filters: [{ kind: 'include', pattern: '*.csv' }],
      },
      pace: { bytesPerSecond: '1K' },
      when: { poll: '1m' },
    });
    expect(readJob(JSON.parse(JSON.stringify(job)))).toEqual(job);
  });

  test.each<[unknown, RegExp]>([
    ['text', /it: /],
    [{ from: '/data' }, /to: /],
    [{ ...ENDS, from: 'data' }, /from: is no absolute path/],
    [{ ...ENDS, to: '/data' }, /to: is a directory, and the source is one too/],
    [{ ...ENDS, token: 'x' }, /it: .*"token"/],
    [{ ...ENDS, baseUrl: 'x' }, /it: .*"baseUrl"/],
    [{ ...ENDS, what: { force: true } }, /what: .*"force"/],
    [{ ...ENDS, what: { delete: true } }, /what: .*"delete"/],
    [{ ...ENDS, what: { atomic: 'yes' } }, /what\.atomic: /],
    [{ ...ENDS, what: { publishSet: true } }, /what\.publishSet: needs atomic/],
    [{ ...ENDS, what: { deleteExcluded: true } }, /what\.deleteExcluded: needs removal/],
    [
      { ...ENDS, what: { filters: [{ kind: 'exclude', pattern: '!a' }] } },
      /what\.filters\.0: the pattern begins/,
    ],
    [{ ...ENDS, pace: { maxWait: '1 hour' } }, /pace\.maxWait: Give a duration with its unit/],
    [{ ...ENDS, pace: { maxWait: 0 } }, /pace\.maxWait: /],
    [{ ...ENDS, pace: { bytesPerSecond: 'fast' } }, /pace\.bytesPerSecond: Give bytes a second/],
    [{ ...ENDS, pace: { maxWait: '0s' } }, /pace\.maxWait: Give a duration with its unit/],
    [{ ...ENDS, pace: { maxWait: `${'9'.repeat(20)}d` } }, /pace\.maxWait: Give a duration with its unit/],
    [{ ...ENDS, pace: { bytesPerSecond: '0.5' } }, /pace\.bytesPerSecond: Give bytes a second/],
    [{ ...ENDS, when: { fullEvery: '0.4ms' } }, /when\.fullEvery: Give a duration with its unit/],
    [{ ...ENDS, pace: { concurrency: 1.5 } }, /pace\.concurrency: /],
    [{ ...ENDS, when: { settle: -1 } }, /when\.settle: /],
  ])('is refused, naming what is wrong: %j', (value, message) => {
    expect(() => readJob(value)).toThrow(message);
    expect(() => readJob(value)).toThrow(/^the job cannot be run: /);
  });
});

/** The text as the formatter of the repository leaves it. */
async function formatted(text: string, file: URL): Promise<string> {
  return format(text, { ...(await resolveConfig(file)), filepath: file.pathname });
}

// Both files are made of the tables of settings: "npx vitest run test/jobs/settings -u" writes them.
test.each([
  ['schema/job.json', () => JSON.stringify(jobSchema())],
  ['schema/jobs.json', () => JSON.stringify(jobsFileSchema())],
  ['docs/job.md', jobReference],
])('%s is what the code gives', async (name, text) => {
  const file = new URL(`../../../${name}`, import.meta.url);
  await expect(await formatted(text(), file)).toMatchFileSnapshot(file.pathname);
});
