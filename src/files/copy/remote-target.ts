import type { ListedCopy } from '../../check/first-difference.ts';
import type { FileEntry } from '../../model/entry.ts';
import { hasFact, isOfReading, isSyncError, SyncError } from '../../model/errors.ts';
import { parentOf, type RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';
import type { Clock, Content, Source } from '../../model/ports.ts';
import { ReadAhead } from '../../remote/read-ahead.ts';
import { Remote } from '../../remote/remote.ts';
import type { RetryingDestination } from '../../remote/retrying-destination.ts';
import { HiddenNames } from '../../sync/execute/hidden-names.ts';
import { publish, refusesName } from '../../sync/execute/uploads/replace.ts';
import { messageBefore, waysOut, type Aside } from '../naming/next-command.ts';
import type { CopyFile } from './copy-step.ts';
import type { CopyTarget } from './copy-target.ts';
import type { Shown } from './decide-copy.ts';
import { observed, type OnRead } from './observed-content.ts';
import { TargetFolders } from './target-folders.ts';
import { TargetLooks } from './target-looks.ts';

export interface RemoteTargetOptions {
  readonly destination: RetryingDestination;
  /** The folder that everything goes to; '' or ending in '/'. */
  readonly base: RelPath;
  /** The same destination as a source, from its top, whose versions are size and time. */
  readonly asSource: Source;
  /** Each file is sent under a hidden name, and gets its own when it is whole. */
  readonly atomic: boolean;
  readonly clock: Clock;
  /** Aborted: nothing more is read ahead. */
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
  readonly onRead: OnRead;
}

/** How long a look counts right before an upload, in milliseconds. */
const FRESH_MS = 5000;
/** How often a file that changes while it is read is sent anew. */
const MOST_VERSIONS = 3;

/** A destination behind a gate, which stores a file whole or not at all. */
export class RemoteTarget implements CopyTarget {
  readonly setsTimes = false;
  readonly #options: RemoteTargetOptions;
  readonly #looks: TargetLooks;
  readonly #folders: TargetFolders;
  readonly #hidden: HiddenNames;
  readonly #readAhead = new WeakMap<Source, ReadAhead>();
  /** The destination turned out to refuse an upload over a file. */
  #refusesOverwrite = false;

  constructor(options: RemoteTargetOptions) {
    this.#options = options;
    this.#looks = new TargetLooks(options);
    this.#folders = new TargetFolders(options.destination, this.#looks, options.signal);
    this.#hidden = new HiddenNames(options.clock.now());
  }

  look(path: RelPath, options: { readonly anew?: boolean } = {}): Promise<Shown> {
    return this.#looks.at(path, options);
  }

  async copyAt(path: RelPath, { size, modifiedMs }: ShownVersion): Promise<ListedCopy> {
    const version = `${size}:${modifiedMs ?? ''}`;
    return { source: this.#options.asSource, entry: { kind: 'file', path, size, modifiedMs, version } };
  }

  makeFolder(folder: RelPath): Promise<boolean> {
    return this.#folders.ready(folder);
  }

  hasFolder(folder: RelPath): Promise<boolean> {
    return this.#looks.hasFolder(folder);
  }

  /** Sends the file, again when it changed while it was read: its newest version counts. */
  async put(file: CopyFile, { replaces }: { readonly replaces: ShownVersion | undefined }): Promise<void> {
    const { source } = file;
    const { signal } = this.#options;
    await this.#folders.ready(parentOf(file.to));
    let { entry } = file;
    // after an earlier version that may have been stored, a look at the size cannot tell which of them is there
    let mayLook = true;
    for (let version = 1; ; version++) {
      try {
        await this.#send({ ...file, entry }, { replaces, mayLook });
        return;
      } catch (error) {
        if (!hasFact(error, 'changed') || version === MOST_VERSIONS || source.stat === undefined) throw error;
        const now: FileEntry | undefined = await source.stat(entry.path, { signal });
        if (now === undefined) throw error;
        entry = now;
        mayLook &&= !error.inDoubt;
      }
    }
  }

  async #send(file: CopyFile, how: Sending): Promise<void> {
    const isHidden = this.#options.atomic || (how.replaces !== undefined && this.#refusesOverwrite);
    const send = () => (isHidden ? this.#sendHidden(file, how) : this.#upload(file, file.to, how));
    try {
      return await send();
    } catch (error) {
      if (!isSyncError(error) || isOfReading(error)) throw error;
      if (how.replaces !== undefined && refusesName(error) && !this.#options.atomic) {
        await this.#sendHidden(file, how);
        this.#refusesOverwrite = true;
        return;
      }
      if (!hasFact(error, 'missing')) throw error;
      await this.#folders.restore(parentOf(file.to));
      await send();
    }
  }

  /** Each attempt has a reading of its own, and unless a file is to be replaced a look in its turn. */
  async #upload(file: CopyFile, to: RelPath, { replaces, mayLook }: Sending): Promise<void> {
    const { destination, clock, signal, onRead } = this.#options;
    const { source, entry, from } = file;
    const expected = this.#readAheadOf(source)?.expect(entry);
    let attempt = 0;
    const read = async (): Promise<Content> => {
      const isFirst = attempt++ === 0;
      // a hidden name is free at first, and has the file when an earlier attempt only lost its reply
      if (replaces === undefined && (to === file.to || !isFirst))
        await this.#requireFree(to, clock.elapsed() - (isFirst ? FRESH_MS : 0));
      const content = await (expected?.read() ?? source.read(entry, { signal }));
      return observed(content, { from, size: entry.size }, onRead);
    };
    try {
      await destination.upload(to, read, { signal, begins: true, size: entry.size, replaces, mayLook });
    } finally {
      expected?.close();
    }
  }

  /** Small files of another machine are read before their turn. */
  #readAheadOf(source: Source): ReadAhead | undefined {
    if (!source.traits.isRemote) return undefined;
    const { destination, clock, draining, signal } = this.#options;
    const known = this.#readAhead.get(source);
    if (known !== undefined) return known;
    const made = new ReadAhead({ source, gate: destination, clock, draining, signal });
    this.#readAhead.set(source, made);
    return made;
  }

  async #requireFree(path: RelPath, notBefore: number): Promise<void> {
    if ((await this.#looks.inTurn(path, notBefore)).kind !== 'nothing') throw nowTaken(path);
  }

  async #sendHidden(file: CopyFile, { replaces, mayLook }: Sending): Promise<void> {
    const remote = this.#remote(file.source);
    const detour = { via: this.#hidden.next('new', file.to), aside: this.#hidden.next('old', file.to) };
    await this.#upload(file, detour.via, { replaces: undefined, mayLook });
    const sentAt = this.#options.clock.elapsed();
    try {
      if (replaces !== undefined) return await publish(remote, file.to, detour, { occupied: true });
      const verdict = await remote.move(detour.via, file.to, {
        check: async (attempt, inDoubt) => {
          if (inDoubt && (await remote.statNow(detour.via)) === undefined) return 'done';
          const notBefore = attempt > 1 ? this.#options.clock.elapsed() : sentAt;
          return (await this.#looks.inTurn(file.to, notBefore)).kind === 'nothing' ? 'go' : 'kept';
        },
      });
      if (verdict === 'kept') throw nowTaken(file.to);
    } catch (error) {
      if (!isSyncError(error)) throw error;
      if (!error.inDoubt) await this.#withdraw(remote, detour.via);
      throw replaces === undefined
        ? error
        : await withPlaceOf(remote, { path: file.to, via: detour.aside }, error);
    }
  }

  /** Removes a file that did not get its name. Where that fails too, it stays hidden until somebody sweeps it. */
  async #withdraw(remote: Remote, via: RelPath): Promise<void> {
    try {
      await remote.remove(via);
    } catch (error) {
      if (!isSyncError(error)) throw error;
    }
  }

  #remote(source: Source): Remote {
    const { destination, signal } = this.#options;
    return new Remote({ destination, source, signal, onBytes: () => undefined });
  }
}

/** The same error; where the old file has stepped aside, and did not get its name back, it says where that file is. */
async function withPlaceOf(remote: Remote, old: Aside, error: SyncError): Promise<SyncError> {
  let where = 'is';
  try {
    if ((await remote.stat(old.via)) === undefined) return error;
  } catch {
    where = 'may be';
  }
  const { verdict, fact, operation, inDoubt } = error;
  return new SyncError(
    error.code,
    `${messageBefore(error)}; the file that was at ${old.path} ${where} at ${old.via}: ${waysOut(remote, old)}`,
    { verdict, fact, operation, inDoubt, cause: error },
  );
}

interface Sending {
  readonly replaces: ShownVersion | undefined;
  readonly mayLook: boolean;
}

const nowTaken = (path: RelPath): SyncError =>
  new SyncError(
    'destination_taken',
    (name) => `${name} cannot be written: something got its name meanwhile; look at it, and copy again`,
    {
      verdict: 'skip_entry',
      fact: 'taken',
      operation: 'upload',
      path,
    },
  );
