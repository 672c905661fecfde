import { childrenNamed } from '../../model/children.ts';
import type { Children } from '../../model/children.ts';
import type { Problem } from '../../model/entry.ts';
import { isSyncError, messageBeside } from '../../model/errors.ts';
import { nameOf, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { PipelineInfo } from '../../model/pipelines.ts';
import type { ShownVersion } from '../../model/plan.ts';
import type { CheckVerdict } from '../../remote/remote.ts';
import { sameAtDestination, sameShown } from '../compare/decide.ts';
import type { PresentName } from '../names/present-names.ts';
import type { LoadLog } from './load-log.ts';
import type { LoadRow } from './load-row.ts';
import { fromTop } from '../names/translated-destination.ts';
import { mayRead } from './pipeline-pattern.ts';
import { NameChoice } from './name-choice.ts';
import type { NameChoiceParts } from './name-choice.ts';

export interface RenameParts extends NameChoiceParts {
  readonly log: LoadLog;
  readonly onProblem: (path: RelPath, problem: Problem) => void;
}

/** Names that are settled at once. */
const PAGE = 500;

/**
 * Gives a file that changed a name that no pipeline has read, by one move at the destination. What an earlier run had begun is
 * ended first, and earlier contents go once the new one is there. Names of others are left alone.
 */
export class Renames {
  readonly #parts: RenameParts;
  readonly #names: NameChoice;
  /** Names that stay until the next pass. */
  readonly #kept = new Set<RelPath>();
  readonly #unread = new Set<RelPath>();

  constructor(parts: RenameParts) {
    this.#parts = parts;
    this.#names = new NameChoice(parts);
  }

  /**
   * Ends what a run that died had begun, by what the destination shows. It has to come before both ends are compared. Rejects
   * as the destination does.
   */
  async recover(): Promise<void> {
    for (const each of this.#pages('moving')) await this.#settle(each);
  }

  /** Whether the file was moved. */
  async #settle(moving: PresentName): Promise<boolean> {
    const shown = await this.#movedTo(moving);
    if (shown === undefined) this.#parts.ledger.names.forget(moving.name);
    else this.#isThere(moving, shown);
    return shown !== undefined;
  }

  /** Removes what is left of earlier contents. What could not be removed is left to the next pass. */
  async removeFormer(): Promise<void> {
    for (const each of this.#pages('former')) await this.#removeFormer(each);
  }

  /**
   * Resolves with the new name; undefined where it could not be given now. The file was looked at: it is there as it was put.
   * `infos`: the pipelines that are to read it.
   */
  async give(row: LoadRow, infos: readonly PipelineInfo[]): Promise<RelPath | undefined> {
    const { ledger } = this.#parts;
    const begun = ledger.names.of(row.path);
    if (begun?.state === 'moving' && (await this.#settle(begun))) return begun.name;
    // a pipeline is to read the newest content last
    for (const each of ledger.names.formerOf(row.path)) await this.#removeFormer(each);
    const entry = ledger.get(row.path);
    const beside = await this.#names.beside(row.path);
    const equal = await this.#names.equal(row, beside, entry?.digest);
    const name = equal ?? (await this.#names.free(row.path, beside));
    if (name === undefined || entry === undefined) return undefined;
    const blind = infos.find((info) => !mayRead(info, this.#full(name)));
    if (blind !== undefined) {
      this.#cannotRead(row.path, name, blind);
      return undefined;
    }
    const moving: PresentName = {
      name,
      path: row.path,
      state: 'moving',
      size: row.size,
      modifiedMs: undefined,
    };
    ledger.names.set(moving);
    const end = await (equal === undefined ? this.#move(moving) : this.#removeOwn(moving)).catch(
      (error: unknown) => this.#failed(moving, error),
    );
    const shown = end === 'done' ? await this.#parts.remote.stat(this.#full(name)) : undefined;
    if (shown?.size !== row.size) {
      // others were faster, or the file has changed: the next look decides
      if (end !== 'in_doubt') ledger.names.forget(name);
      return undefined;
    }
    this.#isThere(moving, shown);
    return name;
  }

  /** What is in doubt is settled before the next try. Throws what ends the run. */
  #failed({ name, path }: PresentName, error: unknown): 'kept' | 'in_doubt' {
    const { signal, ledger, onProblem } = this.#parts;
    if (isSyncError(error) && !error.inDoubt) ledger.names.forget(name);
    if (signal.aborted || !isSyncError(error) || error.verdict === 'end_run') throw error;
    onProblem(path, {
      code: 'not_reloaded',
      severity: 'warning',
      message: `changed after a pipeline had read it, and could not be given the name ${name}: ${messageBeside(path, error)}; the next run tries again`,
    });
    return error.inDoubt ? 'in_doubt' : 'kept';
  }

  /** Whether a pipeline that has to read the file again takes in none of its new names. */
  isStuck(path: RelPath): boolean {
    return this.#unread.has(path);
  }

  *#pages(state: PresentName['state']): Generator<PresentName> {
    const { signal, ledger } = this.#parts;
    for (let after: RelPath = ''; !signal.aborted;) {
      const page = ledger.names.page(state, after, PAGE);
      yield* page;
      if (page.length < PAGE) return;
      after = page.at(-1)!.name;
    }
  }

  /** What has the name, where the file was moved there: then nothing has its path, and a listing shows one of them. */
  async #movedTo({ name, path, size }: PresentName): Promise<ShownVersion | undefined> {
    const { remote } = this.#parts;
    const named = await remote.stat(this.#full(name));
    if (named?.size !== size) return undefined;
    const own = await remote.stat(this.#full(path));
    if (own === undefined || !sameShown(own, named)) return undefined;
    // both may be of one size and time
    return (await this.#isListed(name, (folder) => remote.list(folder))) ? undefined : named;
  }

  /** Whether a listing shows the name beside the path: then they are two files. */
  async #isListed(name: RelPath, list: (folder: RelPath) => Promise<Children | undefined>): Promise<boolean> {
    const children = (await list(this.#full(parentOf(name)))) ?? [];
    return childrenNamed(children, nameOf(name)).some(({ kind }) => kind === 'file');
  }

  #isThere(moving: PresentName, { modifiedMs }: ShownVersion): void {
    const { ledger, log } = this.#parts;
    ledger.transaction(() => {
      ledger.names.gone(moving.path);
      ledger.names.set({ ...moving, state: 'present', modifiedMs });
      ledger.confirm(moving.path, modifiedMs);
      log.changes.renamed(moving.path);
    });
  }

  #move({ path, name }: PresentName): Promise<CheckVerdict> {
    const { remote } = this.#parts;
    const check = async (_: number, inDoubt: boolean): Promise<CheckVerdict> => {
      const named = await remote.statNow(this.#full(name));
      if (named === undefined) return this.#isAsPut(path);
      if (!inDoubt) return 'kept';
      return (await this.#isListed(name, (folder) => remote.listNow(folder))) ? 'kept' : 'done';
    };
    return remote.move(this.#full(path), this.#full(name), { begins: true, check });
  }

  /** The file is there under another name: what is under its own is not needed. */
  async #removeOwn({ path, name }: PresentName): Promise<CheckVerdict> {
    const { remote } = this.#parts;
    const check = async (_: number, inDoubt: boolean): Promise<CheckVerdict> => {
      // once nothing has the path, a listing shows the other one under it
      if (inDoubt && !(await this.#isListed(name, (folder) => remote.listNow(folder)))) return 'done';
      return this.#isAsPut(path);
    };
    return remote.remove(this.#full(path), { begins: true, check });
  }

  async #isAsPut(path: RelPath): Promise<CheckVerdict> {
    const now = await this.#parts.remote.statNow(this.#full(path));
    const row = this.#parts.ledger.get(path);
    if (now === undefined || row === undefined) return 'gone';
    return sameAtDestination(now, row) ? 'go' : 'kept';
  }

  async #removeFormer({ name, path, size, modifiedMs }: PresentName): Promise<void> {
    const { remote, ledger, signal, onProblem } = this.#parts;
    if (this.#kept.has(name)) return;
    const check = async (): Promise<CheckVerdict> => {
      const now = await remote.statNow(this.#full(name));
      if (now === undefined) return 'gone';
      return modifiedMs !== undefined && sameShown(now, { size, modifiedMs }) ? 'go' : 'kept';
    };
    try {
      const end = await remote.remove(this.#full(name), { begins: true, check });
      ledger.names.forget(name);
      if (end === 'kept') onProblem(name, keptFormer(path));
    } catch (error) {
      if (signal.aborted || !isSyncError(error) || error.verdict === 'end_run') throw error;
      this.#kept.add(name);
      onProblem(name, {
        ...keptFormer(path),
        message: `${keptFormer(path).message}: ${messageBeside(name, error)}`,
      });
    }
  }

  #cannotRead(path: RelPath, name: RelPath, { pipeline, files }: PipelineInfo): void {
    if (this.#unread.has(path)) return;
    this.#unread.add(path);
    this.#parts.onProblem(path, {
      code: 'not_reloaded',
      severity: 'warning',
      message: `changed after the pipeline ${pipeline} had read it, and its pattern ${files ?? ''} takes in no ${name}: widen the pattern, or use --reload drop-file`,
    });
  }

  #full(path: RelPath): RelPath {
    return fromTop(path, this.#parts.remote.root);
  }
}

const keptFormer = (path: RelPath): Problem => ({
  code: 'former_version_kept',
  severity: 'warning',
  message: `an earlier content of ${path}, which is not needed any more; it stays`,
});
