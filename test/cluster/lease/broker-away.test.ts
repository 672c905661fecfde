import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { isLeading, leads, PATIENCE, standbyWorld, timesOf } from '../../support/cluster/standby-world.ts';
import { HAS_REDIS, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

/** Machines are busy. */
const MINUTES = 6 * 60_000;

const JOB = "schedule: '* * * * * *'";

test.runIf(HAS_REDIS)(
  'while Redis is away for long the leader stops, nobody leads, and it goes on by itself once Redis is back',
  async () => {
    const world = await standbyWorld({ jobs: { orders: JOB } });
    world.write('orders/a.csv', 'a');
    const first = await world.a.up();
    await leads(first);
    const second = await world.b.up();
    await vi.waitFor(async () => expect(await world.onStage('orders')).toEqual(['a.csv']), PATIENCE);
    await world.redis.kill();
    const nobodyLeads = (): boolean => !isLeading(first) && !isLeading(second);
    await vi.waitFor(() => expect(nobodyLeads()).toBe(true), PATIENCE);
    const changes = world.changes.length;
    const led = timesOf(first, 'leads') + timesOf(second, 'leads');
    world.write('orders/b.csv', 'b');
    // longer than a second due time
    await wait(3000);
    expect(world.changes.length).toBe(changes);
    expect(nobodyLeads()).toBe(true);
    expect(first.text() + second.text()).toMatch(
      /the lease can be neither taken nor renewed: cannot reach redis:/,
    );
    await world.redis.start();
    await vi.waitFor(async () => expect(await world.onStage('orders')).toEqual(['a.csv', 'b.csv']), PATIENCE);
    expect(timesOf(first, 'leads') + timesOf(second, 'leads')).toBeGreaterThan(led);
    expect([await first.stop(), await second.stop()]).toEqual([0, 0]);
  },
  MINUTES,
);

test.runIf(HAS_REDIS)(
  'while Redis is full the leader goes on, nobody else can lead, and it ends when it is asked to',
  async () => {
    const world = await standbyWorld({ jobs: { orders: JOB } });
    world.write('orders/a.csv', 'a');
    const first = await world.a.up();
    await leads(first);
    const redis = new Redis(world.redis.url);
    onTestFinished(() => redis.disconnect());
    await redis.config('SET', 'maxmemory', '1mb');
    world.write('orders/b.csv', 'b');
    await vi.waitFor(async () => expect(await world.onStage('orders')).toEqual(['a.csv', 'b.csv']), PATIENCE);
    expect(await first.stop()).toBe(0);
    const second = await world.b.up();
    await vi.waitFor(
      () =>
        expect(second.text()).toMatch(
          /the lease can be neither taken nor renewed: redis:\S+ is full, and takes/,
        ),
      PATIENCE,
    );
    expect(isLeading(second)).toBe(false);
    await redis.config('SET', 'maxmemory', '0');
    await leads(second);
    expect(await second.stop()).toBe(0);
  },
  MINUTES,
);

test.runIf(HAS_REDIS)(
  'a machine whose clock is an hour ahead leads like any other, and keeps the times of the schedule',
  async () => {
    const world = await standbyWorld({ jobs: { orders: "schedule: '*/2 * * * * *'" } });
    world.write('orders/a.csv', 'a');
    const ahead = await world.a.up([], { env: { NODE_OPTIONS: `--import ${world.hourAhead}` } });
    await leads(ahead);
    const runs = (up: typeof ahead): number =>
      up.lines().filter(({ event, reason }) => event === 'pass' && reason === 'schedule').length;
    await vi.waitFor(() => expect(runs(ahead)).toBeGreaterThan(1), PATIENCE);
    // it really is ahead
    const { time } = ahead.lines().at(-1)!;
    expect(Date.parse(String(time)) - Date.now()).toBeGreaterThan(3_000_000);
    const second = await world.b.up();
    expect(await ahead.stop()).toBe(0);
    await leads(second);
    // what the other did is done, and the next time is not an hour away
    await vi.waitFor(() => expect(runs(second)).toBeGreaterThan(1), PATIENCE);
    expect(second.lines().filter(({ reason }) => reason === 'missed')).toEqual([]);
    expect(await second.stop()).toBe(0);
  },
  MINUTES,
);

test.runIf(HAS_REDIS)(
  'a daemon whose broker is not there does not start, and says where it looked',
  async () => {
    const world = await standbyWorld({ jobs: { orders: JOB } });
    await world.redis.kill();
    const { status, stderr } = await world.a.cli.run(['up']);
    expect(status, stderr).toBe(5);
    expect(stderr).toMatch(/cannot reach redis:\/\/127\.0\.0\.1:\d+\/0: .*correct STAGESYNC_LEASE_URL/);
  },
  MINUTES,
);
