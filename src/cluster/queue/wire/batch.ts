import type { SentVersion, Transfer, Transferred } from '../../../model/cluster/transfer-executor.ts';
import type { FileEntry } from '../../../model/entry.ts';
import type { WireError } from './wire-error.ts';

/** What the transfers of a pair have in common: all that a worker has to know to open both ends, but nothing that lets it in. */
export interface BatchEnds {
  /** Addresses as a job has them. */
  readonly from: string;
  readonly to: string;
  /** The origin of the API that `to` is asked at: the same ID names another place elsewhere. */
  readonly service: string;
  readonly followSymlinks: boolean;
  readonly archived: 'report' | 'ignore' | 'transfer';
}

/** Transfers that one worker carries out. It holds no content and no credentials. */
export interface Batch extends BatchEnds {
  /** Names the first of its intents. Letters, digits, '_' and '-'. */
  readonly id: string;
  /** The pair of source and destination, in a form that names queues. */
  readonly pair: string;
  /** The run that made it. A worker begins it only while that is the run of the pair that counts. */
  readonly run: string;
  readonly items: readonly Transfer[];
}

/** What became of one transfer. */
export type TransferOutcome =
  ({ readonly id: number } & SentVersion & Transferred) | { readonly id: number; readonly error: WireError };

/** What became of a batch, in whatever order its transfers ended. */
export interface BatchAnswer {
  readonly batch: string;
  readonly run: string;
  /** For people: who carried it out. */
  readonly worker: string;
  /** An earlier delivery of the batch may have been carried out in part. */
  readonly redelivered: boolean;
  /** Requests to the destination that it took, every attempt counted. Absent: a worker of a release that did not count. */
  readonly requests?: number | undefined;
  /** Why none of the workers that are there can open the ends of the batch: this delivery began nothing of it. */
  readonly refused?: WireError | undefined;
  /** With `refused`: the worker sees none of the files as it was listed. */
  readonly seesOthers?: boolean | undefined;
  readonly outcomes: readonly TransferOutcome[];
}

/** A transfer as it lies in the broker: some 100 bytes. */
type WireTransfer = readonly [
  id: number,
  path: string,
  size: number,
  version: string,
  modifiedMs: number | null,
  to: string,
  replacedSize: number | null,
  replacedMs: number | null,
  flags: number,
];

/** Raised when batches or answers change their meaning: workers leave batches of another version to others. */
export const WIRE = 1;

export type WireBatch = Omit<Batch, 'items'> & {
  readonly wire: typeof WIRE;
  readonly root: string;
  readonly items: readonly WireTransfer[];
};

/** A batch as it lies in the queue. */
export interface ShippedBatch extends WireBatch {
  /** It was shipped before, and may have been carried out. */
  readonly again: boolean;
  /** The life of the server when it was shipped; see ServerLife. */
  readonly life: string;
  /** Workers that cannot open its ends. */
  readonly refusedBy?: readonly string[] | undefined;
}

const MAY_LOOK = 1;
const URGENT = 2;
const READS_BACK = 4;

/** `root`: the folder that most names lie in; they are written without it. */
export function toWire({ items, ...head }: Batch, root: string): WireBatch {
  return { ...head, wire: WIRE, root, items: items.map((item) => wireTransfer(item, root)) };
}

function wireTransfer(
  { id, entry, to, replaces, mayLook, urgent, readsBack }: Transfer,
  root: string,
): WireTransfer {
  const flags = (mayLook ? MAY_LOOK : 0) | (urgent ? URGENT : 0) | (readsBack ? READS_BACK : 0);
  return [
    id,
    entry.path,
    entry.size,
    entry.version,
    entry.modifiedMs ?? null,
    // '': under its own name
    to === root + entry.path ? '' : to,
    replaces?.size ?? null,
    replaces?.modifiedMs ?? null,
    flags,
  ];
}

/** What a file is by another machine's listing: devices and inodes differ there, sizes, times and ETags do not. */
const entryOf = (path: string, size: number, version: string, modifiedMs: number | null): FileEntry => ({
  kind: 'file',
  path,
  size,
  version,
  modifiedMs: modifiedMs ?? undefined,
});

export function fromWire({ items, root, wire: _wire, ...head }: WireBatch): Batch {
  return {
    ...head,
    items: items.map(([id, path, size, version, modifiedMs, to, replacedSize, replacedMs, flags]) => ({
      id,
      entry: entryOf(path, size, version, modifiedMs),
      to: to === '' ? root + path : to,
      replaces:
        replacedSize === null ? undefined : { size: replacedSize, modifiedMs: replacedMs ?? undefined },
      mayLook: (flags & MAY_LOOK) !== 0,
      urgent: (flags & URGENT) !== 0,
      readsBack: (flags & READS_BACK) !== 0,
    })),
  };
}
