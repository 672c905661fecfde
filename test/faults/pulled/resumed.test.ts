import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';

/** A busy machine takes its time. */
const PATIENCE_MS = 300_000;

const { signal } = new AbortController();
const MIB = 1024 * 1024;

const contentOf = (seed: number): Buffer => {
  const bytes = Buffer.alloc(48 * MIB);
  for (let at = 0; at < bytes.length; at += 4)
    bytes.writeUInt32LE(Math.imul(at + seed, 2654435761) >>> 0, at);
  return bytes;
};

const [CONTENT, OTHER] = [contentOf(1), contentOf(7)];

const names = async (folder: string): Promise<string[]> => (await readdir(folder)).sort();

/** A Stage with one large file, and a pull of it that was killed when a good part was on the disk. */
async function killedMidway() {
  const stage = await servedStage();
  const { cli, address, destination, emulator } = stage;
  const put = (bytes: Buffer) => destination.put('target/big.bin', { size: bytes.length, bytes }, { signal });
  await destination.makeFolder('target/', { signal });
  await put(CONTENT);
  const out = join(cli.folder, 'out');
  emulator.faults.set({ bandwidth: { download: 80 * MIB } });
  const result = await cli.run(['pull', address, 'out'], {
    running: (child) => {
      const look = async (): Promise<void> => {
        const record = (await names(out).catch(() => [])).find((name) => name.endsWith('-of'));
        const text = record === undefined ? '' : readFileSync(join(out, record), 'utf8');
        if (/"synced":[1-9]/.test(text)) child.kill('SIGKILL');
        else setTimeout(() => void look(), 5);
      };
      void look();
    },
  });
  expect(result.status).toBe(137);
  const partial = /^\.stagesync-part-[0-9a-f]{12}-[0-9a-f]{16}/;
  expect(await names(out)).toEqual([expect.stringMatching(partial), expect.stringMatching(/-of$/)]);
  emulator.faults.set({});
  const pull = (...more: string[]) => commandInside(cli, ['pull', address, 'out', '--json', ...more]);
  const read = (name: string): Buffer => readFileSync(join(out, name));
  return { ...stage, put, pull, out, read };
}

test(
  'after a kill the next pull goes on with a large file, and no file of half its bytes has the name',
  async () => {
    await using stage = await killedMidway();
    const before = stage.emulator.counters.read().bytesServed;
    const run = await stage.pull();
    expect(run).toMatchObject({ status: 0, report: { uploaded: 1, failed: 0 } });
    expect(run.events.filter(({ type }) => type === 'problem')).toEqual([]);
    expect(stage.read('big.bin').equals(CONTENT)).toBe(true);
    expect(await names(stage.out)).toEqual(['big.bin']);
    expect(stage.emulator.counters.read().bytesServed - before).toBeLessThanOrEqual(16 * MIB);
    expect((await stage.pull()).report).toMatchObject({ uploaded: 0, unchanged: 1 });
  },
  PATIENCE_MS,
);

test(
  'another version of the file is not gone on with: no file is a mixture',
  async () => {
    await using stage = await killedMidway();
    await stage.put(OTHER);
    expect(await stage.pull()).toMatchObject({ status: 0 });
    expect(stage.read('big.bin').equals(OTHER)).toBe(true);
    expect(await names(stage.out)).toEqual(['big.bin']);
  },
  PATIENCE_MS,
);

test(
  'what is there of a file that is not wanted any more goes, at the end of the next pull',
  async () => {
    await using stage = await killedMidway();
    await stage.destination.remove('target/big.bin', { signal });
    await stage.destination.put('target/a', { size: 1, bytes: Buffer.from('a') }, { signal });
    const dry = await stage.pull('--dry-run');
    expect((await names(stage.out)).length).toBe(2);
    expect(dry.status).toBe(0);
    expect(await stage.pull()).toMatchObject({ status: 0, report: { uploaded: 1 } });
    expect(await names(stage.out)).toEqual(['a']);
  },
  PATIENCE_MS,
);
