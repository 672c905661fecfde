import { useState } from 'preact/hooks';
import type { DaemonView, JobView } from '../../../../src/daemon/view/daemon-view.ts';
import { counted } from '../../../../src/cli/output/quantities.ts';
import { daemon } from '../../live/connection.ts';
import { useStore } from '../../live/store.ts';
import { Name } from '../../parts/name.tsx';
import { JobRow } from './job-row.tsx';
import { Machines } from './machines.tsx';

/** From so many on, a field finds some of them. */
const MANY = 8;

export function JobsPage() {
  const view = useStore(daemon);
  const [wanted, setWanted] = useState('');
  if (view === undefined) return null;
  if (view.jobs.length === 0) return <NoJobs view={view} />;
  const shown = view.jobs.filter((job) => matches(job, wanted));
  return (
    <>
      <div class="heading">
        <h1>Jobs</h1>
        <Counts jobs={view.jobs} />
        {(view.jobs.length >= MANY || wanted !== '') && (
          <label class="find">
            <span class="hidden">Find jobs</span>
            <input
              type="search"
              placeholder="Find jobs"
              value={wanted}
              onInput={(event) => setWanted(event.currentTarget.value)}
            />
          </label>
        )}
      </div>
      <Machines view={view} />
      <table class="jobs">
        <caption class="hidden">The jobs of this daemon</caption>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">State</th>
            <th scope="col">Oldest change</th>
            <th scope="col">Next run</th>
            <th scope="col">Last run</th>
            <th scope="col">
              <span class="hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((job) => (
            <JobRow key={job.name} job={job} />
          ))}
        </tbody>
      </table>
      {shown.length === 0 && <p class="quiet">No job has this in its name or its ends.</p>}
      <p class="quiet foot">
        Jobs of <Name text={view.file} />
      </p>
    </>
  );
}

function NoJobs({ view }: { readonly view: DaemonView }) {
  return (
    <div class="empty">
      <h1>No jobs yet</h1>
      <p>
        Write one into <Name text={view.file} />; it runs as soon as the file is saved.
      </p>
      <pre>{`jobs:
  sales:
    from: /data/sales
    to: stage://my-group/sales/
    watch: true`}</pre>
    </div>
  );
}

function Counts({ jobs }: { readonly jobs: readonly JobView[] }) {
  const running = jobs.filter(({ current }) => current !== undefined).length;
  const troubled = jobs.filter(({ state }) => state === 'halted' || state === 'backing_off').length;
  return (
    <p class="quiet">
      {counted(jobs.length, 'job')}
      {running > 0 && `, ${running} running`}
      {troubled > 0 && ', '}
      {troubled > 0 && <strong class="bad-text">{`${troubled} in trouble`}</strong>}
    </p>
  );
}

function matches({ name, from, to }: JobView, wanted: string): boolean {
  const text = wanted.trim().toLowerCase();
  return text === '' || [name, from, to].some((each) => each.toLowerCase().includes(text));
}
