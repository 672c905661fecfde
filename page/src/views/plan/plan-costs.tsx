import type { PlanView } from '../../../../src/daemon/view/page-api.ts';
import { bytes, count, counted } from '../../../../src/cli/output/quantities.ts';
import { Fact, Facts } from '../../parts/facts.tsx';
import { span } from '../../text/times.ts';

export function PlanCosts({
  plan: { compared, cost, estimateMs, filesRemoved },
}: {
  readonly plan: PlanView;
}) {
  if (cost === undefined) return null;
  return (
    <Facts>
      <Fact name="Copies">
        {count(cost.uploads)} files, {bytes(cost.bytes)}
      </Fact>
      <Fact name="Moves">{count(cost.moves)}</Fact>
      <Fact name="Removals">
        <span class={cost.removals > 0 ? 'bad-text' : undefined}>{counted(filesRemoved, 'file')}</span>
      </Fact>
      <Fact name="New folders">{count(cost.foldersCreated)}</Fact>
      <Fact name="Requests">{count(cost.calls)}</Fact>
      {estimateMs !== undefined && <Fact name="Takes about">{span(estimateMs)}</Fact>}
      <Fact name="Compared">{count(compared)}</Fact>
    </Facts>
  );
}
