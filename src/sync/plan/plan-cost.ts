import type { PlanCost } from '../../model/plan.ts';
import { parentOf } from '../../model/path.ts';
import type { Tally } from '../tally.ts';
import { planLines } from './store/plan-lines.ts';
import type { MovePlan } from './moves/plan-moves.ts';
import type { PlanStore } from './store/plan-store.ts';

/** What one request takes on a real Stage, in milliseconds: 1 s to read, 1.5 s and more to change. */
const CHANGE_MS = 1500;
const LIST_MS = 1000;

/** Says what a plan will do and cost; under --dry-run also every action, each with its reason. */
export function announcePlan(
  store: PlanStore,
  plan: MovePlan,
  tally: Tally,
  dryRun: boolean,
  concurrency: number,
  missingRoots: number,
): void {
  const touched = new Set<string>();
  for (const arrival of store.arrivals.all()) touched.add(parentOf(arrival.path));
  const totals = store.totals();
  const moves = plan.outFirst.length + plan.folderMoves.length + plan.fileMoves.length + plan.inLast.length;
  // the report does not count DEST itself among the folders created either, but making it costs its calls
  const roots = totals.arrivals + totals.folders > 0 ? missingRoots : 0;
  const cost: PlanCost = {
    uploads: totals.arrivals,
    bytes: totals.bytes,
    moves,
    removals: totals.removals,
    foldersCreated: totals.folders,
    calls: totals.arrivals + moves + totals.removals + totals.folders + roots + touched.size,
  };
  const changes = cost.calls - touched.size;
  const estimateMs =
    Math.ceil(changes / concurrency) * CHANGE_MS + Math.ceil(touched.size / concurrency) * LIST_MS;
  tally.emit({ type: 'plan', cost, estimateMs });
  if (!dryRun) return;
  for (const line of planLines(store, plan)) tally.emit({ type: 'planned', ...line });
}
