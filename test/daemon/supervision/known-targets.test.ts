import { expect, test } from 'vitest';
import { createJob } from '../../../src/jobs/create-job.ts';
import { fileOf, named, supervised } from '../../support/daemon/supervised.ts';

const ID = '11111111-2222-3333-4444-555555555555';
const going = (name: string, to: string) =>
  named(name, { watch: true, job: createJob({ from: `/data/${name}`, to, name }, '/') });

test('jobs that name one deployment by its name and by its ID do not both run where their folders overlap', async () => {
  const labels = new Map([
    ['stage://prod/in', `stage://${ID}/in/`],
    ['stage://prod/out', `stage://${ID}/out/`],
  ]);
  const jobs = [
    going('by-name', 'stage://prod/in'),
    going('by-id', `stage://${ID}/in/deeper`),
    going('beside', 'stage://prod/out'),
  ];
  const { supervisor, clock, jobOf, passes, last } = supervised(fileOf(...jobs), { labels });
  await clock.pass(0);
  expect(passes.map(({ job }) => job).toSorted()).toEqual(['beside', 'by-name']);
  expect(jobOf('by-id')).toMatchObject({ state: 'halted' });
  expect(jobOf('by-id').reason).toMatch(/the job "by-name" to stage:.*one deployment by two names/);
  // the way out: the other goes elsewhere
  supervisor.follow(fileOf(going('by-name', 'stage://prod/elsewhere'), ...jobs.slice(1)));
  await clock.pass(60_000);
  expect(last('by-id').pass.draining?.aborted).toBe(false);
  expect(jobOf('by-id').state).toBe('listing');
});
