import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { startDaemon } from '../../support/cli/daemon.ts';
import { createDice } from '../../support/trees/dice.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { storm, WHOLE } from '../../support/trees/storm.ts';
import { snapshotFolder, writeTree } from '../../support/trees/trees.ts';

/** How long each storm lasts; minutes for a long look. */
const SECONDS = Number(process.env['STAGESYNC_STORM_SECONDS'] ?? 5);
const SEED = Number(process.env['STAGESYNC_STORM_SEED'] ?? 1);
const SETTLE_MS = 400;

const FAULTS = {
  latency: { all: 5 },
  rateLimit: { perSecond: 300 },
  rules: [
    { kind: 'putFile', rate: 0.04, fault: 'reset_before' },
    { kind: 'putFile', rate: 0.04, fault: 'lost_reply' },
    { verb: ['PATCH', 'DELETE'], rate: 0.04, fault: 'lost_reply' },
    { verb: ['PUT', 'PATCH', 'DELETE'], rate: 0.04, fault: 'status', status: 503 },
    { kind: ['list', 'metadata'], rate: 0.04, fault: 'status', status: [500, 503] },
  ],
} as const;

test(
  'a storm of changes, with a Stage that fails and a process that stands still, ends with both equal and nothing half',
  async () => {
    const halves = new Map<string, string>();
    const stage: ServedStage = await servedStage({
      onRequest: async (phase, { kind, path }) => {
        if (phase !== 'committed' || kind !== 'putFile') return;
        const parts: Uint8Array[] = [];
        try {
          const { signal } = new AbortController();
          for await (const part of await stage.destination.read(path, { signal })) parts.push(part);
        } catch {
          return; // moved on already
        }
        const text = Buffer.concat(parts).toString();
        if (!text.endsWith(WHOLE)) halves.set(path, text.slice(-20));
      },
    });
    await using _ = stage;
    const { cli, address, emulator } = stage;
    await writeTree(cli.folder, { 'data/start': `1${WHOLE}` });
    const root = join(cli.folder, 'data');
    const flags = ['--delete', '--force', 'max-delete', '--settle', `${SETTLE_MS}ms`];
    await using daemon = await startDaemon(cli, ['data', address, ...flags]);
    await daemon.atRest();
    emulator.faults.set(FAULTS);
    const dice = createDice(SEED);
    const over = new AbortController();
    const stalls = (async () => {
      while (!over.signal.aborted) {
        await wait(1000 + dice.below(2000));
        if (over.signal.aborted) return;
        daemon.signal('SIGSTOP');
        await wait(500 + dice.below(1500));
        daemon.signal('SIGCONT');
      }
    })();
    const { versions, changes, pausedTooLong } = await storm(root, dice, SECONDS * 1000, SETTLE_MS);
    over.abort();
    await stalls;
    emulator.faults.set({});
    await vi.waitFor(
      async () => expect(await stage.snapshot(), `${changes} changes`).toEqual(snapshotFolder(root)),
      { timeout: 120_000, interval: 200 },
    );
    await daemon.atRest();
    const unexcused = [...halves].filter(([path]) => !pausedTooLong.has(path.split('/').at(-1)!));
    expect(unexcused).toEqual([]);
    const uploads = await daemon.metric('stagesync_actions_total{kind="upload",outcome="done"}');
    expect(uploads).toBeLessThanOrEqual(versions * 1.2 + 20);
    expect(fs.existsSync(root)).toBe(true);
    expect(await daemon.stop()).toBe(0);
  },
  SECONDS * 1000 + 180_000,
);
