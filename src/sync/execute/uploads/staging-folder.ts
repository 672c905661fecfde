import type { DestinationWords } from '../../../model/destination-words.ts';
import type { Problem } from '../../../model/entry.ts';
import { isSyncError, messageOf } from '../../../model/errors.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Tally } from '../../tally.ts';
import type { HiddenNames } from '../hidden-names.ts';
import type { Journal } from '../journal.ts';
import type { Learnt } from '../learnt.ts';
import { removeFolder } from '../moves/put-back.ts';
import type { Remote } from '../../../remote/remote.ts';

export interface StagingFolderOptions {
  readonly remote: Remote;
  readonly journal: Journal;
  readonly tally: Tally;
  readonly learnt: Learnt;
  readonly hidden: HiddenNames;
}

/** The hidden folder that --atomic uploads into, outside the target. The folder is made once it is needed. */
export class StagingFolder {
  readonly #options: StagingFolderOptions;
  #made: Promise<number> | undefined;
  /** What became of some upload is not certain: an old file may wait in the folder for its name. */
  isInDoubt = false;

  constructor(options: StagingFolderOptions) {
    this.#options = options;
  }

  get path(): RelPath {
    return this.#options.hidden.folder;
  }

  /** Makes the folder. Its intent stays until the folder is removed: by this run or, after a failure, by the next one. */
  async make(): Promise<void> {
    this.#made ??= (async () => {
      const { remote, journal } = this.#options;
      const id = journal.begin([{ op: 'staging', path: '', via: this.path, reason: 'atomic' }])[0]!;
      await remote.makeFolder(this.path);
      return id;
    })();
    await this.#made;
  }

  /** Removes the folder and its contents, unless these may still be needed: the next run then looks. */
  async remove(): Promise<void> {
    const { remote, journal, tally, learnt } = this.#options;
    if (this.#made === undefined) return;
    const id = await this.#made;
    if (this.isInDoubt) return tally.problem(this.path, leftInDoubt(remote.words));
    try {
      await removeFolder(remote, this.path, learnt);
      this.#made = undefined;
      journal.end(id);
    } catch (error) {
      if (!isSyncError(error)) throw error;
      tally.problem(this.path, {
        code: 'left_aside',
        severity: 'warning',
        message: `this hidden folder could not be removed; the next run removes it: ${messageOf(error)}`,
      });
      if (error.verdict === 'end_run') throw error;
    }
  }
}

const leftInDoubt = ({ at }: DestinationWords): Problem => ({
  code: 'left_aside',
  severity: 'warning',
  message: `this hidden folder is left ${at}, for what became of an upload in it is not certain; the next run looks, and removes it`,
});
