import type { PlanCost } from '../../model/plan.ts';
import { parentOf } from '../../model/path.ts';
import type { PlanStore } from './store/plan-store.ts';

/**
 * What one request takes at a slow destination, as a REST service is one, in milliseconds: 1 s to read, 1.5 s and more
 * to change.
 */
const CHANGE_MS = 1500;
const LIST_MS = 1000;

export interface CostOptions {
  /** Requests at the same time. */
  readonly concurrency: number;
  /** Folders to create for the target itself and above it, before anything can be put there. */
  readonly missingRoots: number;
}

/** What a plan will cost, and about how long it will take. Changes nothing; reads the plan store. */
export function planCost(
  store: PlanStore,
  { concurrency, missingRoots }: CostOptions,
): { readonly cost: PlanCost; readonly estimateMs: number } {
  const touched = new Set<string>();
  for (const arrival of store.arrivals.all()) touched.add(parentOf(arrival.path));
  const totals = store.totals();
  const moves = store.steps.count();
  // the report does not count the target itself among the folders created, but making the target costs requests
  const roots = totals.arrivals + totals.folders > 0 ? missingRoots : 0;
  const changes = totals.arrivals + moves + totals.removals + totals.folders + roots;
  return {
    cost: {
      uploads: totals.arrivals,
      bytes: totals.bytes,
      moves,
      removals: totals.removals,
      foldersCreated: totals.folders,
      calls: changes + touched.size,
    },
    estimateMs:
      Math.ceil(changes / concurrency) * CHANGE_MS + Math.ceil(touched.size / concurrency) * LIST_MS,
  };
}
