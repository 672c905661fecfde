import { nameOf, parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Remote } from '../../../remote/remote.ts';
import type { FileLooks } from './recovery-parts.ts';

/** A look of its own for each path, each time. */
export const singleLooks = (remote: Remote): FileLooks => ({
  exists: (path) => remote.exists(remote.root + path),
});

/** From so many looks into one folder on, its listing is less to ask for. */
const WORTH_A_LISTING = 3;

/** The names in a folder; undefined where some of what it holds cannot be told. */
type Names = ReadonlySet<string> | undefined;

/**
 * Looks at files of which several may be in one folder: a listing then answers for all of them. What is seen counts until
 * the end of the recovery, so that these must be files that nothing else in doubt has to do with.
 */
export class SharedLooks implements FileLooks {
  readonly #remote: Remote;
  readonly #counts = new Map<RelPath, number>();
  readonly #listed = new Map<RelPath, Promise<Names>>();

  /** `paths`: all that will be looked at, below the target. */
  constructor(remote: Remote, paths: Iterable<RelPath>) {
    this.#remote = remote;
    for (const path of paths) {
      const folder = parentOf(path);
      this.#counts.set(folder, (this.#counts.get(folder) ?? 0) + 1);
    }
  }

  async exists(path: RelPath): Promise<boolean> {
    const folder = parentOf(path);
    const shared = (this.#counts.get(folder) ?? 0) >= WORTH_A_LISTING;
    const names = shared ? await this.#names(folder) : undefined;
    return names?.has(nameOf(path)) ?? this.#remote.exists(this.#remote.root + path);
  }

  #names(folder: RelPath): Promise<Names> {
    let names = this.#listed.get(folder);
    if (names === undefined) this.#listed.set(folder, (names = this.#list(folder)));
    return names;
  }

  async #list(folder: RelPath): Promise<Names> {
    const names = new Set<string>();
    for (const child of (await this.#remote.list(this.#remote.root + folder)) ?? []) {
      if (child.kind === 'unknown') return undefined;
      if (child.kind === 'file') names.add(child.name);
    }
    return names;
  }
}
