import { byName, garbledIn } from '../../model/children.ts';
import { parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';
import type { CallOptions, Destination } from '../../model/ports.ts';

/** How looks are made. */
export type DestinationLooks = Pick<Destination, 'listFolder' | 'stat'>;

/** A look at a file that is being read, which is to come when all of the file is there. */
export interface ExpectedLook {
  /** What is at the path, by a look that begins from now on; undefined: no file. To be called once. Rejects as the look does. */
  shown(call: CallOptions): Promise<ShownVersion | undefined>;
  /** The look is not wanted any more. Always called at the end. */
  close(): void;
}

interface Waiting {
  readonly path: RelPath;
  readonly call: CallOptions;
  readonly resolve: (shown: ShownVersion | undefined) => void;
  readonly reject: (error: unknown) => void;
  readonly wasExpected: boolean;
}

interface Folder {
  /** Files that are being read, and will wait for a look. */
  expected: number;
  waiting: Waiting[];
  /** Looks under way. */
  looks: number;
  /** Whether it is about to be decided if a look begins: who asks in this same turn is served by the same look. */
  isDue: boolean;
}

/** A listing serves instead of single looks where at least one of so many of its children is looked for. */
const CHILDREN_A_LOOK = 200;

/**
 * Looks at files, each begun after it was asked for. Those who ask while a look at a folder is under way wait for the next, which is
 * one for all of them: a listing of the folder. It begins when as many wait as are still expected, so that files that are read
 * many at a time cost few looks, and small ones are never kept from their look by more than as many others.
 */
export class SharedLooks {
  readonly #looks: DestinationLooks;
  readonly #folders = new Map<RelPath, Folder>();
  /** Children of folders that have very many. */
  readonly #large = new Map<RelPath, number>();

  constructor(looks: DestinationLooks) {
    this.#looks = looks;
  }

  /** A listing showed so many children in the folder, which is a full path. */
  counted(folder: RelPath, children: number): void {
    if (children > CHILDREN_A_LOOK) this.#large.set(folder, children);
    else this.#large.delete(folder);
  }

  /** A file of this full path is being read, and soon asks for its look: others of its folder may wait for that. */
  expect(path: RelPath): ExpectedLook {
    const folder = this.#folderOf(path);
    folder.expected++;
    let isExpected = true;
    const close = (): void => {
      if (!isExpected) return;
      isExpected = false;
      folder.expected--;
      this.#decideSoon(parentOf(path), folder);
    };
    return {
      close,
      shown: (call) => {
        close();
        return this.#add(path, call, { wasExpected: true });
      },
    };
  }

  /** What is at a full path, by a look that begins from now on; undefined: no file. Rejects as the look does. */
  at(path: RelPath, call: CallOptions): Promise<ShownVersion | undefined> {
    return this.#add(path, call, { wasExpected: false });
  }

  #add(
    path: RelPath,
    call: CallOptions,
    { wasExpected }: Pick<Waiting, 'wasExpected'>,
  ): Promise<ShownVersion | undefined> {
    const folder = this.#folderOf(path);
    return new Promise((resolve, reject) => {
      folder.waiting.push({ path, call, resolve, reject, wasExpected });
      this.#decideSoon(parentOf(path), folder);
    });
  }

  #folderOf(path: RelPath): Folder {
    const name = parentOf(path);
    let folder = this.#folders.get(name);
    if (folder === undefined)
      this.#folders.set(name, (folder = { expected: 0, waiting: [], looks: 0, isDue: false }));
    return folder;
  }

  #decideSoon(name: RelPath, folder: Folder): void {
    if (folder.isDue) return;
    folder.isDue = true;
    queueMicrotask(() => {
      folder.isDue = false;
      if (isTimeToLook(folder)) void this.#serve(name, folder);
      this.#dropIfUnused(name, folder);
    });
  }

  #dropIfUnused(name: RelPath, { expected, waiting, looks }: Folder): void {
    if (expected + waiting.length + looks === 0) this.#folders.delete(name);
  }

  /** Those who wait share a look with those whose work ends with theirs, by one signal. */
  async #serve(name: RelPath, folder: Folder): Promise<void> {
    const served = folder.waiting;
    folder.waiting = [];
    folder.looks++;
    const groups = Map.groupBy(served, ({ call }) => call.signal).values();
    await Promise.all(Array.from(groups, (group) => this.#look(name, group)));
    folder.looks--;
    this.#decideSoon(name, folder);
  }

  async #look(folder: RelPath, served: readonly Waiting[]): Promise<void> {
    const single = served.length === 1 || served.length * CHILDREN_A_LOOK < (this.#large.get(folder) ?? 0);
    if (single) {
      await Promise.all(served.map((each) => this.#lookAlone(each)));
      return;
    }
    try {
      const children = await this.#looks.listFolder(folder, served[0]!.call);
      const named = children && byName(children);
      const isGarbled = children !== undefined && garbledIn(children) !== undefined;
      for (const waiting of served) {
        const shown = named?.named(waiting.path.slice(folder.length)) ?? [];
        // a listing that is unclear about a name says nothing of it
        const isUnclear = shown.length === 0 ? isGarbled : shown.some(({ kind }) => kind === 'unknown');
        if (isUnclear) void this.#lookAlone(waiting);
        else waiting.resolve(shown.find((child) => child.kind === 'file'));
      }
    } catch (error) {
      for (const { reject } of served) reject(error);
    }
  }

  #lookAlone({ path, call, resolve, reject }: Waiting): Promise<void> {
    return this.#looks.stat(path, call).then(resolve, reject);
  }
}

/**
 * One look at a time, and none while more files are expected than wait for it. After the last of those that were expected, as at the
 * end of a run, nobody waits for the look before.
 */
function isTimeToLook({ expected, waiting, looks }: Folder): boolean {
  if (waiting.length === 0 || waiting.length < expected) return false;
  return looks === 0 || (looks === 1 && expected === 0 && waiting.some(({ wasExpected }) => wasExpected));
}
