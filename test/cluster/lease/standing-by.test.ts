import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { leads, PATIENCE, standbyWorld, timesOf } from '../../support/cluster/standby-world.ts';
import { HAS_REDIS, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

/** Machines are busy. */
const MINUTES = 6 * 60_000;

test.runIf(HAS_REDIS)(
  'one of two daemons works; the other says that it stands by, and takes over when the first ends well or dies',
  async () => {
    const world = await standbyWorld({ jobs: { orders: "schedule: '* * * * * *'" } });
    world.write('orders/a.csv', 'a');
    const first = await world.a.up();
    await leads(first);
    const second = await world.b.up(['--http', '0']);
    await vi.waitFor(async () => expect(await world.onStage('orders')).toEqual(['a.csv']), PATIENCE);
    const asked = await world.b.cli.run(['run', 'orders']);
    expect(asked.status, asked.stderr).toBe(6);
    expect(asked.stderr).toMatch(
      /this daemon stands by: .* \(process \d+\) leads stagesync\.yaml; ask there/,
    );
    expect(timesOf(second, 'leads')).toBe(0);
    const link = second.lines().find(({ event }) => event === 'page')!['url'] as string;
    const { origin } = new URL(link);
    for (const probe of ['/healthz', '/readyz']) expect((await fetch(origin + probe)).status).toBe(200);
    const metrics = await (await fetch(`${origin}/metrics`)).text();
    expect(metrics).toMatch(/^stagesync_lease_leader 0$/m);
    expect(metrics).toMatch(/^stagesync_broker_up 1$/m);
    expect(metrics).toMatch(/^stagesync_state\{job="orders",state="standby"\} 1$/m);

    // ends well: the next one leads at once
    expect(await first.stop()).toBe(0);
    await leads(second);
    world.write('orders/b.csv', 'b');
    await vi.waitFor(async () => expect(await world.onStage('orders')).toEqual(['a.csv', 'b.csv']), PATIENCE);
    const later = await (await fetch(`${origin}/metrics`)).text();
    expect(later).toMatch(/^stagesync_lease_leader 1$/m);
    expect(later).toMatch(/^stagesync_lease_epoch [1-9]\d+$/m);

    // dies: the next one leads once its lease has run out
    const third = await world.a.up();
    await second.stop('SIGKILL');
    await leads(third);
    world.write('orders/c.csv', 'c');
    await vi.waitFor(
      async () => expect(await world.onStage('orders')).toEqual(['a.csv', 'b.csv', 'c.csv']),
      PATIENCE,
    );
    expect(await third.stop()).toBe(0);
  },
  MINUTES,
);

test.runIf(HAS_REDIS)(
  'a leader that stood still for longer than its lease sends no change when it wakes up',
  async () => {
    let deleted = 0;
    // from the seventh removal on the first machine is in the middle of them
    const { promise: asleep, resolve: wake } = Promise.withResolvers<void>();
    const world = await standbyWorld({
      jobs: { orders: 'watch: true, what: { removal: ours }, pace: { concurrency: 2 }' },
      onRequest: async ({ verb, by }) => {
        if (verb === 'DELETE' && by === 'a' && ++deleted > 6) await asleep;
      },
    });
    const names = Array.from({ length: 120 }, (_, n) => `${n}.csv`);
    for (const name of names) world.write(`orders/${name}`, name);
    const first = await world.a.up();
    await vi.waitFor(async () => expect(await world.onStage('orders')).toHaveLength(names.length), PATIENCE);
    const second = await world.b.up();
    await leads(first);
    // in the middle of removals
    for (const name of names.slice(0, 50)) rmSync(join(world.source, 'orders', name));
    await vi.waitFor(() => expect(deleted, first.text().slice(-2500)).toBeGreaterThan(6), PATIENCE);
    first.signal('SIGSTOP');
    await leads(second);
    const wokenAt = performance.now();
    first.signal('SIGCONT');
    wake();
    await vi.waitFor(() => expect(timesOf(first, 'lease_lost')).toBe(1), PATIENCE);
    // whoever leads now may still be at work: the one that woke up is asked to end
    expect(await first.stop()).toBe(0);
    const late = world.changes.filter(({ by, atMs }) => by === 'a' && atMs >= wokenAt);
    expect(late).toEqual([]);
    expect(await second.stop()).toBe(0);
  },
  MINUTES,
);
