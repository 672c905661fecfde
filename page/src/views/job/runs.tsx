import { useState } from 'preact/hooks';
import type { RunSummary } from '../../../../src/daemon/view/daemon-view.ts';
import type { RunsPage } from '../../../../src/daemon/view/page-api.ts';
import { bytes, count } from '../../../../src/cli/output/quantities.ts';
import { askJson, jobPath } from '../../live/api.ts';
import { useNow } from '../../live/clock.ts';
import { useParts } from '../../live/loaded.ts';
import { Mark } from '../../parts/mark.tsx';
import { More } from '../../parts/more.tsx';
import { Table, type Column } from '../../parts/table.tsx';
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
  const now = useNow();
  const [all, setAll] = useState(false);
  const shown = all ? runs.rows : runs.rows.slice(0, FIRST_ROWS);
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">Runs</h2>
      {runs.rows.length > 1 && <RunBars job={job} runs={runs.rows} />}
      {runs.rows.length > 0 && (
        <div class="wide">
          <Table
            name="Runs that are over, the latest first"
            class="runs"
            columns={columnsOf(job, now)}
            rows={shown}
            keyOf={({ id }) => id}
          />
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

const columnsOf = (job: string, now: number): readonly Column<RunSummary>[] => [
  {
    title: 'Began',
    namesRows: true,
    cell: ({ id, startedMs }) => (
      <a href={hashOf({ view: 'run', job, run: id })} title={clockTime(startedMs)}>
        {ago(startedMs, now)}
      </a>
    ),
  },
  { title: 'Outcome', cell: (run) => <Mark {...endWord(run)} /> },
  { title: 'Cause', class: 'roomy', cell: ({ cause }) => causeText(cause) },
  { title: 'Took', class: 'number took', cell: ({ startedMs, endedMs }) => span(endedMs - startedMs) },
  { title: 'Copied', class: 'number', cell: ({ report }) => counted(report.uploaded) },
  {
    title: 'Bytes',
    class: 'number roomy',
    cell: ({ report }) => (report.bytes === 0 ? '' : bytes(report.bytes)),
  },
  { title: 'Moved', class: 'number roomy', cell: ({ report }) => counted(report.moved) },
  { title: 'Removed', class: 'number roomy', cell: ({ report }) => counted(report.removed) },
  { title: 'Failed', class: 'number', cellClass: 'bad-text', cell: ({ report }) => counted(report.failed) },
  { title: 'Requests', class: 'number roomy', cell: ({ report }) => counted(report.requests) },
];

/** Nothing is shown as nothing, so that what happened is seen. */
const counted = (number: number): string => (number === 0 ? '' : count(number));
