import type { DestinationWords } from '../model/destination-words.ts';
import type { Problem } from '../model/entry.ts';
import { isSyncError, messageBeside } from '../model/errors.ts';
import { isFolderPath, isReservedName, nameOf } from '../model/path.ts';
import type { RelPath } from '../model/path.ts';
import type { Clock } from '../model/ports.ts';
import { walkDestination } from '../remote/walk-folders.ts';
import type { HiddenNames } from './execute/hidden-names.ts';
import { madeAt } from './execute/hidden-names.ts';
import type { Learnt } from './execute/learnt.ts';
import { isInTrash } from './execute/trash/trash-names.ts';
import { removeFolder } from './execute/moves/put-back.ts';
import type { Remote } from '../remote/remote.ts';
import { duration } from '../model/quantities/duration.ts';

export interface LeftoversOptions {
  readonly remote: Remote;
  readonly hidden: HiddenNames;
  readonly learnt: Learnt;
  readonly clock: Clock;
  /** In milliseconds; undefined: nothing is swept. */
  readonly sweepOlderThanMs: number | undefined;
  readonly onProblem: (path: RelPath, problem: Problem) => void;
  readonly onSwept: (path: RelPath) => void;
  /** Whether an intent of this ledger names the path, or something below it: such a path is for the recovery. */
  readonly isKnown: (path: RelPath) => boolean;
}

/** So many hidden names are told of, one by one. Where there are more, somebody should look at the place anyway. */
const MOST = 1000;
const NOTHING_LEFT_OUT = { excludes: () => false, prunes: () => false };

/**
 * Hidden names at the destination that this ledger does not know. They belong to a run from elsewhere, which may be under
 * way, or to a run that died and was never repeated. Each name is told with its age; an old one is removed where the user
 * asks for that.
 */
export class Leftovers {
  readonly #options: LeftoversOptions;
  /** By full path. */
  readonly #found = new Map<RelPath, number | undefined>();

  constructor(options: LeftoversOptions) {
    this.#options = options;
  }

  /** A listing showed a hidden name; `path` is a full path. */
  see(path: RelPath, modifiedMs: number | undefined): void {
    const { hidden, isKnown } = this.#options;
    if (hidden.isOurs(path) || isInTrash(path) || this.#found.size >= MOST || isKnown(path)) return;
    this.#found.set(path, modifiedMs);
  }

  /** Before a sweep: lists the top of the destination, where hidden names lie, since nothing else may list it. */
  async look(): Promise<void> {
    const { remote, sweepOlderThanMs } = this.#options;
    if (sweepOlderThanMs === undefined || remote.root === '') return;
    for (const child of (await remote.list('')) ?? []) {
      if (child.kind === 'file' && isReservedName(child.name)) this.see(child.name, child.modifiedMs);
      if (child.kind === 'folder' && isReservedName(child.name)) this.see(`${child.name}/`, undefined);
    }
  }

  /** Tells of each hidden name, or removes what is old enough where the user asks for that. */
  async settle(dryRun: boolean): Promise<void> {
    const { remote, clock, sweepOlderThanMs, onProblem } = this.#options;
    const { words } = remote;
    for (const [path, modifiedMs] of this.#found) {
      const sweeping = sweepOlderThanMs !== undefined;
      const inside =
        isFolderPath(path) && sweeping ? await this.#look(path) : { times: [modifiedMs], onlyCopies: true };
      const times = inside.times && [madeAt(nameOf(path)), ...inside.times].filter((ms) => ms !== undefined);
      const ageMs =
        times === undefined || times.length === 0 ? undefined : Math.max(0, clock.now() - Math.max(...times));
      const isOld = sweeping && ageMs !== undefined && ageMs >= sweepOlderThanMs;
      if (isOld && !holdsCopies(path, inside.onlyCopies)) onProblem(path, mayBeTheOnlyOne(ageMs, words));
      else if (isOld && !dryRun) await this.#sweep(path);
      else
        onProblem(
          path,
          holdsCopies(path, inside.onlyCopies) ? leftOver(ageMs, words) : mayBeTheOnlyOne(ageMs, words),
        );
    }
    this.#found.clear();
  }

  async #sweep(path: RelPath): Promise<void> {
    const { remote, learnt, onProblem } = this.#options;
    try {
      if (isFolderPath(path)) await removeFolder(remote, path, learnt);
      else await remote.remove(path);
      this.#options.onSwept(path);
    } catch (error) {
      if (!isSyncError(error) || error.verdict === 'end_run') throw error;
      onProblem(path, { code: 'sweep_failed', severity: 'warning', message: messageBeside(path, error) });
    }
  }

  /**
   * The newest time of a file in a folder (undefined where some of it cannot be told), and whether it holds only
   * copies.
   */
  async #look(
    folder: RelPath,
  ): Promise<{ readonly times: number[] | undefined; readonly onlyCopies: boolean }> {
    const { remote } = this.#options;
    let onlyCopies = true;
    let newest: number | undefined;
    const list = (below: RelPath) => remote.list(folder + below);
    const walk = walkDestination((await remote.list(folder)) ?? [], {
      list,
      filter: NOTHING_LEFT_OUT,
      words: remote.words,
      lookAhead: 4,
    });
    for await (const batch of walk)
      for (const entry of batch) {
        if (entry.kind === 'unknown') return { times: undefined, onlyCopies: false };
        onlyCopies &&= STAGED_COPY.test(entry.path);
        if (entry.kind === 'file' && entry.modifiedMs !== undefined)
          newest = Math.max(newest ?? 0, entry.modifiedMs);
      }
    return { times: newest === undefined ? [] : [newest], onlyCopies };
  }
}

/** A new file on its way, in the folder of --atomic. */
const STAGED_COPY = /^\d+-new-[^/]*$/;

/**
 * Whether a hidden name holds only copies of what a source has: uploads on their way. A file that was moved to a hidden
 * name, or stepped aside, may be the only one there is.
 */
function holdsCopies(path: RelPath, onlyCopies: boolean): boolean {
  const name = nameOf(path);
  if (!isFolderPath(path)) return /^\.stagesync-(?:[0-9a-z]+-[0-9a-f]{12}-)?\d+-new-/.test(name);
  const isStaging = /^\.stagesync-(?:[0-9a-z]+-[0-9a-f]{12}|[0-9a-f]{24})$/.test(name);
  return isStaging && onlyCopies;
}

function mayBeTheOnlyOne(ageMs: number | undefined, words: DestinationWords): Problem {
  return {
    ...leftOver(ageMs, words),
    message: `${toldAge(ageMs)}, left ${words.at} by a stagesync that this ledger knows nothing of; not swept, for it may hold the only copy of something: look into it, and move it back or remove it by hand`,
  };
}

const toldAge = (ageMs: number | undefined): string =>
  ageMs === undefined ? 'of unknown age' : `${duration(ageMs)} old`;

function leftOver(ageMs: number | undefined, { at }: DestinationWords): Problem {
  const age = toldAge(ageMs);
  return {
    code: 'hidden_left_over',
    severity: 'warning',
    message: `${age}, left ${at} by a stagesync that this ledger knows nothing of, or in use by one at this moment; --sweep-older-than removes it once it is old enough`,
  };
}
