import type { JobView } from '../../../../src/daemon/view/daemon-view.ts';
import { useNow } from '../../live/clock.ts';
import { daemon } from '../../live/connection.ts';
import { useStore } from '../../live/store.ts';
import { ExplainPath } from '../../parts/explain-path.tsx';
import { Fact, Facts } from '../../parts/facts.tsx';
import { JobButtons } from '../../parts/job-buttons.tsx';
import { Mark } from '../../parts/mark.tsx';
import { Name } from '../../parts/name.tsx';
import { hashOf } from '../../text/routes.ts';
import { ago, ahead, clockTime, span } from '../../text/times.ts';
import { isInStep, nextText, paceText, rhythmText, stateWord } from '../../text/words.ts';
import { RunNow } from './current-run.tsx';
import { JobRates } from './rates.tsx';
import { JobRuns } from './runs.tsx';

export function JobPage({ name }: { readonly name: string }) {
  const view = useStore(daemon);
  const job = view?.jobs.find((each) => each.name === name);
  if (job === undefined)
    return (
      <div class="empty">
        <h1>No such job</h1>
        <p>
          <Name text={name} /> is not in the jobs file, or not any more.
        </p>
        <p>
          <a href="#/">All jobs</a>
        </p>
      </div>
    );
  return (
    <>
      <div class="heading">
        <h1>
          <Name text={job.name} />
        </h1>
        <Mark {...stateWord(job.state)} />
        <JobButtons job={job} />
      </div>
      {job.reason !== undefined && (
        <p class={`reason ${stateWord(job.state).tone}`}>
          <Name text={job.reason} class="message" />
        </p>
      )}
      <JobFacts job={job} />
      {job.current !== undefined && <RunNow job={job} current={job.current} />}
      <section aria-labelledby="rates">
        <h2 id="rates">Throughput and requests</h2>
        <JobRates job={job.name} />
        {job.pace !== undefined && <p class="quiet">Pace: {paceText(job.pace)}.</p>}
      </section>
      <JobRuns job={job.name} latest={job.lastRun?.id} />
      <section aria-labelledby="explain">
        <h2 id="explain">Explain a path</h2>
        <ExplainPath job={job.name} />
      </section>
    </>
  );
}

function JobFacts({ job }: { readonly job: JobView }) {
  const now = useNow();
  const success = job.lastSuccessMs;
  return (
    <Facts>
      <Fact name="From" wide>
        <Name text={job.from} />
      </Fact>
      <Fact name="To" wide>
        {job.to.startsWith('stage://') ? (
          <a href={hashOf({ view: 'stage', address: job.to })} title="Look into this folder">
            <Name text={job.to} />
          </a>
        ) : (
          <Name text={job.to} />
        )}
      </Fact>
      <Fact name="Runs">{rhythmText(job)}</Fact>
      <Fact name="Next run">
        {job.nextRunMs === undefined ? (
          nextText(job)
        ) : (
          <span title={clockTime(job.nextRunMs)}>{ahead(job.nextRunMs, now)}</span>
        )}
      </Fact>
      <Fact name="Oldest change">
        {job.oldestChangeMs !== undefined
          ? `${span(now - job.oldestChangeMs)} old`
          : isInStep(job)
            ? 'none: in step'
            : 'not known'}
        {job.waiting > 0 && `, ${job.waiting} ${job.waiting === 1 ? 'folder waits' : 'folders wait'}`}
      </Fact>
      <Fact name="Last success">
        {success === undefined ? 'never' : <span title={clockTime(success)}>{ago(success, now)}</span>}
      </Fact>
    </Facts>
  );
}
