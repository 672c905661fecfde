import type { LoadReport } from '../../model/events.ts';
import { parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { Unsettled } from '../unsettled-paths.ts';
import { divideAcknowledgements } from './acknowledgements.ts';
import type { Acknowledgement } from './acknowledgements.ts';
import { BATCH_MS } from './agenda.ts';
import type { Work } from './agenda.ts';

/** No look follows another one sooner, in milliseconds. */
export const SOONEST_AGAIN_MS = 100;

/** A later look at what a pass left undone. Times are those of `Clock.elapsed`. */
export interface FollowUp {
  /** Undefined: everything. */
  readonly folders: ReadonlySet<RelPath> | undefined;
  readonly dueMs: number;
  readonly acknowledgements: readonly Acknowledgement[];
}

/** A look at no folder: what pipelines have read since is found out, and done, by any pass. */
const NOWHERE: ReadonlySet<RelPath> = new Set();
/** How soon such a look follows, and how long they become while nothing is loaded, in milliseconds. */
export const LOADS_AGAIN_MS = { soonest: 5000, latest: 60_000 };

/** When it is worth a look what has been loaded; undefined: nothing is on its way. */
export class LoadLooks {
  #before = Infinity;
  #pauseMs = LOADS_AGAIN_MS.soonest;

  after(load: LoadReport | undefined, nowMs: number): FollowUp | undefined {
    const waiting = (load?.unloadedFiles ?? 0) - (load?.skipped ?? 0);
    if (waiting <= 0) {
      this.#before = Infinity;
      return undefined;
    }
    const isOn = waiting === this.#before;
    this.#pauseMs = isOn ? Math.min(this.#pauseMs * 2, LOADS_AGAIN_MS.latest) : LOADS_AGAIN_MS.soonest;
    this.#before = waiting;
    return { folders: NOWHERE, dueMs: nowMs + this.#pauseMs, acknowledgements: [] };
  }
}

export interface EndedPass {
  readonly work: Work;
  readonly unsettled: Unsettled;
  /** Files that were still being written, each with the time when it may have settled. */
  readonly leftOut: ReadonlyMap<RelPath, number>;
  readonly settleMs: number;
  readonly nowMs: number;
  /** How long to wait before the next try at these folders, in milliseconds; empty: nothing failed. */
  readonly retryInMs: (failed: ReadonlySet<RelPath>) => number;
}

/**
 * The looks that follow a pass: one at files that were still changing, one at files that failed. Settles the acknowledgements
 * of the pass that wait for neither.
 */
export function followUps(pass: EndedPass): readonly FollowUp[] {
  const { work, unsettled, leftOut, settleMs, nowMs } = pass;
  const changing = [...new Set([...unsettled.changing, ...leftOut.keys()])];
  const settlesMs = unsettled.changing.length > 0 ? nowMs + Math.max(settleMs, BATCH_MS) : Infinity;
  const readyMs = leftOut.values().reduce((soonest, ready) => Math.min(soonest, ready), settlesMs);
  const scope = work.folders ?? EVERYTHING;
  const moving = foldersOf(changing, scope);
  const failed = foldersOf(unsettled.failed, scope);
  const retryAtMs = nowMs + pass.retryInMs(failed);
  const [waiting = [], failing = []] = divideAcknowledgements(
    work.acknowledgements,
    changing,
    unsettled.failed,
  );
  return [
    { folders: moving, dueMs: Math.max(readyMs, nowMs + SOONEST_AGAIN_MS), acknowledgements: waiting },
    { folders: failed, dueMs: retryAtMs, acknowledgements: failing },
  ]
    .filter(({ folders }) => folders.size > 0)
    .map((each) => (each.folders === EVERYTHING ? { ...each, folders: undefined } : each));
}

/** The scope of a pass over all, where a set of folders is wanted. */
const EVERYTHING: ReadonlySet<RelPath> = new Set(['']);

/** The folders to look at for these paths; `scope`, the very set, where one of the paths stands for all of it. */
const foldersOf = (paths: readonly RelPath[], scope: ReadonlySet<RelPath>): ReadonlySet<RelPath> =>
  paths.includes('') ? scope : new Set(paths.map(parentOf));
