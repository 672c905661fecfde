import { describe, expect, test } from 'vitest';
import { ENVIRONMENT_ONLY } from '../../../src/jobs/authority.ts';
import { checkJob } from '../../../src/jobs/check-job.ts';
import { createJob, type JobInput } from '../../../src/jobs/create-job.ts';
import { readEnvironment } from '../../../src/jobs/environment.ts';
import { isQueued } from '../../../src/jobs/queue/open-transfers.ts';

const environment = readEnvironment(
  { XDG_STATE_HOME: '/var/state', XDG_DATA_HOME: '/var/files' },
  '/home/me',
);

function queuedBy(from: string, input: Partial<JobInput>): boolean {
  const job = createJob({ from: '/srv/data', to: 'stage://group/in', ...input }, '/');
  const ends = checkJob(job, ENVIRONMENT_ONLY, environment);
  return isQueued({ job, ends }, { url: 'redis://h', from, isPublic: true });
}

const NOT_BY_WORKERS: readonly (readonly [string, Partial<JobInput>, RegExp])[] = [
  ['a directory as DEST', { from: 'stage://group/in', to: '/srv/data' }, /workers send to a Stage/],
  ['the embedded Stage', { to: 'stage://local/in' }, /workers cannot reach the Stage/],
];

describe('what workers cannot send', () => {
  test.each(NOT_BY_WORKERS)('is refused where --queue asks for it: %s', (_, input, why) => {
    expect(() => queuedBy('--queue', input)).toThrow(why);
  });

  test.each(NOT_BY_WORKERS)('is sent by the sync itself where a variable names the queue: %s', (_, input) => {
    expect(queuedBy('STAGESYNC_QUEUE_URL', input)).toBe(false);
  });
});

test('directories and buckets go to a Stage by workers', () => {
  expect([queuedBy('--queue', {}), queuedBy('STAGESYNC_QUEUE_URL', { from: 's3://b/p' })]).toEqual([
    true,
    true,
  ]);
});
