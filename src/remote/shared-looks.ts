import { byName } from '../model/children.ts';
import { nameOf, parentOf, type RelPath } from '../model/path.ts';
import type { ShownVersion } from '../model/plan.ts';
import type { CallOptions, Destination } from '../model/ports.ts';

/** How long a look waits for others at the same folder, in milliseconds: files that are read together end together. */
const GATHER_MS = 20;
/** A listing of many more files than are looked for takes longer than looks at these alone. */
const MOST_LISTED = 64;

interface Waiting {
  readonly path: RelPath;
  readonly call: CallOptions;
  readonly resolve: (shown: Promise<ShownVersion | undefined>) => void;
}

/** The looks at one folder. */
interface FolderLooks {
  waiting: Waiting[];
  /** How many children the last listing had. */
  listed: number | undefined;
}

/**
 * Looks at single files, where several at one folder become one listing. Each look begins after it was asked for. For whoever
 * reads many files of a folder and wants to know of each whether it is still the same.
 */
export class SharedLooks {
  readonly #destination: Destination;
  readonly #folders = new Map<RelPath, FolderLooks>();

  constructor(destination: Destination) {
    this.#destination = destination;
  }

  /** As `Destination.stat`. */
  stat(path: RelPath, call: CallOptions): Promise<ShownVersion | undefined> {
    const folder = parentOf(path);
    return new Promise((resolve) => {
      const known = this.#folders.get(folder);
      const looks = known ?? { waiting: [], listed: undefined };
      looks.waiting.push({ path, call, resolve });
      if (known !== undefined) return;
      this.#folders.set(folder, looks);
      void this.#run(folder, looks);
    });
  }

  async #run(folder: RelPath, looks: FolderLooks): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    while (looks.waiting.length > 0) {
      const group = looks.waiting.splice(0);
      const isLong = looks.listed !== undefined && looks.listed > group.length * MOST_LISTED;
      if (group.length === 1 || isLong) await this.#one(group);
      else await this.#together(folder, looks, group);
    }
    this.#folders.delete(folder);
  }

  async #one(group: readonly Waiting[]): Promise<void> {
    await Promise.allSettled(
      group.map(({ path, call, resolve }) => {
        const shown = this.#destination.stat(path, call);
        resolve(shown);
        return shown;
      }),
    );
  }

  async #together(folder: RelPath, looks: FolderLooks, group: readonly Waiting[]): Promise<void> {
    const listing = this.#destination.listFolder(folder, group[0]!.call);
    const named = listing.then((children) => children && byName(children));
    const shown = async ({ path, call }: Waiting): Promise<ShownVersion | undefined> => {
      const child = (await named)?.named(nameOf(path)).find(({ kind }) => kind === 'file');
      // what a listing does not show, or not clearly, is asked for by its name
      return child?.kind === 'file' ? child : this.#destination.stat(path, call);
    };
    for (const each of group) each.resolve(shown(each));
    looks.listed = await listing.then((children) => children?.length).catch(() => undefined);
  }
}
