import { expect, test } from 'vitest';
import type { HeldLease } from '../../../src/cluster/lease/held-lease.ts';
import { LeaseElection } from '../../../src/cluster/lease/election.ts';
import type { LeaseStore } from '../../../src/cluster/lease/lease-store.ts';
import { SyncError } from '../../../src/model/errors.ts';
import type { Clock } from '../../../src/model/ports.ts';

/** Where elections are held for one test, and what befalls the store. */
export interface LeaseWorld {
  /** A way to the store, of one process. */
  open(): Promise<LeaseStore>;
  /** As when the store comes back empty. */
  forget(): Promise<void>;
  /** As when somebody deletes the lease, or sets the clock of the store forward. */
  vanish(): Promise<void>;
  /** What it has now comes back with the function that it resolves with, as after a start from a copy, or a fail-over. */
  copy(): Promise<() => Promise<void>>;
  readonly clock: Clock;
  /** Lets time pass, in milliseconds. */
  pass(ms: number): Promise<void>;
  readonly ttlMs: number;
}

const NO_SIGNAL = new AbortController().signal;
const down = new SyncError('queue_unreachable', 'nobody answers', { verdict: 'end_run' });

/** A way to the store that can be cut. */
function cuttable(store: LeaseStore): LeaseStore & { isCut: boolean } {
  const through =
    <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      if (way.isCut) throw down;
      return call(...args);
    };
  const way = {
    isCut: false,
    label: store.label,
    take: through((...args: Parameters<LeaseStore['take']>) => store.take(...args)),
    renew: through((...args: Parameters<LeaseStore['renew']>) => store.renew(...args)),
    release: through((...args: Parameters<LeaseStore['release']>) => store.release(...args)),
    records: through(() => store.records()),
    record: through((...args: Parameters<LeaseStore['record']>) => store.record(...args)),
    close: () => store.close(),
  };
  return way;
}

/** The promises of a leader election. `world` makes a new one, which the test closes. */
export function leaderElectionContract(world: () => Promise<LeaseWorld & AsyncDisposable>): void {
  const electionOf = async (of: LeaseWorld, pid: number, ttlMs = of.ttlMs) => {
    const way = cuttable(await of.open());
    const self = { host: 'here', pid, command: 'stagesync up' };
    const { clock } = of;
    return { way, election: new LeaseElection({ store: way, name: 'jobs', self, clock, ttlMs }) };
  };
  /** What became of a campaign so far. */
  const campaigning = (election: LeaseElection, signal: AbortSignal = NO_SIGNAL) => {
    const so: { lease?: HeldLease; error?: unknown } = {};
    const over = election.campaign(signal).then(
      (lease) => void (so.lease = lease),
      (error: unknown) => void (so.error = error),
    );
    return { so, over };
  };
  /** The first leader of a store, which has to wait. */
  const lead = async (of: LeaseWorld, election: LeaseElection): Promise<HeldLease> => {
    const { so, over } = campaigning(election);
    await of.pass(of.ttlMs + 100);
    await over;
    return so.lease!;
  };

  test('one leads, and the next one once the lease is given back, with a higher epoch', async () => {
    await using of = await world();
    const [a, b] = [await electionOf(of, 1), await electionOf(of, 2)];
    const first = await lead(of, a.election);
    const second = campaigning(b.election);
    await of.pass(3 * of.ttlMs);
    expect(second.so.lease).toBeUndefined();
    expect(b.election.state).toMatchObject({ brokerUp: true, leader: { pid: 1, host: 'here' } });
    expect(first.remainingMs).toBeGreaterThan(0);
    first.check();
    await first.resign();
    await of.pass(1100);
    await second.over;
    expect(second.so.lease!.epoch).toBeGreaterThan(first.epoch);
    expect(() => first.check()).toThrow(/it gave the lease back/);
    await second.so.lease!.resign();
    await Promise.all([a.election.close(), b.election.close()]);
  });

  test('a leader that is cut off gives up before another leads', async () => {
    await using of = await world();
    const [a, b] = [await electionOf(of, 1), await electionOf(of, 2)];
    const first = await lead(of, a.election);
    const second = campaigning(b.election);
    a.way.isCut = true;
    for (let tries = 0; second.so.lease === undefined; tries++) {
      expect(tries).toBeLessThan(200);
      if (second.so.lease === undefined) await of.pass(of.ttlMs / 30);
      // whoever leads, leads alone
      if (second.so.lease !== undefined) expect(first.remainingMs).toBe(0);
    }
    expect(first.lost.aborted).toBe(true);
    expect(first.lost.reason).toMatchObject({ code: 'lease_lost', verdict: 'end_run' });
    expect(a.election.state.brokerUp).toBe(false);
    expect(() => first.check()).toThrow(/could not be renewed in time: nobody answers/);
    // the cut heals: what is lost stays lost, and nothing of the next leader is touched
    a.way.isCut = false;
    await first.resign();
    await of.pass(of.ttlMs);
    second.so.lease.check();
    await second.so.lease.resign();
    await Promise.all([a.election.close(), b.election.close()]);
  });

  /** Whoever campaigns now leads, and not while `first`, which is cut off, may still lead. */
  const leadsAfter = async (
    of: LeaseWorld,
    first: HeldLease,
    election: LeaseElection,
  ): Promise<HeldLease> => {
    const { so } = campaigning(election);
    for (let tries = 0; so.lease === undefined; tries++) {
      expect(tries).toBeLessThan(300);
      await of.pass(of.ttlMs / 30);
      if (so.lease !== undefined) expect(first.remainingMs).toBe(0);
    }
    expect(so.lease.epoch).toBeGreaterThan(first.epoch);
    return so.lease;
  };

  test.each(['forget', 'vanish'] as const)(
    'after a %s of the lease whoever waited for it does not lead while the first may still lead',
    async (what) => {
      await using of = await world();
      const [a, b] = [await electionOf(of, 1), await electionOf(of, 2)];
      const first = await lead(of, a.election);
      const stop = new AbortController();
      const waiting = campaigning(b.election, stop.signal);
      await of.pass(of.ttlMs);
      stop.abort(new Error('enough'));
      await waiting.over;
      a.way.isCut = true;
      await of[what]();
      await (await leadsAfter(of, first, b.election)).resign();
      await Promise.all([a.election.close(), b.election.close()]);
    },
  );

  test.each(['forget', 'vanish'] as const)(
    'after a %s of the lease whoever has never seen it does not lead while the first may still lead',
    async (what) => {
      await using of = await world();
      const [a, b] = [await electionOf(of, 1), await electionOf(of, 2)];
      const first = await lead(of, a.election);
      await of.pass(of.ttlMs);
      a.way.isCut = true;
      await of[what]();
      await (await leadsAfter(of, first, b.election)).resign();
      await Promise.all([a.election.close(), b.election.close()]);
    },
  );

  test('a store that goes back to before the leader gives nobody the lead while that one may still lead', async () => {
    await using of = await world();
    const [a, b] = [await electionOf(of, 1), await electionOf(of, 2)];
    await (await lead(of, b.election)).resign();
    // the last leader it knows has given its lease back
    const goBack = await of.copy();
    const first = (await a.election.tryOnce(NO_SIGNAL))!;
    expect(first).toBeDefined();
    // epochs of one millisecond would be the same
    await of.pass(10);
    a.way.isCut = true;
    await goBack();
    await (await leadsAfter(of, first, b.election)).resign();
    await Promise.all([a.election.close(), b.election.close()]);
  });

  test('who gives the lease back while it waits to lead does not let the next one lead sooner', async () => {
    await using of = await world();
    const [a, b, c] = [await electionOf(of, 1), await electionOf(of, 2), await electionOf(of, 3)];
    const first = await lead(of, a.election);
    a.way.isCut = true;
    await of.forget();
    const stop = new AbortController();
    const waiting = campaigning(b.election, stop.signal);
    await of.pass(of.ttlMs / 10);
    expect(waiting.so.lease).toBeUndefined();
    stop.abort(new Error('enough'));
    await waiting.over;
    await (await leadsAfter(of, first, c.election)).resign();
    await Promise.all([a.election.close(), b.election.close(), c.election.close()]);
  });

  test('a longer lease that is gone before its time is waited for by whoever has a shorter one', async () => {
    await using of = await world();
    const [a, b] = [await electionOf(of, 1, 2 * of.ttlMs), await electionOf(of, 2)];
    const { so, over } = campaigning(a.election);
    await of.pass(2 * of.ttlMs + 100);
    await over;
    a.way.isCut = true;
    await of.vanish();
    await (await leadsAfter(of, so.lease!, b.election)).resign();
    await Promise.all([a.election.close(), b.election.close()]);
  });

  test('a leader that the store has forgotten learns of it, and leads again only as a new one', async () => {
    await using of = await world();
    const a = await electionOf(of, 1);
    const first = await lead(of, a.election);
    await of.forget();
    await of.pass(of.ttlMs);
    expect(() => first.check()).toThrow(/held by another, or was forgotten/);
    const second = await lead(of, a.election);
    expect(second.epoch).toBeGreaterThan(first.epoch);
    await second.resign();
    await a.election.close();
  });

  test('a leader keeps records for the next one, and one that was lost keeps none', async () => {
    await using of = await world();
    const [a, b] = [await electionOf(of, 1), await electionOf(of, 2)];
    const first = await lead(of, a.election);
    expect(await first.record('orders', '1')).toBe(true);
    expect(await first.record('orders', '2')).toBe(true);
    await first.resign();
    const second = (await b.election.tryOnce(NO_SIGNAL))!;
    expect(await first.record('orders', '3')).toBe(false);
    expect([...(await b.election.records())]).toEqual([['orders', '2']]);
    await second.resign();
    await Promise.all([a.election.close(), b.election.close()]);
  });

  test('who asks once leads, or hears who does', async () => {
    await using of = await world();
    const [a, b] = [await electionOf(of, 1), await electionOf(of, 2)];
    const first = await lead(of, a.election);
    expect(await b.election.tryOnce(NO_SIGNAL)).toBeUndefined();
    expect(b.election.state.leader).toEqual({ host: 'here', pid: 1, command: 'stagesync up' });
    await first.resign();
    const second = await b.election.tryOnce(NO_SIGNAL);
    expect(second).toBeDefined();
    b.way.isCut = true;
    await expect(b.election.tryOnce(NO_SIGNAL)).rejects.toMatchObject({ code: 'queue_unreachable' });
    b.way.isCut = false;
    await second!.resign();
    await Promise.all([a.election.close(), b.election.close()]);
  });

  test('a campaign goes on while nobody answers, and ends with its signal without holding anything', async () => {
    await using of = await world();
    const [a, b] = [await electionOf(of, 1), await electionOf(of, 2)];
    a.way.isCut = true;
    const stop = new AbortController();
    const asked = campaigning(a.election, stop.signal);
    await of.pass(of.ttlMs);
    expect(a.election.state.brokerUp).toBe(false);
    a.way.isCut = false;
    // it holds the lease by now, and waits for a leader that the store may have forgotten
    await of.pass(of.ttlMs / 3);
    expect(a.election.state.brokerUp).toBe(true);
    expect(asked.so.lease).toBeUndefined();
    stop.abort(new Error('enough'));
    await asked.over;
    expect(asked.so.error).toMatchObject({ message: 'enough' });
    await of.pass(10);
    // it has to wait for a leader that was forgotten, as the one before it had to, but for nobody else
    const second = campaigning(b.election);
    await of.pass(of.ttlMs + 200);
    await second.over;
    await second.so.lease!.resign();
    await Promise.all([a.election.close(), b.election.close()]);
  });
}
