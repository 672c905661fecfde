import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Up } from '../../support/cli/up.ts';
import { isLeading, PATIENCE, standbyWorld } from '../../support/cluster/standby-world.ts';
import { HAS_REDIS, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

/** Machines are busy. */
const MINUTES = 6 * 60_000;

/** Which of two leads, and which does not, as they have logged it. */
const turnsOf = (running: { readonly a: Up; readonly b: Up }) => ({
  leader: (): 'a' | 'b' => (isLeading(running.a) ? 'a' : 'b'),
  standby: (): 'a' | 'b' => (isLeading(running.a) ? 'b' : 'a'),
});

const originOf = (up: Up): string =>
  new URL(up.lines().find(({ event }) => event === 'page')!['url'] as string).origin;

test.runIf(HAS_REDIS)(
  'one of two daemons works; the other says that it stands by, and takes over when the first ends well or dies',
  async () => {
    const world = await standbyWorld({ jobs: { orders: "schedule: '* * * * * *'" } });
    world.write('orders/a.csv', 'a');
    const running = { a: await world.a.up(['--http', '0']), b: await world.b.up(['--http', '0']) };
    const { leader, standby } = turnsOf(running);
    await vi.waitFor(async () => expect(await world.onStage('orders')).toEqual(['a.csv']), PATIENCE);
    // a machine that is very busy may lose its lease: whichever stands by now is asked
    await vi.waitFor(async () => {
      const name = standby();
      const asked = await world[name].cli.run(['run', 'orders']);
      expect(asked.status, asked.stderr).toBe(6);
      expect(asked.stderr).toMatch(
        /this daemon stands by: .* \(process \d+\) leads stagesync\.yaml; ask there/,
      );
    }, PATIENCE);
    await vi.waitFor(async () => {
      const origin = originOf(running[standby()]);
      for (const probe of ['/healthz', '/readyz']) expect((await fetch(origin + probe)).status).toBe(200);
      const metrics = await (await fetch(`${origin}/metrics`)).text();
      expect(metrics).toMatch(/^stagesync_lease_leader 0$/m);
      expect(metrics).toMatch(/^stagesync_broker_up\{for="lease"\} 1$/m);
      expect(metrics).toMatch(/^stagesync_state\{job="orders",state="standby"\} 1$/m);
      const ofLeader = await (await fetch(`${originOf(running[leader()])}/metrics`)).text();
      expect(ofLeader).toMatch(/^stagesync_lease_leader 1$/m);
      expect(ofLeader).toMatch(/^stagesync_lease_epoch [1-9]\d+$/m);
    }, PATIENCE);

    for (const [file, signal] of [
      ['b.csv', 'SIGTERM'],
      ['c.csv', 'SIGKILL'],
    ] as const) {
      const name = leader();
      const status = await running[name].stop(signal);
      if (signal === 'SIGTERM') expect(status).toBe(0);
      await vi.waitFor(() => expect(isLeading(running[name === 'a' ? 'b' : 'a'])).toBe(true), PATIENCE);
      world.write(`orders/${file}`, file);
      await vi.waitFor(async () => expect(await world.onStage('orders')).toContain(file), PATIENCE);
      running[name] = await world[name].up(['--http', '0']);
    }
    expect([await running.a.stop(), await running.b.stop()]).toEqual([0, 0]);
  },
  MINUTES,
);

test.runIf(HAS_REDIS)(
  'a leader that stood still for longer than its lease sends no change when it wakes up',
  async () => {
    const deleted = { a: 0, b: 0 };
    // from its seventh removal on a machine is in the middle of them
    let busy: 'a' | 'b' | undefined;
    const { promise: asleep, resolve: wake } = Promise.withResolvers<void>();
    const world = await standbyWorld({
      jobs: { orders: 'watch: true, what: { removal: ours }, pace: { concurrency: 2 }' },
      onRequest: async ({ verb, by }) => {
        if (verb !== 'DELETE' || (by !== 'a' && by !== 'b') || ++deleted[by] <= 6) return;
        if ((busy ??= by) === by) await asleep;
      },
    });
    const names = Array.from({ length: 120 }, (_, n) => `${n}.csv`);
    for (const name of names) world.write(`orders/${name}`, name);
    const running = { a: await world.a.up(), b: await world.b.up() };
    await vi.waitFor(async () => expect(await world.onStage('orders')).toHaveLength(names.length), PATIENCE);
    for (const name of names.slice(0, 50)) rmSync(join(world.source, 'orders', name));
    await vi.waitFor(() => expect(busy, JSON.stringify(deleted)).toBeDefined(), PATIENCE);
    const first = running[busy!];
    const second = running[busy === 'a' ? 'b' : 'a'];
    first.signal('SIGSTOP');
    await vi.waitFor(() => expect(isLeading(second)).toBe(true), PATIENCE);
    const wokenAt = performance.now();
    first.signal('SIGCONT');
    wake();
    await vi.waitFor(() => expect(isLeading(first)).toBe(false), PATIENCE);
    // whoever leads now may still be at work: the one that woke up is asked to end
    expect(await first.stop()).toBe(0);
    const late = world.changes.filter(({ by, atMs }) => by === busy && atMs >= wokenAt);
    expect(late).toEqual([]);
    expect(await second.stop()).toBe(0);
  },
  MINUTES,
);
