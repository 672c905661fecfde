import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { isSyncError, messageOf, SyncError } from '../../model/errors.ts';
import type { Clock } from '../../model/ports.ts';
import { labelsIn } from '../../sync/ledger/database/check-ledger.ts';
import { inspectLedger } from '../../sync/ledger/known-pairs.ts';
import type { Ledger } from '../../sync/ledger/ledger.ts';
import { makeStateFolder, openLedger, pairName, type LedgerOptions } from '../../sync/ledger/open-ledger.ts';
import { lockBySqlite } from '../../sync/ledger/sqlite-lock.ts';
import type { CopyStore, StoredObject } from './copy-store.ts';
import { clearLeftovers, installLedger, ON_ITS_WAY } from './install-ledger.ts';
import { Lease, ledByOther, takeLease } from './lease.ts';
import { NotWhole, pack, unpack } from './packed-ledger.ts';
import { putLedger } from './put-ledger.ts';
import { isOfLater, termIn, termOf } from './term.ts';

/** The fact that a ledger keeps of its copy: the store and the version there that it was fetched from or put as. */
const KEY = 'ledger_copy';

/** A ledger that is fetched from a store before it is opened, and put back there. */
export interface TravellingLedger {
  readonly ledger: Ledger;
  /** Aborted with a SyncError `locked` once another run may have taken the place of this one: nothing may be changed any more. */
  readonly lost: AbortSignal;
  /** Puts the ledger as it is now. Resolves with why that could not be; the ledger here has it all the same. */
  save(): Promise<SyncError | undefined>;
  /** Lets other runs in. The ledger is closed by whoever opened it. */
  release(): Promise<void>;
}

export interface TravellingOptions {
  readonly store: CopyStore;
  readonly clock: Clock;
  readonly ledger: LedgerOptions;
}

/**
 * Takes the pair here, and its lease in the store; fetches the ledger unless the one here is the same or goes on from it. Rejects
 * with `locked` where another run has either, before anything is changed, and with `state_unusable` for a copy that is damaged.
 */
export async function openTravellingLedger(options: TravellingOptions): Promise<TravellingLedger> {
  const { store, clock, ledger: given } = options;
  const name = pairName(given.source, given.destination);
  const file = join(given.folder, `${name}.sqlite`);
  const lockFile = join(given.folder, `${name}.lock`);
  makeStateFolder(given.folder, file);
  const { lockPair = lockBySqlite, command, pid, fence } = given;
  const lock = lockPair(lockFile, { pid, command, since: new Date().toISOString() });
  let lease: Lease | undefined;
  try {
    clearLeftovers(file);
    lease = await takeLease({ store, name: `${name}.lease`, command, clock, term: termOf(fence) });
    const version = await fetchLedger(store, name, file, given);
    const ledger = openLedger({
      ...given,
      lockPair: (each, holder) => (each === lockFile ? lock : lockPair(each, holder)),
    });
    ledger.remember(KEY, keyOf(store, version));
    return new Copied({ store, lease, ledger, file, name, given }, version);
  } catch (error) {
    await lease?.release();
    lock.release();
    throw error;
  }
}

/**
 * Fetches the ledger of a pair for a run that changes nothing. Resolves with the folder in which it lies then: `into`, or `here`
 * where a run would go on with the one that lies there. Takes no lease.
 */
export async function fetchToLook(
  store: CopyStore,
  { into, here }: { readonly into: string; readonly here: string },
  pair: Pair,
): Promise<string> {
  const name = pairName(pair.source, pair.destination);
  const found = await store.get(`${name}.ledger`);
  if (found === undefined || (await isHere(store, found, join(here, `${name}.sqlite`), pair))) return here;
  await unpackLedger(store, `${name}.ledger`, found, join(into, `${name}.sqlite`), pair);
  return into;
}

type Pair = Pick<LedgerOptions, 'source' | 'destination' | 'fence'>;

const keyOf = ({ label }: CopyStore, version: string | undefined): string | undefined =>
  version === undefined ? undefined : `${label} ${version}`;

/** Resolves with the version of the copy; undefined: there is none. */
async function fetchLedger(
  store: CopyStore,
  name: string,
  file: string,
  pair: Pair,
): Promise<string | undefined> {
  const found = await store.get(`${name}.ledger`);
  if (found === undefined) return undefined;
  if (await isHere(store, found, file, pair)) return found.version;
  const fetched = `${file}.${randomBytes(6).toString('hex')}${ON_ITS_WAY}`;
  await unpackLedger(store, `${name}.ledger`, found, fetched, pair);
  installLedger(fetched, file);
  return found.version;
}

/** Whether the ledger here was fetched from, or put as, this very version: it is the same, or goes on from it. */
async function isHere(store: CopyStore, found: StoredObject, file: string, pair: Pair): Promise<boolean> {
  if (!existsSync(file) || rememberedIn(file, pair) !== keyOf(store, found.version)) return false;
  await found.body[Symbol.asyncIterator]().return?.();
  return true;
}

async function unpackLedger(
  store: CopyStore,
  copy: string,
  found: StoredObject,
  to: string,
  pair: Pair,
): Promise<void> {
  try {
    const header = await unpack(found.body, to);
    checkLabels(header, pair, 'it is that of another pair');
    if (isOfLater(termIn(header), termOf(pair.fence))) throw ledByOther({ store, name: copy });
    // SQLite would make files beside it otherwise, for a log that it cannot have
    const url = pathToFileURL(to);
    url.searchParams.set('immutable', '1');
    using db = new DatabaseSync(url, { readOnly: true });
    checkLabels(labelsIn(db, to), pair, 'the ledger in it is that of another pair');
  } catch (error) {
    rmSync(to, { force: true });
    if (isSyncError(error) && error.code !== 'state_unusable') throw error;
    throw unusable(store, copy, error);
  }
}

function checkLabels(
  found: { source?: string | undefined; destination?: string | undefined },
  pair: Pair,
  what: string,
): void {
  if (found.source !== pair.source || found.destination !== pair.destination) throw new NotWhole(what);
}

/** What the ledger here remembers of its copy; undefined for one that cannot be read: the copy takes its place. */
function rememberedIn(file: string, { source, destination }: Pair): string | undefined {
  try {
    const ledger = inspectLedger({
      source,
      destination,
      file: file.slice(0, -'.sqlite'.length),
      older: false,
    });
    try {
      return ledger.recall(KEY);
    } finally {
      ledger.close();
    }
  } catch {
    return undefined;
  }
}

const unusable = (store: CopyStore, copy: string, error: unknown): SyncError =>
  error instanceof NotWhole
    ? new SyncError(
        'state_unusable',
        `the copy of the ledger ${copy} in ${store.label} is damaged (${error.message}); delete it: the next run then adopts what the destination has and removes nothing`,
        { verdict: 'end_run', cause: error },
      )
    : new SyncError(
        'state_unusable',
        `cannot fetch the copy of the ledger ${copy} from ${store.label}: ${messageOf(error)}; see that it can be read, and run again`,
        {
          verdict: 'end_run',
          cause: error,
        },
      );

interface Parts {
  readonly store: CopyStore;
  readonly lease: Lease;
  readonly ledger: Ledger;
  readonly file: string;
  readonly name: string;
  readonly given: LedgerOptions;
}

class Copied implements TravellingLedger {
  readonly #parts: Parts;
  /** Aborted where the copy turned out to be another's. */
  readonly #overtaken = new AbortController();
  readonly lost: AbortSignal;
  #version: string | undefined;

  constructor(parts: Parts, version: string | undefined) {
    this.#parts = parts;
    this.#version = version;
    this.lost = AbortSignal.any([parts.lease.lost, this.#overtaken.signal]);
  }

  get ledger(): Ledger {
    return this.#parts.ledger;
  }

  async save(): Promise<SyncError | undefined> {
    const { store, ledger, file, name, given } = this.#parts;
    const { source, destination, fence } = given;
    const term = termOf(fence);
    if (this.lost.aborted) return this.lost.reason as SyncError;
    const part = `${file}.${randomBytes(6).toString('hex')}`;
    const [whole, packed] = [`${part}.whole${ON_ITS_WAY}`, `${part}.packed${ON_ITS_WAY}`];
    try {
      using db = new DatabaseSync(file, { readOnly: true });
      await backup(db, whole);
      const body = await pack(whole, packed, { source, destination, ...term });
      fence?.check();
      const version = await putLedger(store, `${name}.ledger`, body, { expected: this.#version, term });
      if (version === undefined) {
        this.#overtaken.abort(overtaken(store, name));
        return this.lost.reason as SyncError;
      }
      this.#version = version;
      ledger.remember(KEY, keyOf(store, version));
      return undefined;
    } catch (error) {
      return isSyncError(error)
        ? notPut(store, name, error)
        : notPut(
            store,
            name,
            new SyncError('state_unusable', messageOf(error), { verdict: 'end_run', cause: error }),
          );
    } finally {
      await Promise.all([rm(whole, { force: true }), rm(packed, { force: true })]);
    }
  }

  release(): Promise<void> {
    return this.#parts.lease.release();
  }
}

const overtaken = ({ label }: CopyStore, name: string): SyncError =>
  new SyncError(
    'locked',
    `another run has put its ledger ${name}.ledger into ${label} meanwhile, so that this run's was not put there: what it did is at the destination, and the next run adopts it`,
    { verdict: 'end_run' },
  );

const notPut = ({ label }: CopyStore, name: string, error: SyncError): SyncError =>
  new SyncError(
    error.code,
    `the ledger could not be put back as ${name}.ledger into ${label}: ${error.message}; a run elsewhere will adopt what this one did, and not know it as put by stagesync`,
    { verdict: 'end_run', cause: error },
  );
