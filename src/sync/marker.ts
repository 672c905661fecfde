import { childrenNamed } from '../model/children.ts';
import { isSyncError, messageOf } from '../model/errors.ts';
import type { RelPath } from '../model/path.ts';
import type { Clock } from '../model/ports.ts';
import type { HiddenNames } from './execute/hidden-names.ts';
import type { Remote } from '../remote/remote.ts';
import { MARKER_REASON } from './execute/recovery/recover.ts';
import type { Trash } from './execute/trash/trash.ts';
import { publish, refusesName } from './execute/uploads/replace.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Tally } from './tally.ts';
import type { Target } from './open-target.ts';

export interface MarkerOptions {
  /** A file name in the target folder. */
  readonly name: string;
  readonly remote: Remote;
  readonly ledger: Ledger;
  readonly hidden: HiddenNames;
  readonly tally: Tally;
  readonly clock: Clock;
  /** What has the name of the marker, and is none, goes there first. */
  readonly trash?: Trash | undefined;
}

const DUE = 'marker_due';

/**
 * The empty file that says that a set is complete. Before the first file of a set takes its name the ledger notes that
 * the marker is due. The note stays until the marker is there: when a run dies before, the next run writes the marker.
 */
export class Marker {
  readonly #options: MarkerOptions;

  constructor(options: MarkerOptions) {
    this.#options = options;
  }

  /** A set is about to be published. */
  due(): void {
    this.#options.ledger.remember(DUE, this.#options.name);
  }

  /** The set is complete; `files` of it came just now. Also puts back a marker that somebody removed. */
  async complete(files: number, target: Target): Promise<void> {
    const { name, ledger, tally } = this.#options;
    // with an empty source there may be no folder to write the marker into
    const there = target.listed && (target.missing.length === 0 || tally.foldersCreated > 0);
    const missing = there && !childrenNamed(target.children, name).some(({ kind }) => kind === 'file');
    if (files === 0 && !missing && ledger.recall(DUE) !== name) return;
    this.due();
    try {
      await this.#put();
      ledger.remember(DUE, undefined);
    } catch (error) {
      if (!isSyncError(error) || error.verdict === 'end_run') throw error;
      tally.problem(name, {
        code: 'marker_failed',
        severity: 'failure',
        message: `the set is published, but its marker could not be written; the next run writes it: ${messageOf(error)}`,
      });
    }
  }

  /** A marker is empty: a file of its name that is not was put there by others. */
  async #keepOthers(final: RelPath): Promise<void> {
    const { remote, trash } = this.#options;
    if (trash === undefined) return;
    const bytes = (await remote.stat(final))?.size ?? 0;
    if (bytes === 0) return;
    const { end, place } = await trash.take(trash.placeFor(final));
    if (end === 'done') trash.note(place, { files: 1, bytes });
  }

  async #put(): Promise<void> {
    const { name, remote, ledger, hidden, clock } = this.#options;
    const final = remote.root + name;
    await this.#keepOthers(final);
    try {
      return await remote.putEmpty(final);
    } catch (error) {
      if (!refusesName(error)) throw error;
    }
    // the destination does not replace files by an upload
    const detour = { via: hidden.next('new', name), aside: hidden.next('old', name) };
    const intent = { op: 'put' as const, path: name, size: 0, version: '', reason: MARKER_REASON, ...detour };
    const [id] = ledger.addIntents([intent], clock.now());
    await remote.putEmpty(detour.via);
    await publish(remote, final, detour, { occupied: true });
    ledger.dropIntent(id!);
  }
}
