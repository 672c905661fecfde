import type { MeasuredPace } from '../../model/pace.ts';
import type { PlanCost } from '../../model/plan.ts';
import { parentOf } from '../../model/path.ts';
import type { PlanStore } from './store/plan-store.ts';

/**
 * What one request takes at a slow destination, as a REST service is one, in milliseconds: 1 s to read, 1.5 s and more
 * to change. Counts where this destination has not been measured.
 */
const USUAL = { changeMs: 1500, listMs: 1000 };

export interface CostOptions {
  /** Requests at the same time. */
  readonly atOnce: number;
  /** What this run, or an earlier one, has measured of the destination. */
  readonly measured: MeasuredPace | undefined;
  /** Folders to create for the target itself and above it, before anything can be put there. */
  readonly missingRoots: number;
  /** What is replaced is kept: two moves more for each file. */
  readonly keepsReplaced?: boolean | undefined;
}

/** What a plan will cost, and about how long it will take. Changes nothing; reads the plan store. */
export function planCost(
  store: PlanStore,
  { atOnce, measured, missingRoots, keepsReplaced = false }: CostOptions,
): { readonly cost: PlanCost } & Estimate {
  const touched = new Set<string>();
  let kept = 0;
  for (const { path, replaces } of store.arrivals.all()) {
    touched.add(parentOf(path));
    if (keepsReplaced && replaces !== undefined) kept++;
  }
  const totals = store.totals();
  const moves = store.steps.count();
  // the report does not count the target itself among the folders created, but making the target costs requests
  const roots = totals.arrivals + totals.folders > 0 ? missingRoots : 0;
  const changes = totals.arrivals + kept * 2 + moves + totals.removals + totals.folders + roots;
  return {
    cost: {
      uploads: totals.arrivals,
      bytes: totals.bytes,
      moves,
      removals: totals.removals,
      foldersCreated: totals.folders,
      calls: changes + touched.size,
    },
    ...estimate({ changes, listings: touched.size }, atOnce, measured),
  };
}

interface Estimate {
  readonly estimateMs: number;
  readonly estimateFrom: 'measured' | 'usual';
}

function estimate(
  { changes, listings }: { readonly changes: number; readonly listings: number },
  atOnce: number,
  measured: MeasuredPace | undefined,
): Estimate {
  const { changeMs = USUAL.changeMs, listMs = USUAL.listMs, perSecond } = measured ?? {};
  const answersMs = Math.ceil(changes / atOnce) * changeMs + Math.ceil(listings / atOnce) * listMs;
  const allowedMs = perSecond === undefined ? 0 : ((changes + listings) / perSecond) * 1000;
  return {
    estimateMs: Math.round(Math.max(answersMs, allowedMs)),
    estimateFrom: measured?.changeMs === undefined ? 'usual' : 'measured',
  };
}
