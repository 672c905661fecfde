import type { FileEntry } from '../entry.ts';
import type { RelPath } from '../path.ts';
import type { ShownVersion } from '../plan.ts';
import type { StoredFile } from '../ports.ts';
import type { WorkersProgress, WorkersReport } from './workers-report.ts';

/** One file to send to one name, as whoever plans it hands it over. Its folder is there, and its intent is written. */
export interface Transfer {
  /** That of its intent: no other transfer of the pair that is under way has it. */
  readonly id: number;
  readonly entry: FileEntry;
  /** A full path of the destination. */
  readonly to: RelPath;
  /** What it takes the place of there. */
  readonly replaces?: ShownVersion | undefined;
  /** False: a look cannot tell this version from one that may have been stored before. */
  readonly mayLook: boolean;
  /** It goes before the others. */
  readonly urgent: boolean;
  /** The SHA-256 of all its bytes is wanted, whatever its size and source. */
  readonly readsBack: boolean;
}

/** What is known of a file that was sent. */
export interface Transferred {
  /** SHA-256 of the content in hex, to be remembered; absent where making it would cost too much. */
  readonly digest: string | undefined;
  /** With `readsBack`: SHA-256 in hex of what the last attempt read, where it read all of it. */
  readonly sentDigest: string | undefined;
  /** What the destination knows of what it stored; absent where only a look tells. */
  readonly stored?: StoredFile | undefined;
}

/** Where files are sent: by this process, or by workers. Deciding stays with whoever hands the transfers over. */
export interface TransferExecutor {
  /** So many transfers at the same time are worth having, as of now. */
  readonly lanes: number;
  /** Says when there is room for another transfer; undefined: now. It resolves, too, once nothing more is begun. */
  room(): Promise<void> | undefined;
  /**
   * Sends one file. Resolves once it is there under `to`. Rejects with a SyncError, which is in doubt where the file may be
   * there all the same; with the reason of the signal that ended the run; and, where nothing was begun, with that of draining.
   */
  transfer(transfer: Transfer): Promise<Transferred>;
  /**
   * What follows from the end of this transfer is in the journal, and `flush` writes that: whoever carried it out need not
   * tell it again.
   */
  settled?(id: number, flush: () => void): void;
  /**
   * Where transfers may be carried out more often than they are told: resolves once nothing that was told is, or will be, sent again. Before that
   * what a listing shows of these files may change, and a file that is removed may come back.
   */
  fence?(): Promise<void>;
}

/** The version of a file that a transfer is of: a ledger gives the number of an intent that is over to another one. */
export type SentVersion = Pick<FileEntry, 'path' | 'version'>;

/** What is known of transfers that earlier runs handed over, by their intents, each with the file that it was of. */
export interface TakenOver {
  /** They are there. */
  readonly arrived: ReadonlyMap<number, Transferred & SentVersion>;
  /** Certainly nothing of them was sent, nor will be. */
  readonly notBegun: ReadonlyMap<number, SentVersion>;
  /** To be called once the ledger has all that. */
  readonly recorded: () => Promise<void>;
}

/** What one pass has of its own. */
export interface TransferPass {
  /** Aborted: what nobody has begun is not begun any more. */
  readonly draining: AbortSignal;
  /** Aborted: nothing is waited for any more. */
  readonly signal: AbortSignal;
  /** Hears what a person should know while the pass goes on, once each. */
  readonly tell: (message: string) => void;
  /** Hears now and then what is with workers, where that is another than before. */
  readonly onWorkers: (progress: WorkersProgress) => void;
}

/** The transfers of one pass, where others than this process carry them out. */
export interface PassTransfers extends TransferExecutor {
  /** What the others have done so far. */
  readonly report: WorkersReport;
  /**
   * Resolves once nothing is under way that an earlier run of the pair handed over: before that the pass must change nothing.
   * Rejects where that cannot be known.
   */
  takeOver(): Promise<TakenOver>;
  /** Never rejects. */
  close(): Promise<void>;
}
