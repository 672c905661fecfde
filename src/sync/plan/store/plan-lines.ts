import type { PlanLine, ShownVersion } from '../../../model/plan.ts';
import { wholeOf } from '../moves/move.ts';
import type { Arrival, PlanStore } from './plan-store.ts';

/**
 * A whole plan, action by action in the order of its phases; what goes or moves with a folder comes behind the folder.
 * Changes nothing; reads the plan store page by page.
 */
export function* planLines(store: PlanStore): Generator<PlanLine, void> {
  for (const { path, reason } of store.folders.all()) yield { kind: 'createFolder', path, reason, stamp: '' };
  for (const step of store.steps.of('folders')) {
    if (step.aside?.half === 'out') continue;
    const { from: path, to } = wholeOf(step);
    const reason = step.aside ? 'cycle' : 'folder_renamed';
    yield { kind: 'move', path, to, reason, files: step.files!, stamp: String(step.files) };
    for (const { from, arrival } of store.moved.carriedInto(to))
      yield {
        kind: 'move',
        path: from,
        to: arrival.path,
        reason,
        within: path,
        stamp: stampOf(arrival),
      };
  }
  for (const phase of ['files', 'inLast'] as const)
    for (const step of store.steps.of(phase)) {
      if (step.aside?.half === 'out') continue;
      const { from: path, to } = wholeOf(step);
      const reason = step.aside ? 'cycle' : 'renamed';
      yield { kind: 'move', path, to, reason, files: 1, stamp: stampOf(step.arrival!) };
    }
  for (const arrival of store.arrivals.all()) {
    const { path, reason, entry } = arrival;
    yield { kind: 'upload', path, reason, bytes: entry.size, stamp: stampOf(arrival) };
  }
  for (const { path, reason, stamp, files } of store.removals.requests()) {
    const isFolder = path.endsWith('/');
    yield { kind: 'remove', path, reason, files: isFolder ? store.removals.filesWithin(path) : files, stamp };
    if (!isFolder) continue;
    for (const each of store.removals.within(path))
      yield { kind: 'remove', path: each.path, reason: each.reason, within: path, stamp: each.stamp };
  }
}

const stampOf = ({ entry, replaces }: Arrival): string =>
  `${entry.size}:${entry.version}|${shownAs(replaces)}`;

const shownAs = (shown: ShownVersion | undefined): string =>
  shown === undefined ? '' : `${shown.size}:${shown.modifiedMs ?? ''}`;
