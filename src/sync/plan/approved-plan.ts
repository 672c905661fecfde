import type { Problem } from '../../model/entry.ts';
import { foldersOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { PlanLine } from '../../model/plan.ts';
import { planLines } from './plan-lines.ts';
import type { MovePlan } from './plan-moves.ts';
import type { PlanStore } from './plan-store.ts';

const keyOf = ({ kind, path, to = '', stamp }: PlanLine): string => [kind, path, to, stamp].join('\n');

/**
 * Holds a fresh plan to one that was approved earlier: only actions that both have, resting on the same versions at
 * both ends, are left. What was approved and is not in the fresh plan is refused, entry by entry: either end changed
 * since. What only the fresh plan has was never approved and is left for the next plan.
 */
export function restrictTo(
  approved: Iterable<PlanLine>,
  store: PlanStore,
  moves: MovePlan,
  refuse: (path: RelPath, problem: Problem) => void,
): MovePlan {
  const fresh = new Map<string, PlanLine>();
  const freshKinds = new Map<RelPath, string>();
  for (const line of planLines(store, moves)) {
    fresh.set(keyOf(line), line);
    freshKinds.set(line.path, line.kind);
  }
  const kept = new Set<string>();
  const needed = new Set<RelPath>();
  for (const line of approved) {
    const key = keyOf(line);
    if (fresh.has(key)) {
      kept.add(key);
      for (const folder of foldersOf(line.to ?? line.path)) needed.add(folder);
    } else if (line.kind !== 'createFolder') {
      // a folder that exists by now is what was wanted
      refuse(line.path, outdated(line, freshKinds.get(line.path)));
    }
  }
  const isKept = (line: PlanLine): boolean => kept.has(keyOf(line));
  for (const line of fresh.values()) {
    if (isKept(line)) continue;
    if (line.kind === 'upload') store.dropArrival(line.path);
    if (line.kind === 'remove') store.dropRemoval(line.path);
    if (line.kind === 'createFolder' && !needed.has(line.path)) store.dropFolder(line.path);
  }
  const keptMoves = new Set<string>();
  for (const line of fresh.values())
    if (line.kind === 'move' && isKept(line)) keptMoves.add(`${line.path}\n${line.to}`);
  const stays = (move: {
    readonly from: RelPath;
    readonly to: RelPath;
    readonly cycle?: { readonly whole: { from: RelPath; to: RelPath } };
  }): boolean => {
    const { from, to } = move.cycle?.whole ?? move;
    return keptMoves.has(`${from}\n${to}`);
  };
  return {
    folderMoves: moves.folderMoves.filter(stays),
    foldersAfter: moves.foldersAfter,
    fileMoves: moves.fileMoves.filter(stays),
  };
}

const outdated = (line: PlanLine, now: string | undefined): Problem => ({
  code: 'plan_outdated',
  severity: 'failure',
  message: `planned to ${WORDS[line.kind]} it (${line.reason}), but ${now === undefined ? 'nothing is to be done here any more' : 'the source or Stage changed since'}; not done. Make a new plan`,
});

const WORDS: Record<PlanLine['kind'], string> = {
  createFolder: 'create',
  upload: 'upload',
  move: 'move',
  remove: 'remove',
};
