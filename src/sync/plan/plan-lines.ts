import type { PlanLine, StageVersion } from '../../model/plan.ts';
import type { MovePlan } from './plan-moves.ts';
import type { Arrival, PlanStore } from './plan-store.ts';

/** A whole plan, action by action in the order of its phases. */
export function* planLines(store: PlanStore, moves: MovePlan): Generator<PlanLine, void> {
  for (const { path, reason } of store.folders()) yield { kind: 'createFolder', path, reason, stamp: '' };
  for (const { from, to, files, cycle } of moves.folderMoves) {
    if (cycle?.half === 'first') continue;
    const path = cycle?.whole.from ?? from;
    yield { kind: 'move', path, to, reason: cycle ? 'cycle' : 'folder_renamed', files, stamp: String(files) };
  }
  for (const { from, to, arrival, cycle } of moves.fileMoves) {
    if (cycle?.half === 'first') continue;
    const path = cycle?.whole.from ?? from;
    yield { kind: 'move', path, to, reason: cycle ? 'cycle' : 'renamed', files: 1, stamp: stampOf(arrival) };
  }
  for (const arrival of store.arrivals()) {
    const { path, reason, entry } = arrival;
    yield { kind: 'upload', path, reason, bytes: entry.size, stamp: stampOf(arrival) };
  }
  for (const { path, reason, files, stamp } of store.removals())
    yield { kind: 'remove', path, reason, files, stamp };
}

const stampOf = ({ entry, replaces }: Arrival): string =>
  `${entry.size}:${entry.version}|${shownAs(replaces)}`;

const shownAs = (stage: StageVersion | undefined): string =>
  stage === undefined ? '' : `${stage.size}:${stage.modifiedMs ?? ''}`;
