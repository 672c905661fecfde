import { useState } from 'preact/hooks';
import type { RunAction } from '../../../../src/daemon/view/daemon-view.ts';
import type { ActionsPage } from '../../../../src/daemon/view/page-api.ts';
import { reasonText } from '../../../../src/cli/output/action-text.ts';
import { bytes, counted } from '../../../../src/cli/output/quantities.ts';
import { askJson, jobPath } from '../../live/api.ts';
import { useParts } from '../../live/loaded.ts';
import { ActionName } from '../../parts/action-name.tsx';
import { More } from '../../parts/more.tsx';
import { Name } from '../../parts/name.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { span } from '../../text/times.ts';

const PART = 100;

/** What a run did, all of it or what failed. */
export function RunActions({
  job,
  run,
  hasFailures,
  cut,
  none,
}: {
  readonly job: string;
  readonly run: string;
  readonly hasFailures: boolean;
  /** Actions that are not remembered. */
  readonly cut: number;
  /** What is said where there are none. */
  readonly none: string;
}) {
  const [onlyFailed, setOnlyFailed] = useState(hasFailures);
  const actions = useParts<RunAction>(`${job} ${run} ${onlyFailed}`, async (before) => {
    const query = `offset=${before.length}&limit=${PART}${onlyFailed ? '&failed=1' : ''}`;
    const page = await askJson<ActionsPage>(
      jobPath(job, `/runs/${encodeURIComponent(run)}/actions?${query}`),
    );
    return { rows: page.actions, more: page.more };
  });
  return (
    <section aria-labelledby="actions">
      <div class="heading">
        <h2 id="actions">Actions</h2>
        {hasFailures && (
          <label class="check">
            <input
              type="checkbox"
              checked={onlyFailed}
              onChange={(event) => setOnlyFailed(event.currentTarget.checked)}
            />
            Only what failed
          </label>
        )}
      </div>
      {actions.rows.length > 0 && (
        <Table
          name="What the run did"
          class="actions-table"
          columns={COLUMNS}
          rows={actions.rows}
          keyOf={(_, at) => at}
          rowClass={({ outcome }) => (outcome === 'done' ? undefined : 'troubled')}
        />
      )}
      <More of={actions} none={onlyFailed ? 'Nothing failed.' : none} />
      {cut > 0 && <p class="quiet">{counted(cut, 'further action')} of the run are not remembered.</p>}
    </section>
  );
}

const COLUMNS: readonly Column<RunAction>[] = [
  {
    title: 'Action',
    cell: (action) => (
      <>
        <ActionName action={action} />
        {action.error !== undefined && (
          <p class="bad-text plain-weight">
            {action.outcome}: <Name text={action.error.message} class="message" />
          </p>
        )}
      </>
    ),
  },
  { title: 'Why', label: 'Why', cell: ({ reason }) => reasonText(reason) },
  {
    title: 'Size',
    class: 'number',
    label: 'Size',
    cell: ({ bytes: size }) => (size === undefined ? '' : bytes(size)),
  },
  { title: 'Took', class: 'number', label: 'Took', cell: ({ ms }) => (ms === undefined ? '' : span(ms)) },
];
