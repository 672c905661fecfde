import type { ElectionState, Fence, Lease } from '../../model/cluster/leader-election.ts';
import { messageOf, SyncError } from '../../model/errors.ts';
import type { Clock } from '../../model/ports.ts';
import type { LeadershipView } from '../view/daemon-view.ts';
import type { LeaderRecords } from './leader-records.ts';

/** An election whose leaders keep records for those after them. */
export interface RecordedElection {
  readonly name: string;
  readonly state: ElectionState;
  campaign(signal: AbortSignal): Promise<Lease & { record(name: string, value: string): Promise<boolean> }>;
  records(): Promise<ReadonlyMap<string, string>>;
  subscribe(listener: () => void): () => void;
}

/** What a process does while it leads, and while it does not. */
export interface Led {
  /** Begins what only the leader does. */
  lead(): void;
  /** Ends that; resolves once nothing of it goes on. */
  standBy(): Promise<void>;
}

/** What a leadership tells. */
export type LeadershipEvent =
  | { readonly type: 'standby'; readonly leader: string | undefined }
  | { readonly type: 'leads'; readonly epoch: number }
  | { readonly type: 'lost'; readonly message: string }
  /** `trouble`: why it cannot be asked. */
  | { readonly type: 'broker'; readonly isUp: boolean; readonly trouble: string | undefined };

export interface LeadershipOptions {
  readonly clock: Clock;
  readonly records?: LeaderRecords | undefined;
  readonly onEvent: (event: LeadershipEvent) => void;
}

/** After a broker that did not say what the last leader did, the next campaign begins so much later, in milliseconds. */
const TRY_AGAIN_MS = 1000;

/** The part of a process in an election: it stands by, leads, and stands by again once the lease was lost. */
export class Leadership {
  readonly #election: RecordedElection;
  readonly #options: LeadershipOptions;
  #lease: Lease | undefined;
  /** What was told last. */
  #told: ElectionState = { brokerUp: true };

  constructor(election: RecordedElection, options: LeadershipOptions) {
    this.#election = election;
    this.#options = options;
  }

  get view(): LeadershipView {
    const { name, state } = this.#election;
    const lease = this.#lease;
    return {
      name,
      state: lease === undefined ? 'standby' : 'leading',
      epoch: lease?.epoch,
      brokerUp: state.brokerUp,
      leader: lease === undefined ? leaderText(state) : undefined,
    };
  }

  /** Of what is begun now: while this process stands by, it lets nothing through. */
  get fence(): Fence {
    return this.#lease ?? closedFence(() => this.view);
  }

  /** Aborted once what is begun now has to end; undefined while this process stands by. */
  get lost(): AbortSignal | undefined {
    return this.#lease?.lost;
  }

  /** By how much the clock of the broker is ahead of the own one, in milliseconds. */
  get clockAheadMs(): number {
    return this.#lease?.clockAheadMs ?? 0;
  }

  /** Resolves once `until` is aborted: while it leads, what it leads goes on then, and the lease is held until `resign`. */
  async run(led: Led, until: AbortSignal): Promise<void> {
    const unsubscribe = this.#election.subscribe(() => this.#tell());
    try {
      while (!until.aborted) await this.#leadOnce(led, until);
    } finally {
      unsubscribe();
    }
  }

  /** Gives the lease back, for what ends well: nothing that it led goes on. Never rejects. */
  async resign(): Promise<void> {
    await this.#options.records?.settled();
    await this.#lease?.resign();
    this.#lease = undefined;
  }

  async #leadOnce(led: Led, until: AbortSignal): Promise<void> {
    const lease = await this.#election.campaign(until).catch(() => undefined);
    if (lease === undefined) return;
    const { records, clock, onEvent } = this.#options;
    if (records !== undefined) {
      const known = await this.#election.records().catch(() => undefined);
      if (known === undefined) {
        // without what the last leader did, runs would be made twice
        await lease.resign();
        return clock.sleep(TRY_AGAIN_MS, until).catch(() => undefined);
      }
      records.lead(lease, known);
    }
    if (until.aborted || lease.lost.aborted) return lease.resign();
    this.#lease = lease;
    onEvent({ type: 'leads', epoch: lease.epoch });
    led.lead();
    await aborted(AbortSignal.any([lease.lost, until]));
    if (until.aborted) return;
    this.#lease = undefined;
    onEvent({ type: 'lost', message: messageOf(lease.lost.reason) });
    await led.standBy();
    await lease.resign();
  }

  #tell(): void {
    const { onEvent } = this.#options;
    const [now, before] = [this.#election.state, this.#told];
    this.#told = now;
    if (now.brokerUp !== before.brokerUp)
      onEvent({ type: 'broker', isUp: now.brokerUp, trouble: now.trouble });
    const leader = leaderText(now);
    if (this.#lease === undefined && leader !== leaderText(before)) onEvent({ type: 'standby', leader });
  }
}

const closedFence = (view: () => LeadershipView): Fence => ({
  election: view().name,
  epoch: 0,
  check: () => {
    throw standsBy(view());
  },
});

const leaderText = ({ leader }: ElectionState): string | undefined =>
  leader && `${leader.host} (process ${leader.pid})`;

/** Whoever asks a process that stands by for something that only the leader does. */
export const standsBy = ({ name, leader }: Pick<LeadershipView, 'name' | 'leader'>): SyncError =>
  new SyncError(
    'locked',
    leader === undefined
      ? `this daemon stands by: nobody leads ${name} at the moment`
      : `this daemon stands by: ${leader} leads ${name}; ask there`,
    { verdict: 'end_run' },
  );

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
