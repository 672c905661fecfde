import type { DestinationWords } from '../model/destination-words.ts';
import type { Children } from '../model/children.ts';
import type { FileEntry } from '../model/entry.ts';
import { hasFact } from '../model/errors.ts';
import type { RelPath } from '../model/path.ts';
import type { ShownVersion } from '../model/plan.ts';
import type { FolderBefore, Source } from '../model/ports.ts';
import type { GateRequest, Priority } from './gate/attempts.ts';
import { isThere } from './lost-replies.ts';
import type { ReadAhead } from './read-ahead.ts';
import type { ChangeCall, RetryingDestination } from './retrying-destination.ts';
import { uploadEntry } from './upload-entry.ts';
import type { EntryUpload } from './upload-entry.ts';

export interface RemoteOptions {
  readonly destination: RetryingDestination;
  /** Where uploads come from; undefined where nothing is uploaded. */
  readonly source?: Source | undefined;
  /** For a source whose files are best read before their turn. */
  readonly readAhead?: ReadAhead | undefined;
  readonly signal: AbortSignal;
  /** Bytes handed to a connection, for progress. */
  readonly onBytes: (entry: FileEntry, bytes: number, sent: number) => void;
  /** The priority of uploads, asked for each of them. Default: 'normal'. */
  readonly uploadPriority?: (() => Priority) | undefined;
}

/**
 * What a look says right before a change is sent: that it may go, that it is done already (by an attempt whose reply was
 * lost), that there is nothing to change, or that what is there is not what the plan knew.
 */
export type CheckVerdict = 'go' | 'done' | 'gone' | 'kept';

/** Called in the turn of the request; see ChangeCall. */
export type Check = (attempt: number, inDoubt: boolean) => Promise<CheckVerdict>;

/** How a change is made. */
export interface Change {
  /** The first request of an action; once the run drains it is not made any more. */
  readonly begins?: boolean | undefined;
  /** Called before each attempt. An answer other than 'go' is the result, and nothing is sent. */
  readonly check?: Check | undefined;
}

/**
 * The destination as one pass sees it: behind the gate, with the pass's signal, its source and its checks. Paths are full
 * paths from the top of the destination.
 */
export class Remote {
  readonly root: RelPath;
  /** What sentences call the destination. */
  readonly words: DestinationWords;
  /** The target folder as an address, for people. */
  readonly address: string;
  /** See DestinationTraits. */
  readonly looksCostNothing: boolean;
  /** See DestinationTraits. */
  readonly overwrites: boolean | undefined;
  /** See DestinationTraits: known from the beginning. */
  readonly keepsTimes: boolean;
  /** See DestinationTraits. */
  readonly takesTimes: boolean;
  readonly #options: RemoteOptions;
  readonly #destination: RetryingDestination;
  readonly #call: { readonly signal: AbortSignal };
  readonly #callWithin: { readonly signal: AbortSignal; readonly within: true };

  constructor(options: RemoteOptions) {
    const { destination, signal } = options;
    this.#options = options;
    this.#destination = destination;
    this.#call = { signal };
    this.#callWithin = { signal, within: true };
    this.root = destination.root;
    this.words = destination.words;
    this.address = destination.label;
    this.looksCostNothing = destination.traits.looksCostNothing === true;
    this.overwrites = destination.traits.overwrites;
    this.keepsTimes = destination.traits.keepsTimes === true;
    this.takesTimes = destination.traits.takesTimes === true;
  }

  list(
    folder: RelPath,
    inTurn: Pick<GateRequest, 'priority' | 'begins'> = {},
  ): Promise<Children | undefined> {
    return this.#destination.listFolder(folder, { ...this.#call, ...inTurn });
  }

  stat(path: RelPath, inTurn: Pick<GateRequest, 'priority'> = {}): Promise<ShownVersion | undefined> {
    return this.#destination.stat(path, { ...this.#call, ...inTurn });
  }

  read(path: RelPath): Promise<AsyncIterable<Uint8Array>> {
    return this.#destination.read(path, this.#call);
  }

  /** Whether there is a file, or a folder (path ends in '/'), of this name. */
  exists(path: RelPath): Promise<boolean> {
    return isThere(this.#destination, path, this.#call);
  }

  /** A look within the turn of a change, for its check. */
  listNow(folder: RelPath): Promise<Children | undefined> {
    return this.#destination.listFolder(folder, this.#callWithin);
  }

  /** The same at one file. */
  statNow(path: RelPath): Promise<ShownVersion | undefined> {
    return this.#destination.stat(path, this.#callWithin);
  }

  /** Uploads a file of the source. Resolves with its digest where one was made. */
  put(entry: FileEntry, to: RelPath, upload: EntryUpload = {}): Promise<string | undefined> {
    const { source, ...options } = this.#options;
    if (source === undefined) throw new TypeError('there is no source to upload from');
    return uploadEntry(
      entry,
      to,
      { ...upload, priority: this.#options.uploadPriority?.() ?? upload.priority },
      { ...options, source },
    );
  }

  /** A file of no bytes. */
  putEmpty(path: RelPath): Promise<void> {
    return this.#destination.put(path, { size: 0, bytes: new Uint8Array() }, this.#call);
  }

  /** A small file. */
  putBytes(path: RelPath, bytes: Uint8Array): Promise<void> {
    return this.#destination.put(path, { size: bytes.byteLength, bytes }, this.#call);
  }

  /** Mostly a folder is made for what comes into it: making it is then the first request of an action. */
  makeFolder(folder: RelPath, { begins = true }: Pick<Change, 'begins'> = {}): Promise<FolderBefore> {
    return this.#destination.makeFolder(folder, { ...this.#call, begins });
  }

  /** Moves a file or folder. */
  move(from: RelPath, to: RelPath, change: Change = {}): Promise<CheckVerdict> {
    const priority = change.begins === true ? 'normal' : 'urgent';
    return this.#checked(change, (call) => this.#destination.move(from, to, { ...call, priority }));
  }

  /** Removes a file, or a folder with everything in it. Resolves with 'gone' where there is nothing to remove. */
  async remove(path: RelPath, change: Change = {}): Promise<CheckVerdict> {
    try {
      return await this.#checked(change, (call) => this.#destination.remove(path, call));
    } catch (error) {
      if (!hasFact(error, 'missing')) throw error;
      return 'gone';
    }
  }

  /** See Destination. */
  sweepPartial(): Promise<void> {
    return this.#destination.sweepPartial(this.#call);
  }

  /** Makes a change after its check. Resolves with what the check said instead of 'go', or 'done'. */
  async #checked(
    { begins, check }: Change,
    make: (call: ChangeCall) => Promise<void>,
  ): Promise<CheckVerdict> {
    let verdict: CheckVerdict = 'go';
    await make({
      ...this.#call,
      begins,
      check:
        check &&
        (async (attempt, inDoubt) => {
          verdict = await check(attempt, inDoubt);
          return verdict === 'go';
        }),
    });
    return verdict === 'go' ? 'done' : verdict;
  }
}
