import type { DestinationChild } from '../../../model/entry.ts';
import { nameOf, parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { ShownVersion } from '../../../model/plan.ts';
import type { Clock } from '../../../model/ports.ts';
import type { Remote } from '../../../remote/remote.ts';

/** How long a look counts as fresh, in milliseconds. */
const FRESH_MS = 5000;
/** The most folders whose looks are kept: removals and moves come folder by folder. */
const MOST_KEPT = 64;

type Children = ReadonlyMap<string, DestinationChild>;

/** What a fresh listing shows of a file. `unclear`: it shows something that cannot be read. */
export type Look = { readonly shown: ShownVersion | undefined } | { readonly unclear: string };

/**
 * Lists a folder once for all files in it that go, or move, one after the other, as long as the listing is fresh. The look
 * is made in the turn of the change that needs it, so that there is no wait between the two.
 */
export class FreshLooks {
  readonly #remote: Remote;
  readonly #clock: Clock;
  readonly #kept = new Map<RelPath, { readonly atMs: number; readonly children: Promise<Children> }>();

  constructor(remote: Remote, clock: Clock) {
    this.#remote = remote;
    this.#clock = clock;
  }

  /** `path` is below the target. `anew`: what was seen of its folder before does not count. */
  async at(path: RelPath, { anew = false }: { readonly anew?: boolean } = {}): Promise<Look> {
    const folder = parentOf(path);
    if (anew) this.#kept.delete(folder);
    const children = await this.#children(folder);
    const child = children.get(nameOf(path));
    if (child?.kind === 'unknown') return { unclear: child.problem.message };
    if (child === undefined) {
      const garbled = children.get(ANYWHERE);
      if (garbled?.kind === 'unknown') return { unclear: garbled.problem.message };
    }
    return { shown: child?.kind === 'file' ? child : undefined };
  }

  /** Forgets all looks, for a new phase begins. */
  forget(): void {
    this.#kept.clear();
  }

  #children(folder: RelPath): Promise<Children> {
    const now = this.#clock.elapsed();
    const kept = this.#kept.get(folder);
    if (kept !== undefined && now - kept.atMs < FRESH_MS) return kept.children;
    const children = this.#list(folder);
    children.catch(() => this.#kept.delete(folder));
    this.#kept.delete(folder);
    this.#kept.set(folder, { atMs: now, children });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return children;
  }

  async #list(folder: RelPath): Promise<Children> {
    const children = new Map<string, DestinationChild>();
    for (const child of (await this.#remote.listNow(this.#remote.root + folder)) ?? []) {
      if (child.kind === 'unknown' && child.anywhere === true) children.set(ANYWHERE, child);
      else if (child.kind !== 'folder') children.set(child.name, child);
    }
    return children;
  }
}

/** Stands for an unclear child that may be any name of the folder; no name has a slash. */
const ANYWHERE = '/';
