import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { Up } from '../../support/cli/up.ts';
import { leads, PATIENCE, standbyWorld, timesOf } from '../../support/cluster/standby-world.ts';
import { HAS_REDIS, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

/** Machines are busy. */
const MINUTES = 6 * 60_000;
const EVERY_SECOND = { orders: "schedule: '* * * * * *', what: { removal: ours }" };
type World = Awaited<ReturnType<typeof standbyWorld>>;

const copyOf = ({ copies }: World): string =>
  join(
    copies,
    readdirSync(copies).find((name) => name.endsWith('.ledger'))!,
  );

/** Resolves once the log has a message like this. */
const failed = (up: Up, message: RegExp): Promise<void> =>
  vi.waitFor(() => {
    const told = up.lines().map((line) => String(line['msg']));
    expect(told.join('\n')).toMatch(message);
  }, PATIENCE);

const goodRuns = (up: Up): number =>
  up.lines().filter((line) => line['event'] === 'pass' && line['error'] === undefined).length;

/** Resolves once a whole run after this moment was good. */
async function goesOn(up: Up): Promise<void> {
  const before = goodRuns(up);
  await vi.waitFor(() => expect(goodRuns(up), up.text().slice(-2000)).toBeGreaterThan(before + 1), PATIENCE);
}

/** A leader that was killed after it put two files and its ledger; the source has one of them no more. */
async function afterKill(world: World): Promise<Up> {
  for (const name of ['a.csv', 'b.csv']) world.write(`orders/${name}`, name);
  const first = await world.a.up();
  await leads(first);
  await goesOn(first);
  const second = await world.b.up();
  await first.stop('SIGKILL');
  rmSync(join(world.source, 'orders', 'a.csv'));
  return second;
}

test.runIf(HAS_REDIS).each<readonly [string, (whole: Buffer) => Buffer]>([
  ['cut', (whole) => whole.subarray(0, whole.byteLength - 100)],
  [
    'damaged',
    (whole) => {
      const copy = Buffer.from(whole);
      copy[copy.byteLength - 50]! ^= 1;
      return copy;
    },
  ],
  [
    'that of another pair',
    (whole) => Buffer.from(whole.toString('latin1').replace('/orders', '/others'), 'latin1'),
  ],
])(
  'who takes over a copy that is %s says so and changes nothing; once it is deleted, everything is adopted and nothing removed',
  async (_, spoil) => {
    const world = await standbyWorld({ ttlMs: 3000, jobs: EVERY_SECOND });
    const second = await afterKill(world);
    const copy = copyOf(world);
    writeFileSync(copy, spoil(readFileSync(copy)));
    await leads(second);
    const changes = world.changes.length;
    await failed(second, /the copy of the ledger .* is damaged .*delete it/);
    expect(world.changes.length).toBe(changes);
    rmSync(copy);
    await goesOn(second);
    expect(await world.onStage('orders')).toEqual(['a.csv', 'b.csv']);
    // and what this leader puts is its own to remove
    world.write('orders/c.csv', 'c');
    await vi.waitFor(async () => expect(await world.onStage('orders')).toContain('c.csv'), PATIENCE);
    rmSync(join(world.source, 'orders', 'c.csv'));
    await vi.waitFor(async () => expect(await world.onStage('orders')).not.toContain('c.csv'), PATIENCE);
    expect(world.changes.filter(({ verb }) => verb === 'DELETE')).toHaveLength(1);
    expect(await second.stop()).toBe(0);
  },
  MINUTES,
);

test.runIf(HAS_REDIS)(
  'who takes over while the place of the copies is away changes nothing, and goes on by itself with what the last leader knew',
  async () => {
    const world = await standbyWorld({ ttlMs: 3000, jobs: EVERY_SECOND });
    const second = await afterKill(world);
    renameSync(world.copies, `${world.copies}.away`);
    writeFileSync(world.copies, 'no directory');
    await leads(second);
    const changes = world.changes.length;
    await failed(second, /cannot use .* for copies of ledgers/);
    expect(world.changes.length).toBe(changes);
    rmSync(world.copies);
    renameSync(`${world.copies}.away`, world.copies);
    await vi.waitFor(async () => expect(await world.onStage('orders')).toEqual(['b.csv']), PATIENCE);
    expect(timesOf(second, 'lease_lost')).toBe(0);
    expect(await second.stop()).toBe(0);
  },
  MINUTES,
);

test.runIf(HAS_REDIS)(
  'beside a leader a run by hand and a daemon with another lease are refused, and the leader goes on',
  async () => {
    const world = await standbyWorld({ jobs: { orders: 'watch: true, what: { removal: ours }' } });
    world.write('orders/a.csv', 'a');
    const first = await world.a.up();
    await leads(first);
    await vi.waitFor(async () => expect(await world.onStage('orders')).toEqual(['a.csv']), PATIENCE);
    const byHand = await world.c.cli.run(['run', 'orders', '--ledger-copy', world.copies]);
    expect(byHand.status, byHand.stderr).toBe(6);
    expect(byHand.stderr).toMatch(/another run works on this source and destination: "stagesync up" on/);
    const other = await world.b.up(['--lease-name', 'others']);
    await leads(other);
    await failed(
      other,
      /which leads "stagesync.yaml", and this process "others" \(daemons that take turns need one --lease-name\)/,
    );
    world.write('orders/b.csv', 'b');
    await vi.waitFor(async () => expect(await world.onStage('orders')).toEqual(['a.csv', 'b.csv']), PATIENCE);
    expect(world.changes.filter(({ by }) => by !== 'a')).toEqual([]);
    expect([await other.stop(), await first.stop()]).toEqual([0, 0]);
  },
  MINUTES,
);
