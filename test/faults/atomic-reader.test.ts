import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Faults } from '../../src/emulator/control/faults.ts';
import type { Destination } from '../../src/model/ports.ts';
import { createMemorySource } from '../../src/sources/memory/memory-source.ts';
import { createDice } from '../support/trees/dice.ts';
import { createEngine } from '../support/engine/engine.ts';
import { temporaryFolder } from '../support/trees/temporary-folder.ts';
import { trialStage } from '../support/stage/trial-stage.ts';
import { eachOf, writeTree } from '../support/trees/trees.ts';

const BIN = fileURLToPath(new URL('../../bin/stagesync.js', import.meta.url));
const PATHS = Array.from({ length: 10 }, (_, i) => `part-${i % 2}/file-${i}.csv`);
const CHANGING = ['putFile', 'putFolder', 'move', 'remove'] as const;

/** Long enough to be seen half, and telling its version. */
const versionOf = (path: string, version: number): string => `${path} version ${version}\n`.repeat(1500);

/** What a pipeline does: lists the folders and reads what is in them, over and over, until told to stop. */
function startReader(destination: Destination) {
  const { signal } = new AbortController();
  const wrong: string[] = [];
  const state = { reading: true, reads: 0 };
  async function look(): Promise<void> {
    const seen = new Map<string, string>();
    await eachOf(['part-0/', 'part-1/'], 2, async (folder) => {
      const children = [...((await destination.listFolder(destination.root + folder, { signal })) ?? [])];
      for (const { name, kind } of children)
        if (kind !== 'file') wrong.push(`${folder}${name} is listed as ${kind}`);
      await eachOf(children, 4, async ({ name }) => {
        const parts: Uint8Array[] = [];
        try {
          for await (const part of await destination.read(destination.root + folder + name, { signal }))
            parts.push(part);
          seen.set(folder + name, Buffer.concat(parts).toString());
        } catch (error) {
          wrong.push(`${folder}${name} cannot be read: ${String(error)}`);
        }
      });
    });
    for (const path of PATHS) {
      const version = Number(/version (\d+)/.exec(seen.get(path) ?? '')?.[1] ?? -1);
      if (!seen.has(path)) wrong.push(`${path} is missing`);
      else if (seen.get(path) !== versionOf(path, version)) wrong.push(`${path} is not whole`);
    }
    for (const path of seen.keys()) if (!PATHS.includes(path)) wrong.push(`${path} is listed`);
    state.reads++;
  }
  const done = (async () => {
    while (state.reading) {
      await look();
      await turn();
    }
  })();
  return {
    async stop(): Promise<{ wrong: readonly string[]; reads: number }> {
      const enough = state.reads + 1;
      while (state.reads < enough) await turn();
      state.reading = false;
      await done;
      return { wrong, reads: state.reads };
    },
  };
}

const someFaults = (seed: number): Faults => {
  const dice = createDice(seed);
  const rate = dice.pick([0.05, 0.15, 0.3]);
  return {
    seed,
    rules: [
      { kind: CHANGING, rate, fault: 'reset_after' },
      { kind: CHANGING, rate, fault: 'lost_reply' },
      { kind: CHANGING, rate, fault: 'reset_before' },
      { kind: CHANGING, rate, fault: 'status', status: [500, 503], afterCommit: true },
    ],
  };
};

test('with --atomic a reader of the target never sees a short or a missing file, whatever happens to the requests', async () => {
  await using stage = await trialStage();
  const { emulator } = stage;
  emulator.behaviour.set({ moveOverExisting: 'overwrite' });
  const source = createMemorySource();
  const destination = await stage.open('target/');
  const onlooker = await stage.open('target/');
  using engine = createEngine(source, destination);
  const write = (version: number): void => {
    for (const path of PATHS) source.write(path, versionOf(path, version), { modifiedMs: version * 10_000 });
  };
  write(0);
  await engine.pass({ atomic: true });
  const reader = startReader(onlooker);
  for (let version = 1; version <= 25; version++) {
    write(version);
    emulator.faults.set(someFaults(version));
    await engine.pass({ atomic: true, publishSet: version % 3 === 0, attempts: 1 + (version % 4) });
    emulator.faults.set({});
  }
  await engine.pass({ atomic: true });
  const { wrong, reads } = await reader.stop();
  expect(wrong).toEqual([]);
  expect(reads).toBeGreaterThan(5);
  expect((await stage.contents('target/')).get(`target/${PATHS[0]}`)).toBe(versionOf(PATHS[0]!, 25));
  await onlooker.close();
  await destination.close();
});

test('with --atomic a reader of the target never sees a short or a missing file, however often the run is killed', async () => {
  await using stage = await trialStage();
  const { emulator } = stage;
  emulator.behaviour.set({ moveOverExisting: 'overwrite' });
  const home = await temporaryFolder();
  const data = join(home, 'data');
  const write = (version: number): Promise<void> =>
    writeTree(data, Object.fromEntries(PATHS.map((path) => [path, versionOf(path, version)])));
  const run = async (killAt: number): Promise<string> => {
    const address = `stage://${emulator.deployments[0]!.id}/target`;
    const child = spawn(process.execPath, [BIN, 'sync', data, address, '--atomic', '--quiet'], {
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
        SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
      },
      stdio: 'ignore',
    });
    const closed = once(child, 'close');
    let seen = 0;
    stage.onRequest = (_, { kind }) => {
      if (CHANGING.some((each) => each === kind) && ++seen === killAt) child.kill('SIGKILL');
    };
    const [status, signal] = (await closed) as [number | null, string | null];
    return signal ?? String(status);
  };
  await write(0);
  expect(await run(0)).toBe('0');
  const onlooker = await stage.open('target/');
  const reader = startReader(onlooker);
  for (let version = 1; version <= 8; version++) {
    await write(version);
    expect(await run(1 + version * 6)).toBe('SIGKILL');
  }
  expect(await run(0)).toBe('0');
  const { wrong, reads } = await reader.stop();
  expect(wrong).toEqual([]);
  expect(reads).toBeGreaterThan(5);
  const found = await stage.contents('');
  for (const path of PATHS) expect(found.get(`target/${path}`)).toBe(versionOf(path, 8));
  expect([...found.keys()].filter((path) => path.includes('.stagesync-'))).toEqual([]);
  await onlooker.close();
});
