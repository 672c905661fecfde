import { byName } from '../../model/children.ts';
import type { Children, ChildrenByName } from '../../model/children.ts';
import type { Problem } from '../../model/entry.ts';
import { isSyncError, messageOf } from '../../model/errors.ts';
import { afterFolder, isWithin, nameOf, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';
import type { Priority } from '../../remote/gate/attempts.ts';
import type { GateUse } from '../../remote/gate/gate-use.ts';
import type { Remote } from '../../remote/remote.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import { isHidden } from './hidden-names.ts';
import type { Journal } from './journal.ts';
import type { Learnt } from './learnt.ts';
import { SeenFolders } from './seen-folders.ts';
import type { SeenFolder } from './seen-folders.ts';
import type { TaskPool } from './task-pool.ts';

export interface ConfirmationOptions {
  readonly remote: Remote;
  readonly ledger: Ledger;
  readonly journal: Pick<Journal, 'flush' | 'waits'>;
  readonly gate: Pick<GateUse, 'lanes' | 'idleWaits'>;
  readonly tasks: Pick<TaskPool, 'stopped' | 'notBegun' | 'end'>;
  readonly learnt: Pick<Learnt, 'cutsShort'>;
  readonly signal: AbortSignal;
  /** Whether a file was sent ahead of the plan, maybe since a listing began: the next pass confirms it. */
  readonly isOvertaken?: ((path: RelPath) => boolean) | undefined;
  readonly onProblem: (path: RelPath, problem: Problem) => void;
}

interface Listing {
  /** The folder has changed since the listing began: what the listing shows says nothing. */
  outdated: boolean;
  readonly ended: Promise<void>;
}

/**
 * Compares what was put with a listing of its folder. A file of the right size is confirmed, with the time that the
 * listing shows. A folder is listed while others still get their files: as soon as its last upload has ended, in a lane
 * that nobody else needs. What such a listing does not show as it was put is looked at once more at the end, and only
 * then judged. Memory is that of the listings under way.
 */
export class Confirmations {
  readonly #options: ConfirmationOptions;
  readonly #listings = new Map<RelPath, Listing>();
  readonly #seen = new SeenFolders((folders) => this.#recordEarly(folders));

  constructor(options: ConfirmationOptions) {
    this.#options = options;
  }

  /** The last upload into the folder has ended. */
  begin(folder: RelPath): void {
    const { tasks, learnt } = this.#options;
    if (tasks.stopped || learnt.cutsShort || this.#listings.has(folder)) return;
    const listing: Listing = { outdated: false, ended: this.#confirmEarly(folder, () => listing.outdated) };
    this.#listings.set(folder, listing);
    void listing.ended.then(() => this.#listings.delete(folder));
  }

  /** A file is about to be put into the folder. */
  outdate(folder: RelPath): void {
    const listing = this.#listings.get(folder);
    if (listing !== undefined) listing.outdated = true;
  }

  /** Resolves when no listing is under way. */
  async settled(): Promise<void> {
    if (this.#listings.size === 0) return;
    const { gate } = this.#options;
    gate.idleWaits = true;
    this.#seen.hurries = true;
    while (this.#listings.size > 0) await Promise.all([...this.#listings.values()].map(({ ended }) => ended));
    this.#seen.hurries = false;
    gate.idleWaits = false;
  }

  /**
   * Confirms all that is left, and judges it: a file that is missing or of another size is reported, and the next run
   * uploads it again.
   */
  async finish(): Promise<void> {
    await this.settled();
    const { gate, tasks } = this.#options;
    const underWay = new Set<Promise<void>>();
    let failed: { readonly error: unknown } | undefined;
    for (const folder of this.#foldersWaiting()) {
      if (tasks.stopped || failed !== undefined) break;
      const work: Promise<void> = this.#judge(folder)
        .catch((error: unknown) => void (failed ??= { error }))
        .finally(() => underWay.delete(work));
      underWay.add(work);
      while (underWay.size >= gate.lanes) await Promise.race(underWay);
    }
    await Promise.all(underWay);
    if (failed !== undefined && !tasks.notBegun(failed.error)) throw failed.error;
  }

  async #confirmEarly(folder: RelPath, isOutdated: () => boolean): Promise<void> {
    const { journal, gate, tasks, learnt, signal } = this.#options;
    try {
      // an outcome that is not written yet may be one of this folder
      if (!journal.waits && this.#pendingIn(folder).next().done === true) return;
      // where no lane is ever free, folders must not wait in ever longer rows
      const priority = this.#listings.size * 2 < gate.lanes ? 'idle' : 'normal';
      const children = await this.#list(folder, priority);
      if (isOutdated() || learnt.cutsShort) return;
      await this.#seen.add({ folder, shown: byName(children), size: children.length });
    } catch (error) {
      const endsRun = !isSyncError(error) || error.verdict === 'end_run';
      if (endsRun && !signal.aborted && !tasks.notBegun(error)) tasks.end(error);
    }
  }

  /** Outcomes that still wait are written with their confirmation, in one commit. */
  #recordEarly(folders: readonly SeenFolder[]): void {
    const { journal, ledger, learnt } = this.#options;
    ledger.transaction(() => {
      journal.flush();
      for (const { folder, shown } of folders)
        if (this.#listings.get(folder)?.outdated !== true && !learnt.cutsShort) this.#record(folder, shown);
    });
  }

  async #judge(folder: RelPath): Promise<void> {
    const { onProblem } = this.#options;
    let shown: ChildrenByName;
    try {
      shown = byName(await this.#list(folder, 'normal'));
    } catch (error) {
      if (!isSyncError(error) || error.verdict === 'end_run') throw error;
      const why = `its folder could not be listed: ${messageOf(error)}`;
      for (const rows of this.#pendingIn(folder))
        for (const { path } of rows) onProblem(path, unconfirmed(why, 'warning'));
      return;
    }
    this.#record(folder, shown, (row, now) => this.#refute(row, now));
  }

  /** A folder that is not there shows no file. */
  async #list(folder: RelPath, priority: Priority): Promise<Children> {
    const { remote } = this.#options;
    return (await remote.list(remote.root + folder, { priority, begins: true })) ?? [];
  }

  /** Confirms what the listing shows as it was put. */
  #record(
    folder: RelPath,
    shown: ChildrenByName,
    refute?: (row: LedgerRow, now: ShownVersion | undefined) => void,
  ): void {
    const { ledger } = this.#options;
    for (const rows of this.#pendingIn(folder))
      ledger.transaction(() => {
        for (const row of rows) {
          const now = shown.named(nameOf(row.path)).find((child) => child.kind === 'file');
          if (now?.size === row.size) ledger.confirm(row.path, now.modifiedMs);
          else refute?.(row, now);
        }
      });
  }

  /** Such a file is still ours, but its version is not known: the source's version is uploaded again. */
  #refute(row: LedgerRow, now: ShownVersion | undefined): void {
    const { ledger, remote, onProblem } = this.#options;
    const { name } = remote.words;
    const found = now === undefined ? `${name} does not list it` : `${name} lists ${now.size} bytes`;
    const message = `uploaded ${row.size} bytes, but ${found}; the next run uploads it again`;
    onProblem(row.path, unconfirmed(message, 'failure'));
    ledger.put({ ...row, version: '', identity: undefined, digest: undefined }, 'refuted');
  }

  #isOvertaken(path: RelPath): boolean {
    return this.#options.isOvertaken?.(path) === true;
  }

  *#pendingIn(folder: RelPath): Generator<readonly LedgerRow[], void> {
    for (const rows of pendingIn(this.#options.ledger, folder)) {
      const ours = rows.filter(({ path }) => !this.#isOvertaken(path));
      if (ours.length > 0) yield ours;
    }
  }

  /** The folders of all files that wait for a listing, each once. */
  *#foldersWaiting(): Generator<RelPath, void> {
    const way: RelPath[] = [];
    for (const rows of this.#options.ledger.pendingRows())
      for (const { path } of rows) {
        // a file that waits under a hidden name is in no folder of the target
        if (isHidden(path) || this.#isOvertaken(path)) continue;
        while (way.length > 0 && !isWithin(path, way.at(-1)!)) way.pop();
        const folder = parentOf(path);
        if (way.at(-1) === folder) continue;
        way.push(folder);
        yield folder;
      }
  }
}

const PAGE = 500;

/** The files of `folder`, without those of folders in it, that wait for a listing; page by page, and rows may change. */
function* pendingIn(ledger: Ledger, folder: RelPath): Generator<readonly LedgerRow[], void> {
  const end = folder === '' ? undefined : afterFolder(folder);
  let limit = PAGE;
  for (let from = folder, inclusive = false; ;) {
    const rows = ledger.page({ from, inclusive, end, limit, pending: true });
    const below = rows.findIndex(({ path }) => parentOf(path) !== folder);
    const ours = (below === -1 ? rows : rows.slice(0, below)).filter(({ path }) => !isHidden(path));
    if (ours.length > 0) yield ours;
    if (below === -1 && rows.length < limit) return;
    // what is below another folder is passed over at once; more of that may follow
    const next = below === -1 ? rows.at(-1)!.path : rows[below]!.path;
    from = below === -1 ? next : afterFolder(next.slice(0, next.indexOf('/', folder.length) + 1));
    inclusive = below !== -1;
    limit = below === -1 ? Math.min(PAGE, limit * 4) : 4;
  }
}

const unconfirmed = (message: string, severity: Problem['severity']): Problem => ({
  code: 'not_confirmed',
  severity,
  message,
});
