import type { DestinationWords } from '../model/destination-words.ts';
import type { Children } from '../model/children.ts';
import { hasFact, isSyncError } from '../model/errors.ts';
import type { RelPath } from '../model/path.ts';
import type { ShownVersion } from '../model/plan.ts';
import type {
  CallOptions,
  Chunks,
  Content,
  Destination,
  DestinationTraits,
  FolderBefore,
  PutOptions,
  ReadOptions,
  StoredFile,
} from '../model/ports.ts';
import type { Attempt, GateRequest } from './gate/attempts.ts';
import type { GateUse } from './gate/gate-use.ts';
import { hasArrived, hasMoved, isInDoubt, isThere, mayBeTakenByUs } from './lost-replies.ts';
import type { SentFile } from './lost-replies.ts';

/** `within`: the look is made at once within the turn of a change that is under way, and is not retried. */
export interface LookCall extends CallOptions, Pick<GateRequest, 'begins' | 'priority'> {
  readonly within?: boolean | undefined;
}

/** How a change passes the gate; see GateRequest. */
export interface ChangeCall extends CallOptions, Pick<GateRequest, 'begins' | 'priority'> {
  /**
   * Called in the turn of the request, right before each attempt. With false nothing is sent, and the call resolves.
   * `attempt`: from 2 on, an earlier look does not count any more. `inDoubt`: an earlier attempt may have made the change.
   */
  readonly check?: ((attempt: number, inDoubt: boolean) => Promise<boolean>) | undefined;
}

export interface UploadCall extends PutOptions, SentFile, Pick<GateRequest, 'begins' | 'priority'> {
  /** False: another version of the same size may have been stored before, so that a look cannot tell which one is there. */
  readonly mayLook: boolean;
}

/**
 * A destination behind a gate: the same methods, each request retried, and lost replies resolved by looking. Where a look
 * cannot tell, the error is in doubt.
 */
export class RetryingDestination implements Destination {
  readonly label: string;
  readonly words: DestinationWords;
  readonly root: RelPath;
  readonly traits: DestinationTraits;
  readonly #destination: Destination;
  readonly #gate: GateUse;

  constructor(destination: Destination, gate: GateUse) {
    this.label = destination.label;
    this.words = destination.words;
    this.root = destination.root;
    this.traits = destination.traits;
    this.#destination = destination;
    this.#gate = gate;
  }

  /** Requests that it may have at the same time, as of now. */
  get lanes(): number {
    return this.#gate.lanes;
  }

  listFolder(folder: RelPath, call: LookCall): Promise<Children | undefined> {
    const list = (): Promise<Children | undefined> => this.#destination.listFolder(folder, call);
    return call.within === true
      ? this.#gate.within(list)
      : this.#gate.request(
          { operation: 'list', path: folder, begins: call.begins, priority: call.priority },
          list,
        );
  }

  stat(path: RelPath, call: LookCall): Promise<ShownVersion | undefined> {
    const look = (): Promise<ShownVersion | undefined> => this.#destination.stat(path, call);
    return call.within === true
      ? this.#gate.within(look)
      : this.#gate.request({ operation: 'look', path, priority: call.priority }, look);
  }

  /** Retries the beginning of a read; what breaks off later rejects. */
  read(path: RelPath, call: ReadOptions): Promise<Chunks> {
    return this.#gate.request({ operation: 'read', path }, () => this.#destination.read(path, call));
  }

  /** The same from an offset on, where the destination can. */
  get readFrom(): Destination['readFrom'] {
    const destination = this.#destination;
    if (destination.readFrom === undefined) return undefined;
    return (path, offset, call) =>
      this.#gate.request({ operation: 'read', path }, () => destination.readFrom!(path, offset, call));
  }

  /** Chunks can be read only once, so they are sent only once. See `upload` for a content that can be read again. */
  async put(path: RelPath, content: Content, call: ChangeCall): Promise<undefined> {
    const isWhole = 'bytes' in content;
    const request: GateRequest = { operation: 'upload', path, bytes: content.size, begins: call.begins };
    try {
      await this.#change(request, call, async () => {
        try {
          await this.#destination.put(path, content, call);
        } catch (error) {
          if (isWhole || !isSyncError(error) || error.verdict !== 'retry') throw error;
          throw error.with({ verdict: 'skip_entry' });
        }
      });
    } catch (error) {
      if (!mayBeTakenByUs(error)) throw error;
      // a look that fails tells nothing: the change stays in doubt
      const shown = await this.stat(path, call).catch(() => undefined);
      if (shown?.size !== content.size) throw error;
    }
    return undefined;
  }

  /**
   * Uploads what `read` gives, anew for each attempt. When the reply of the last attempt was lost, a look decides: a
   * file of this size that is not the one replaced has arrived. Resolves with what the destination knows of what it stored.
   */
  async upload(
    path: RelPath,
    read: () => Promise<Content>,
    call: UploadCall,
  ): Promise<StoredFile | undefined> {
    const destination = this.#destination;
    const arrived = async (): Promise<boolean> => call.mayLook && (await hasArrived(destination, path, call));
    // true when the last attempt failed for good and certainly stored nothing, as when the file has changed meanwhile
    let isFinal = false;
    const send: Attempt<StoredFile | undefined> = async (_, wasInDoubt) => {
      try {
        return await destination.put(path, await read(), call);
      } catch (error) {
        isFinal = isSyncError(error) && error.verdict !== 'retry' && !error.inDoubt;
        // the name may be taken by what an earlier attempt stored
        const ours = (wasInDoubt || isInDoubt(error)) && hasFact(error, 'taken', 'refused');
        if (!ours || !(await arrived())) throw error;
        return undefined;
      }
    };
    try {
      const { size: bytes, begins, priority } = call;
      return await this.#gate.request({ operation: 'upload', path, bytes, begins, priority }, send);
    } catch (error) {
      if (isFinal || !isInDoubt(error) || !(await arrived())) throw error;
      return undefined;
    }
  }

  async makeFolder(folder: RelPath, call: ChangeCall): Promise<FolderBefore> {
    // a folder is made when files wait for it
    const request: GateRequest = {
      operation: 'create_folder',
      path: folder,
      begins: call.begins,
      priority: 'urgent',
    };
    // an attempt in doubt may have made what the next one finds
    let mayBeOurs = false;
    try {
      const before = await this.#change(request, call, (_, inDoubt) => {
        mayBeOurs = inDoubt;
        return this.#destination.makeFolder(folder, call);
      });
      return mayBeOurs ? undefined : before;
    } catch (error) {
      if (!mayBeTakenByUs(error) || !(await isThere(this, folder, call).catch(() => false))) throw error;
      return undefined;
    }
  }

  async move(from: RelPath, to: RelPath, call: ChangeCall): Promise<void> {
    const moved = (): Promise<boolean> => hasMoved(this.#destination, { from, to }, call);
    const { begins, priority } = call;
    const send: Attempt<void> = async (attempt) => {
      try {
        await this.#destination.move(from, to, call);
      } catch (error) {
        const repeated = attempt > 1 && hasFact(error, 'missing', 'taken');
        if (!repeated || !(await moved())) throw error;
      }
    };
    try {
      await this.#change({ operation: 'move', path: from, to, begins, priority }, call, send);
    } catch (error) {
      // because of a lost reply no name must stay empty, and no chain of moves broken
      if (!isInDoubt(error) || !(await moved().catch(() => false))) throw error;
    }
  }

  async remove(path: RelPath, call: ChangeCall): Promise<void> {
    const { begins, priority } = call;
    const request: GateRequest = { operation: 'remove', path, begins, priority };
    await this.#change(request, call, () => this.#destination.remove(path, call));
  }

  /** See Destination. What cannot be removed is left to the next run. */
  async sweepPartial(call: CallOptions): Promise<void> {
    await this.#destination.sweepPartial?.(call);
  }

  /** Closes the destination, and ends the use of the gate. */
  close(): Promise<void> {
    this.#gate[Symbol.dispose]();
    return this.#destination.close();
  }

  /** Resolves with undefined where `check` keeps it from being sent. */
  #change<T>(request: GateRequest, { check }: ChangeCall, send: Attempt<T>): Promise<T | undefined> {
    if (check === undefined) return this.#gate.request(request, send);
    return this.#gate.request(request, async (attempt, inDoubt) => {
      const answer = (await check(attempt, inDoubt)) ? await send(attempt, inDoubt) : undefined;
      return answer;
    });
  }
}
