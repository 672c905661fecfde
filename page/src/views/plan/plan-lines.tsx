import { useRef } from 'preact/hooks';
import type { PlanLinesPage } from '../../../../src/daemon/view/page-api.ts';
import type { ActionLine } from '../../../../src/model/plan.ts';
import { reasonText } from '../../../../src/cli/output/action-text.ts';
import { bytes, counted } from '../../../../src/cli/output/quantities.ts';
import { askJson } from '../../live/api.ts';
import { useParts } from '../../live/loaded.ts';
import { ActionName } from '../../parts/action-name.tsx';
import { More } from '../../parts/more.tsx';

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
        <table class="actions-table">
          <caption class="hidden">The actions of the plan</caption>
          <thead>
            <tr>
              <th scope="col">Action</th>
              <th scope="col">Why</th>
              <th scope="col" class="number">
                Size
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.rows.map((line, at) => (
              <tr key={at}>
                <td>
                  <ActionName action={line} />
                </td>
                <td data-label="Why">{reasonText(line.reason)}</td>
                <td data-label="Size" class="number">
                  {sizeText(line)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <More of={lines} none="Nothing: both ends are equal." />
    </section>
  );
}

const sizeText = ({ bytes: size, files, path }: ActionLine): string =>
  size !== undefined ? bytes(size) : files !== undefined && path.endsWith('/') ? counted(files, 'file') : '';
