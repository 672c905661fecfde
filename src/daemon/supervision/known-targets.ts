import { configError } from '../../jobs/usage-errors.ts';
import { printable } from '../../model/printable.ts';

/** Where a job goes, as opening it has told. */
export interface KnownTarget {
  /** Of the Management API; the deployments of two servers are not the same. */
  readonly server: string;
  /** The deployment by its ID, and the folder. */
  readonly label: string;
}

/**
 * Where the jobs of a daemon go, as far as opening them has told. A file may name one deployment by its name in one job and by its
 * ID in another, which nobody can see before both have been looked up.
 */
export class KnownTargets {
  readonly #targets = new Map<string, KnownTarget>();

  /** Remembers where the job goes. Throws `config` where that is, lies in, or holds the target of another job. */
  claim(job: string, target: KnownTarget): void {
    for (const [other, known] of this.#targets)
      if (other !== job && overlap(known, target))
        throw configError(
          `goes to ${printable(target.label)}, and the job ${JSON.stringify(other)} to ${printable(known.label)}: that is one deployment by two names, and each job would undo what the other does; give each a folder of its own`,
        );
    this.#targets.set(job, target);
  }

  /** The job has ended, or goes elsewhere from now on. */
  forget(job: string): void {
    this.#targets.delete(job);
  }
}

const folderOf = ({ label }: KnownTarget): string => `${label.replace(/\/+$/, '')}/`;

const overlap = (a: KnownTarget, b: KnownTarget): boolean =>
  a.server === b.server && (folderOf(a).startsWith(folderOf(b)) || folderOf(b).startsWith(folderOf(a)));
