import { useRef } from 'preact/hooks';
import type { PlanLinesPage } from '../../../../src/daemon/view/page-api.ts';
import type { ActionLine } from '../../../../src/model/plan.ts';
import { reasonText } from '../../../../src/cli/output/action-text.ts';
import { bytes, counted } from '../../../../src/cli/output/quantities.ts';
import { askJson } from '../../live/api.ts';
import { useParts } from '../../live/loaded.ts';
import { ActionName } from '../../parts/action-name.tsx';
import { More } from '../../parts/more.tsx';
import { Table, type Column } from '../../parts/table.tsx';

const PART = 100;

/** The actions of a plan, in their order. */
export function PlanLines({ plan }: { readonly plan: string }) {
  const next = useRef(0);
  const lines = useParts<ActionLine>(plan, async (before) => {
    const from = before.length === 0 ? 0 : next.current;
    const page = await askJson<PlanLinesPage>(
      `plans/${encodeURIComponent(plan)}/lines?from=${from}&limit=${PART}`,
    );
    next.current = page.next ?? 0;
    return { rows: page.lines, more: page.next !== undefined };
  });
  return (
    <section aria-labelledby="lines">
      <h2 id="lines">What would be done</h2>
      {lines.rows.length > 0 && (
        <Table
          name="The actions of the plan"
          class="actions-table"
          columns={COLUMNS}
          rows={lines.rows}
          keyOf={(_, at) => at}
        />
      )}
      <More of={lines} none="Nothing: both ends are equal." />
    </section>
  );
}

const COLUMNS: readonly Column<ActionLine>[] = [
  { title: 'Action', cell: (line) => <ActionName action={line} /> },
  { title: 'Why', label: 'Why', cell: ({ reason }) => reasonText(reason) },
  { title: 'Size', class: 'number', label: 'Size', cell: (line) => sizeText(line) },
];

function sizeText({ bytes: size, files, path }: ActionLine): string {
  if (size !== undefined) return bytes(size);
  return files !== undefined && path.endsWith('/') ? counted(files, 'file') : '';
}
