import { useState } from 'preact/hooks';
import type { RunSummary } from '../../../../src/daemon/view/daemon-view.ts';
import type { RunsPage } from '../../../../src/daemon/view/page-api.ts';
import { bytes, count } from '../../../../src/cli/output/quantities.ts';
import { askJson, jobPath } from '../../live/api.ts';
import { useNow } from '../../live/clock.ts';
import { useParts } from '../../live/loaded.ts';
import { Mark } from '../../parts/mark.tsx';
import { More } from '../../parts/more.tsx';
import { hashOf } from '../../text/routes.ts';
import { ago, clockTime, span } from '../../text/times.ts';
import { causeText, endWord } from '../../text/words.ts';
import { RunBars } from './run-bars.tsx';

const PART = 60;
/** The bars show all, the list so many until more are asked for. */
const FIRST_ROWS = 12;

/** The remembered runs, as bars and as a list; anew when another one is over. */
export function JobRuns({ job, latest }: { readonly job: string; readonly latest: string | undefined }) {
  const runs = useParts<RunSummary>(`${job} ${latest ?? ''}`, async (before) => {
    const last = before.at(-1);
    const after = last === undefined ? '' : `&before=${encodeURIComponent(last.id)}`;
    const page = await askJson<RunsPage>(jobPath(job, `/runs?limit=${PART}${after}`));
    return { rows: page.runs, more: page.more };
  });
  const [all, setAll] = useState(false);
  const shown = all ? runs.rows : runs.rows.slice(0, FIRST_ROWS);
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">Runs</h2>
      {runs.rows.length > 1 && <RunBars job={job} runs={runs.rows} />}
      {runs.rows.length > 0 && (
        <div class="wide">
          <table class="runs">
            <caption class="hidden">Runs that are over, the latest first</caption>
            <thead>
              <tr>
                <th scope="col">Began</th>
                <th scope="col">Outcome</th>
                <th scope="col" class="roomy">
                  Cause
                </th>
                <th scope="col" class="number took">
                  Took
                </th>
                <th scope="col" class="number">
                  Copied
                </th>
                <th scope="col" class="number roomy">
                  Bytes
                </th>
                <th scope="col" class="number roomy">
                  Moved
                </th>
                <th scope="col" class="number roomy">
                  Removed
                </th>
                <th scope="col" class="number">
                  Failed
                </th>
                <th scope="col" class="number roomy">
                  Requests
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((run) => (
                <RunRow key={run.id} job={job} run={run} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown.length < runs.rows.length ? (
        <button type="button" class="more" onClick={() => setAll(true)}>
          Show more
        </button>
      ) : (
        <More of={runs} none="No run is remembered yet." />
      )}
    </section>
  );
}

function RunRow({ job, run }: { readonly job: string; readonly run: RunSummary }) {
  const now = useNow();
  const { report } = run;
  return (
    <tr>
      <th scope="row">
        <a href={hashOf({ view: 'run', job, run: run.id })} title={clockTime(run.startedMs)}>
          {ago(run.startedMs, now)}
        </a>
      </th>
      <td>
        <Mark {...endWord(run)} />
      </td>
      <td class="roomy">{causeText(run.cause)}</td>
      <td class="number took">{span(run.endedMs - run.startedMs)}</td>
      <Number of={report.uploaded} />
      <td class="number roomy">{report.bytes === 0 ? '' : bytes(report.bytes)}</td>
      <Number of={report.moved} kind="roomy" />
      <Number of={report.removed} kind="roomy" />
      <Number of={report.failed} kind="bad-text" />
      <Number of={report.requests} kind="roomy" />
    </tr>
  );
}

/** Nothing is shown as nothing, so that what happened is seen. */
function Number({ of, kind = '' }: { readonly of: number; readonly kind?: string }) {
  return <td class={`number ${kind}`}>{of === 0 ? '' : count(of)}</td>;
}
