import { byName, garbledIn } from '../../../model/children.ts';
import type { ChildrenByName } from '../../../model/children.ts';
import type { Problem } from '../../../model/entry.ts';
import { nameOf, parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { ShownVersion } from '../../../model/plan.ts';
import type { Clock } from '../../../model/ports.ts';
import type { Remote } from '../../../remote/remote.ts';

/** How long a look counts as fresh, in milliseconds. */
const FRESH_MS = 5000;
/** The most folders whose looks are kept: removals and moves come folder by folder. */
const MOST_KEPT = 64;

/** What one listing shows. `garbled`: one of its children may be any name. */
interface Seen {
  readonly children: ChildrenByName;
  readonly garbled: Problem | undefined;
}

/** What a fresh listing shows of a file. `unclear`: it shows something that cannot be read. */
export type Look = { readonly shown: ShownVersion | undefined } | { readonly unclear: string };

/** What is looked at. */
export type LookedAt = Pick<Remote, 'root' | 'listNow'> &
  Partial<Pick<Remote, 'statNow' | 'looksCostNothing'>>;

/**
 * Lists a folder once for all files in it that go, or move, one after the other, as long as the listing is fresh. The look
 * is made in the turn of the change that needs it, so that there is no wait between the two. Where looks cost nothing, each
 * file is looked at by itself, right before it changes.
 */
export class FreshLooks {
  readonly #remote: LookedAt;
  readonly #clock: Clock;
  readonly #kept = new Map<RelPath, { readonly atMs: number; readonly seen: Promise<Seen> }>();

  constructor(remote: LookedAt, clock: Clock) {
    this.#remote = remote;
    this.#clock = clock;
  }

  /** `path` is below the target. `anew`: what was seen of its folder before does not count. */
  async at(path: RelPath, { anew = false }: { readonly anew?: boolean } = {}): Promise<Look> {
    const remote = this.#remote;
    if (remote.looksCostNothing === true && remote.statNow !== undefined)
      return { shown: await remote.statNow(remote.root + path) };
    const folder = parentOf(path);
    if (anew) this.#kept.delete(folder);
    const { children, garbled } = await this.#seen(folder);
    const child = children.named(nameOf(path)).find(({ kind }) => kind !== 'folder');
    if (child?.kind === 'unknown') return { unclear: child.problem.message };
    if (child === undefined && garbled !== undefined) return { unclear: garbled.message };
    return { shown: child?.kind === 'file' ? child : undefined };
  }

  /** Forgets all looks, for a new phase begins. */
  forget(): void {
    this.#kept.clear();
  }

  #seen(folder: RelPath): Promise<Seen> {
    const now = this.#clock.elapsed();
    const kept = this.#kept.get(folder);
    if (kept !== undefined && now - kept.atMs < FRESH_MS) return kept.seen;
    const seen = this.#list(folder);
    seen.catch(() => this.#kept.delete(folder));
    this.#kept.delete(folder);
    this.#kept.set(folder, { atMs: now, seen });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return seen;
  }

  async #list(folder: RelPath): Promise<Seen> {
    const children = (await this.#remote.listNow(this.#remote.root + folder)) ?? [];
    return { children: byName(children), garbled: garbledIn(children)?.problem };
  }
}
