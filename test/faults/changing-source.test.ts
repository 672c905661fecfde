import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { openLocalSource } from '../../src/sources/local/local-source.ts';
import { createDice } from '../support/trees/dice.ts';
import { createEngine } from '../support/engine/engine.ts';
import { temporaryFolder } from '../support/trees/temporary-folder.ts';
import { trialStage } from '../support/stage/trial-stage.ts';
import { snapshotFolder, snapshotStage } from '../support/trees/trees.ts';

const ROUNDS = 12;
/** Other changes with STAGESYNC_FAULT_SEED. */
const SEED = Number(process.env['STAGESYNC_FAULT_SEED'] ?? 1);

// eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
const tell = (worker: Worker, message: string): void => worker.postMessage(message);

test.each([
  ['in place', false, SEED],
  ['atomic', true, SEED + 1],
])(
  'files that change while a sync runs: Stage has only what the files once were, and the next run makes it equal (%s)',
  async (_, atomic, seed) => {
    const root = join(await temporaryFolder(), 'source');
    await using stage = await trialStage();
    const { emulator } = stage;
    const destination = await stage.open('target/');
    const mutator = new Worker(new URL('../support/trees/file-mutator.ts', import.meta.url), {
      workerData: { root, seed },
    });
    const ended = once(mutator, 'exit');
    await once(mutator, 'message');
    const source = await openLocalSource({ root, followSymlinks: false });
    using engine = createEngine(source, destination);
    const force = new Set(['empty-source'] as const);
    const options = { atomic, removal: 'ours' as const, force, attempts: 12 };
    const dice = createDice(seed);
    let uploaded = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const rate = dice.pick([0, 0.05, 0.2]);
      emulator.faults.set({
        seed: round,
        rules: [
          { kind: ['putFile', 'move', 'remove'], rate, fault: 'reset_after' },
          { kind: 'putFile', rate, fault: 'reset_before' },
          { kind: 'putFile', rate: 1, fault: 'delay', latency: { uniform: [0, 8] } },
        ],
      });
      const { error, report } = await engine.pass(options);
      expect(error).toBeUndefined();
      uploaded += report.uploaded;
      emulator.faults.set({});
      const found = await snapshotStage(destination);
      tell(mutator, 'states');
      const [states] = (await once(mutator, 'message')) as [string[]];
      for (const [path, digest] of Object.entries(found))
        if (!path.endsWith('/')) expect(states, `${path} in round ${round}`).toContain(digest);
    }
    tell(mutator, 'stop');
    await ended;
    const last = await engine.pass(options);
    expect(last.report).toMatchObject({ failed: 0 });
    expect(await snapshotStage(destination)).toEqual(snapshotFolder(root));
    const sent = emulator.counters.read().changing;
    expect((await engine.pass(options)).report).toMatchObject({ outcome: 'clean' });
    expect(emulator.counters.read().changing).toBe(sent);
    expect(uploaded).toBeGreaterThan(50);
    await destination.close();
  },
);
