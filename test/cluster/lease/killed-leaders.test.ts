import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { Up } from '../../support/cli/up.ts';
import { PATIENCE, standbyWorld, timesOf } from '../../support/cluster/standby-world.ts';
import { HAS_REDIS, tellWithoutRedis } from '../../support/redis.ts';
import { createDice } from '../../support/trees/dice.ts';

tellWithoutRedis();

const JOBS = ['watched', 'scheduled'];
const NAMES = ['a', 'b'] as const;
const KILLS = 6;
const TTL = 2000;
const EVERY_MS = 2000;

/** A run that a schedule began, as the log tells of it when it is over. */
interface ScheduledRun {
  readonly reason: string;
  /** The due time that it stands for; milliseconds since 1970. */
  readonly dueMs: number;
}

const scheduledRuns = (up: Pick<Up, 'lines'>, job: string): ScheduledRun[] =>
  up
    .lines()
    .filter((line) => line['event'] === 'pass' && line['job'] === job && line['error'] === undefined)
    .filter(({ reason }) => reason === 'schedule' || reason === 'missed')
    .map((line) => {
      const { durationMs } = line['report'] as { readonly durationMs: number };
      const startedMs = Date.parse(String(line['time'])) - durationMs;
      return { reason: String(line['reason']), dueMs: Math.floor(startedMs / EVERY_MS) * EVERY_MS };
    });

const isLeading = (up: Pick<Up, 'lines'>): boolean => timesOf(up, 'leads') > timesOf(up, 'lease_lost');

test.runIf(HAS_REDIS)(
  'leaders that are killed again and again, under load: in step at the end, no schedule twice, nothing of others touched',
  async () => {
    const world = await standbyWorld({
      ttlMs: TTL,
      jobs: {
        watched: 'watch: true, what: { removal: ours }',
        scheduled: "schedule: '*/2 * * * * *', what: { removal: ours }",
      },
      onRequest: ({ verb }) => (verb === 'GET' ? undefined : wait(20)),
    });
    const dice = createDice(7);
    const machines = { a: world.a, b: world.b };
    const logs: Up[] = [];
    const start = async (name: 'a' | 'b'): Promise<Up> => {
      const up = await machines[name].up();
      logs.push(up);
      return up;
    };
    const running = { a: await start('a'), b: await start('b') };
    await vi.waitFor(() => expect(logs.some((up) => timesOf(up, 'leads') > 0)).toBe(true), PATIENCE);
    // what others have there, under names that the source never has, and beside what goes
    for (const job of JOBS) {
      world.write(`${job}/first.csv`, 'first');
      await vi.waitFor(async () => expect(await world.onStage(job)).toEqual(['first.csv']), PATIENCE);
      await world.putByOthers(`${job}/theirs.txt`);
    }
    const over = new AbortController();
    const removed = new Set<string>();
    const edit = async (): Promise<void> => {
      for (let count = 0; !over.signal.aborted; count++) {
        for (const job of JOBS) world.write(`${job}/${count}.csv`, `${count}`.repeat(1 + (count % 50)));
        // what has been there for some seconds
        const oldest = count - 60;
        if (oldest >= 0 && oldest % 3 === 0) {
          removed.add(`${oldest}.csv`);
          for (const job of JOBS) rmSync(join(world.source, job, `${oldest}.csv`));
        }
        await wait(60);
      }
    };
    const editing = edit();
    for (let kill = 0; kill < KILLS; kill++) {
      await wait(1000 + dice.below(3000));
      const leader = NAMES.find((name) => isLeading(running[name]));
      if (leader === undefined) continue;
      await running[leader].stop('SIGKILL');
      running[leader] = await start(leader);
      await vi.waitFor(() => expect(NAMES.some((name) => isLeading(running[name]))).toBe(true), PATIENCE);
    }
    over.abort();
    await editing;
    let left = 0;
    for (const job of JOBS)
      await vi.waitFor(
        async () => {
          const there = await world.onStage(job);
          const wanted = [...world.inSource(job), 'theirs.txt'];
          expect(
            wanted.filter((name) => !there.includes(name)),
            `${job}: ${readdirSync(world.copies).join(' ')} ${NAMES.map((name) => running[name].text().slice(-2000)).join('\n\n')}`,
          ).toEqual([]);
          const more = there.filter((name) => !wanted.includes(name));
          // nobody knows whose a file is that a leader put just before it was killed: it stays
          expect(more.filter((name) => !removed.has(name))).toEqual([]);
          left = more.length;
        },
        { timeout: 40_000, interval: 200 },
      );
    expect(left).toBeLessThan(removed.size);
    // and whoever leads now removes what it knows to be ours
    for (const job of JOBS) {
      world.write(`${job}/last.csv`, 'last');
      await vi.waitFor(async () => expect(await world.onStage(job)).toContain('last.csv'), PATIENCE);
      rmSync(join(world.source, job, 'last.csv'));
      await vi.waitFor(async () => expect(await world.onStage(job)).not.toContain('last.csv'), PATIENCE);
      expect(await world.onStage(job)).toContain('theirs.txt');
    }
    const runs = logs.flatMap((up) => scheduledRuns(up, 'scheduled')).map(({ dueMs }) => dueMs);
    expect(runs.length).toBeGreaterThan(KILLS);
    expect(runs.toSorted((a, b) => a - b)).toEqual([...new Set(runs)].toSorted((a, b) => a - b));
    expect(world.changes.filter(({ verb, path }) => verb === 'DELETE' && path.includes('theirs'))).toEqual(
      [],
    );
    for (const name of NAMES) expect(await running[name].stop()).toBe(0);
  },
  400_000,
);
