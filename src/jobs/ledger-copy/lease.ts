import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import * as z from 'zod';
import { SyncError } from '../../model/errors.ts';
import type { Clock } from '../../model/ports.ts';
import { printable } from '../../model/printable.ts';
import { configError } from '../usage-errors.ts';
import { textBody, textOf, type CopyStore } from './copy-store.ts';
import { isOfLater, isUpTo, termIn, type Term } from './term.ts';

/** How long a run may be silent until another may take its place, in milliseconds. */
export const LEASE_MS = 600_000;
export const RENEWED_EVERY_MS = 120_000;
/** How soon a renewal that could not be made is tried again. */
const TRIED_AGAIN_MS = 10_000;
const MOST_BYTES = 10_000;

const SHAPE = z.object({
  /** Of one taking; random. */
  holder: z.string(),
  command: z.string(),
  host: z.string(),
  /** Milliseconds since 1970, by the clock of whoever wrote it. 0: nobody holds it. */
  until: z.number(),
  /** Of the leader that wrote it, where there is an election. */
  election: z.string().optional(),
  epoch: z.number().optional(),
});
type Written = z.infer<typeof SHAPE>;

export interface LeaseOptions {
  readonly store: CopyStore;
  /** Of the object. */
  readonly name: string;
  readonly command: string;
  readonly clock: Clock;
  /** The leadership in which it is taken: a leader does not wait for leases of those before it. */
  readonly term?: Term | undefined;
}

/** The right to change what a ledger is about, held by one run at a time, wherever it runs. */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #mine: Omit<Written, 'until'>;
  readonly #lost = new AbortController();
  readonly #closed = new AbortController();
  #version: string;
  #untilMs: number;
  #renewing: Promise<void>;

  constructor(options: LeaseOptions, mine: Omit<Written, 'until'>, version: string, untilMs: number) {
    this.#options = options;
    this.#mine = mine;
    this.#version = version;
    this.#untilMs = untilMs;
    this.#renewing = this.#renew();
  }

  /** Aborted with a SyncError `locked` once another may have taken its place. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Lets others in at once. Never rejects: an unreleased lease runs out. */
  async release(): Promise<void> {
    this.#closed.abort();
    await this.#renewing;
    if (this.#lost.signal.aborted) return;
    const { store, name } = this.#options;
    await store
      .put(name, textBody(JSON.stringify({ ...this.#mine, until: 0 })), this.#version)
      .catch(() => undefined);
  }

  async #renew(): Promise<void> {
    const { clock, store, name } = this.#options;
    for (let pauseMs = RENEWED_EVERY_MS; ;) {
      await clock.sleep(pauseMs, this.#closed.signal).catch(() => undefined);
      if (this.#closed.signal.aborted) return;
      const untilMs = clock.now() + LEASE_MS;
      try {
        const version = await store.put(
          name,
          textBody(JSON.stringify({ ...this.#mine, until: untilMs })),
          this.#version,
        );
        if (version === undefined) return this.#lose();
        this.#version = version;
        this.#untilMs = untilMs;
        pauseMs = RENEWED_EVERY_MS;
      } catch {
        if (clock.now() >= this.#untilMs) return this.#lose();
        pauseMs = TRIED_AGAIN_MS;
      }
    }
  }

  #lose(): void {
    this.#lost.abort(
      new SyncError(
        'locked',
        `another run may work on this source and destination by now: the lease ${this.#options.name} in ${this.#options.store.label} is not ours any more; what was done is at the destination, and the next run takes it up`,
        { verdict: 'end_run' },
      ),
    );
  }
}

/**
 * Rejects with `locked`, naming the holder, where another run holds it; with `lease_lost` where a later leader has held it; with
 * `config` where the store lets two write at once.
 */
export async function takeLease(options: LeaseOptions): Promise<Lease> {
  const { store, name, command, clock, term } = options;
  const mine = { holder: randomBytes(8).toString('hex'), command, host: hostname(), ...term };
  const found = await store.get(name);
  const held =
    found === undefined ? undefined : parsed(await textOf(found, MOST_BYTES, () => unreadable(options)));
  const written = held && termIn(held);
  if (isOfLater(written, term)) throw ledByOther(options);
  if (held !== undefined && held.until > clock.now() && !isUpTo(written, term)) throw heldBy(held, options);
  const untilMs = clock.now() + LEASE_MS;
  const body = textBody(JSON.stringify({ ...mine, until: untilMs }));
  const version = await store.put(name, body, found?.version);
  if (version === undefined) throw heldBy(undefined, options);
  // a server that knows no conditions would say yes to everybody
  if ((await store.put(name, body, undefined)) !== undefined)
    throw configError(
      `${store.label} does not honour conditional writes (If-None-Match), so that two runs could overwrite each other's ledger; use a bucket of a server that does, or a directory`,
    );
  return new Lease(options, mine, version, untilMs);
}

export const ledByOther = ({ store, name }: Pick<LeaseOptions, 'store' | 'name'>): SyncError =>
  new SyncError(
    'lease_lost',
    `this process leads no more: ${name} in ${store.label} was written by a later leader`,
    { verdict: 'end_run' },
  );

/** A lease that nobody can read is one that nobody holds: no release writes such a thing. */
function parsed(text: string): Written | undefined {
  try {
    return SHAPE.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const heldBy = (held: Written | undefined, { store, name, term }: LeaseOptions): SyncError =>
  new SyncError(
    'locked',
    `another run works on this source and destination${held === undefined ? '' : `: "${printable(held.command)}" on ${printable(held.host)}${ofOtherElection(held, term)}`}; wait for it to end. One that was killed holds the lease ${name} in ${store.label} ${held === undefined ? 'for ten minutes' : `until ${timeOf(held.until)}`}; where nothing runs any more, delete that`,
    { verdict: 'end_run' },
  );

/** Daemons that were to take turns, and have two leases by mistake. */
const ofOtherElection = ({ election }: Written, term: Term | undefined): string =>
  election === undefined || term === undefined || election === term.election
    ? ''
    : `, which leads ${JSON.stringify(printable(election))}, and this process ${JSON.stringify(printable(term.election))} (daemons that take turns need one --lease-name)`;

const timeOf = (ms: number): string =>
  Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : 'a time that is none';

const unreadable = ({ store, name }: LeaseOptions): SyncError =>
  new SyncError(
    'state_unusable',
    `the lease ${name} in ${store.label} is not one; delete it where nothing runs`,
    {
      verdict: 'end_run',
    },
  );
