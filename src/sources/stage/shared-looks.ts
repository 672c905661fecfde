import { byName } from '../../model/children.ts';
import { parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';
import type { CallOptions, Destination } from '../../model/ports.ts';

interface Waiting {
  readonly path: RelPath;
  readonly call: CallOptions;
  readonly resolve: (shown: ShownVersion | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** A listing serves instead of single looks where at least one of so many of its children is looked for. */
const CHILDREN_A_LOOK = 200;

/**
 * Looks at files, each begun after it was asked for. While one look at a folder is under way, those who ask wait for the next,
 * which is one for all of them: a listing of the folder. So files that are read many at a time cost few looks.
 */
export class SharedLooks {
  readonly #destination: Pick<Destination, 'listFolder' | 'stat'>;
  readonly #waiting = new Map<RelPath, Waiting[]>();
  /** Children of folders that have very many. */
  readonly #large = new Map<RelPath, number>();

  constructor(destination: Pick<Destination, 'listFolder' | 'stat'>) {
    this.#destination = destination;
  }

  /** A listing showed so many children in the folder, which is a full path. */
  counted(folder: RelPath, children: number): void {
    if (children > CHILDREN_A_LOOK) this.#large.set(folder, children);
    else this.#large.delete(folder);
  }

  /** What is at a full path, by a look that begins from now on; undefined: no file. Rejects as the look does. */
  at(path: RelPath, call: CallOptions): Promise<ShownVersion | undefined> {
    const folder = parentOf(path);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { path, call, resolve, reject };
      const others = this.#waiting.get(folder);
      if (others !== undefined) others.push(waiting);
      else {
        this.#waiting.set(folder, [waiting]);
        void this.#serve(folder);
      }
    });
  }

  /** Looks again and again, until nobody waits. */
  async #serve(folder: RelPath): Promise<void> {
    for (;;) {
      // who asks in this same turn is served by the same look
      await Promise.resolve();
      const served = this.#waiting.get(folder) ?? [];
      if (served.length === 0) break;
      this.#waiting.set(folder, []);
      await this.#look(folder, served);
    }
    this.#waiting.delete(folder);
  }

  async #look(folder: RelPath, served: readonly Waiting[]): Promise<void> {
    const single = served.length === 1 || served.length * CHILDREN_A_LOOK < (this.#large.get(folder) ?? 0);
    if (single) {
      const looks = served.map(({ path, call, resolve, reject }) =>
        this.#destination.stat(path, call).then(resolve, reject),
      );
      await Promise.all(looks);
      return;
    }
    try {
      const children = await this.#destination.listFolder(folder, served[0]!.call);
      const named = children && byName(children);
      for (const { path, call, resolve, reject } of served) {
        const shown = named?.named(path.slice(folder.length)) ?? [];
        const file = shown.find((child) => child.kind === 'file');
        // a listing that is unclear about a name says nothing of it
        const isUnclear = shown.some(({ kind }) => kind === 'unknown');
        if (isUnclear) this.#destination.stat(path, call).then(resolve, reject);
        else resolve(file);
      }
    } catch (error) {
      for (const { reject } of served) reject(error);
    }
  }
}
