import type { FailureGroup, RunSummary } from '../../../../src/daemon/view/daemon-view.ts';
import { loadReportText } from '../../../../src/cli/output/load/load-text.ts';
import { bytes, count, counted } from '../../../../src/cli/output/quantities.ts';
import { askJson, jobPath } from '../../live/api.ts';
import { useLoaded } from '../../live/loaded.ts';
import { ExplainButton } from '../../parts/explain-path.tsx';
import { Fact, Facts } from '../../parts/facts.tsx';
import { Mark } from '../../parts/mark.tsx';
import { Name } from '../../parts/name.tsx';
import { hashOf } from '../../text/routes.ts';
import { clockTime, span } from '../../text/times.ts';
import { causeText, endWord, paceText } from '../../text/words.ts';
import { RunActions } from './actions.tsx';

/** One run that is over. */
export function RunPage({ job, id }: { readonly job: string; readonly id: string }) {
  const { value: run, problem } = useLoaded(`${job} ${id}`, () =>
    askJson<RunSummary>(jobPath(job, `/runs/${encodeURIComponent(id)}`)),
  );
  return (
    <>
      <p class="way">
        <a href={hashOf({ view: 'job', job })}>
          <Name text={job} />
        </a>
      </p>
      {run === undefined ? (
        <p class="quiet" role="status">
          <Name text={problem ?? 'Loading.'} class="message" />
        </p>
      ) : (
        <RunShown job={job} run={run} />
      )}
    </>
  );
}

function RunShown({ job, run }: { readonly job: string; readonly run: RunSummary }) {
  return (
    <>
      <div class="heading">
        <h1>Run of {clockTime(run.startedMs)}</h1>
        <Mark {...endWord(run)} />
      </div>
      {run.didNotEnd === true && (
        <p class="reason warn">
          It was killed, or the machine stopped: when it ended and what it did is not known. The next run
          settled it.
        </p>
      )}
      {run.folded !== undefined && (
        <p class="quiet">
          {counted(run.folded.passes, 'look')} before it, since {clockTime(run.folded.sinceMs)},{' '}
          {run.outcome === 'clean' ? 'had nothing to do either' : 'ended in the same way'}.
        </p>
      )}
      {run.error !== undefined && (
        <p class="reason bad">
          <Name text={run.error.message} class="message" /> <code>{run.error.code}</code>
        </p>
      )}
      <RunFacts run={run} />
      {run.failures.length > 0 && <Causes title="Failures by cause" job={job} groups={run.failures} />}
      {(run.warnings ?? []).length > 0 && (
        <Causes title="Left out with a warning, by cause" job={job} groups={run.warnings ?? []} />
      )}
      <RunActions
        job={job}
        run={run.id}
        hasFailures={run.failures.length > 0}
        cut={run.actionsCut ?? 0}
        none={noActionsText(run)}
      />
    </>
  );
}

/** Why a run has no actions. */
function noActionsText({ outcome, didNotEnd }: RunSummary): string {
  if (didNotEnd === true) return 'What it did is not known.';
  return outcome === 'clean' ? 'It did nothing: both ends were equal.' : 'It changed nothing.';
}

function RunFacts({ run }: { readonly run: RunSummary }) {
  return (
    <Facts>
      <Fact name="Cause">{causeText(run.cause)}</Fact>
      {run.didNotEnd !== true && <EndFacts run={run} />}
      <Fact name="ID">
        <code>{run.id}</code>
      </Fact>
    </Facts>
  );
}

/** What is known of a run that came to an end. */
function EndFacts({ run: { startedMs, endedMs, report } }: { readonly run: RunSummary }) {
  return (
    <>
      <Fact name="Took">{span(endedMs - startedMs)}</Fact>
      <Fact name="Copied">
        {count(report.uploaded)} files, {bytes(report.bytes)}
      </Fact>
      <Fact name="Moved, removed">
        {count(report.moved)}, {count(report.removed)}
      </Fact>
      <Fact name="Unchanged">{count(report.unchanged)}</Fact>
      <Fact name="Failed, left out">
        <span class={report.failed > 0 ? 'bad-text' : undefined}>{count(report.failed)}</span>,{' '}
        {count(report.skipped)}
      </Fact>
      <Fact name="Requests">
        {count(report.requests)}, {count(report.retries)} of them again
      </Fact>
      {report.load !== undefined && (
        <Fact name="To the table">
          <span class={report.load.skipped > 0 ? 'bad-text plain-weight' : undefined}>
            {loadReportText(report.load, { sent: report.uploaded + report.moved })}
          </span>
        </Fact>
      )}
      {report.pace !== undefined && <Fact name="Pace">{paceText(report.pace)}</Fact>}
    </>
  );
}

/** What went wrong, by cause: a thousand files with one cause are one line. */
function Causes({
  title,
  job,
  groups,
}: {
  readonly title: string;
  readonly job: string;
  readonly groups: readonly FailureGroup[];
}) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ul class="failures">
        {groups.map(({ code, message, count: times, example }) => (
          <li key={`${code} ${message}`}>
            <p>
              <strong>{count(times)}</strong> × <Name text={message} class="message" /> <code>{code}</code>
            </p>
            <p class="quiet">
              For one: <Name text={example} /> <ExplainButton job={job} path={example} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
