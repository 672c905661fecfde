import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { servedStage } from '../../support/stage/served-stage.ts';
import { commandInside } from '../../support/cli/command-inside.ts';

const { signal } = new AbortController();
const MIB = 1024 * 1024;

const contentOf = (seed: number): Buffer => {
  const bytes = Buffer.alloc(48 * MIB);
  for (let at = 0; at < bytes.length; at += 4)
    bytes.writeUInt32LE(Math.imul(at + seed, 2654435761) >>> 0, at);
  return bytes;
};

/** A Stage with one large file, and what of it was asked for. */
async function withLargeFile() {
  const reads = { count: 0, before: async (_count: number): Promise<void> => undefined };
  const stage = await servedStage({
    async onRequest(phase, { kind }) {
      if (kind === 'content' && phase === 'received') await reads.before(++reads.count);
    },
  });
  const { destination, cli, address } = stage;
  const content = contentOf(1);
  await destination.makeFolder('target/', { signal });
  const put = (bytes: Buffer) => destination.put('target/big.bin', { size: bytes.length, bytes }, { signal });
  await put(content);
  const get = () => commandInside(cli, ['get', `${address}/big.bin`, '--json']);
  return { ...stage, content, put, get, reads, at: (name: string) => join(cli.folder, name) };
}

const names = async (folder: string): Promise<string[]> => (await readdir(folder)).sort();

test('a download that breaks off is taken up again where it broke off', async () => {
  await using stage = await withLargeFile();
  stage.emulator.faults.set({ rules: [{ kind: 'content', fault: 'truncated_reply', nth: [1, 2] }] });
  expect(await stage.get()).toMatchObject({ status: 0 });
  expect(stage.reads.count).toBe(3);
  expect(readFileSync(stage.at('big.bin')).equals(stage.content)).toBe(true);
  expect(await names(stage.cli.folder)).toEqual(['big.bin']);
});

/** Runs get in a process of its own until a good part is on the disk, and kills it. */
async function killedMidway(stage: Awaited<ReturnType<typeof withLargeFile>>): Promise<void> {
  stage.emulator.faults.set({ bandwidth: { download: 80 * MIB } });
  const { cli, address } = stage;
  const result = await cli.run(['get', `${address}/big.bin`], {
    running: (child) => {
      const look = async (): Promise<void> => {
        const record = (await names(cli.folder)).find((name) => name.endsWith('-of'));
        const text = record === undefined ? '' : readFileSync(join(cli.folder, record), 'utf8');
        if (/"synced":[1-9]/.test(text)) child.kill('SIGKILL');
        else setTimeout(() => void look(), 5);
      };
      void look();
    },
  });
  expect(result.status).toBe(137);
  expect(await names(cli.folder)).toEqual([
    expect.stringMatching(/^\.stagesync-part-[0-9a-f]{16}$/),
    expect.stringMatching(/^\.stagesync-part-[0-9a-f]{16}-of$/),
  ]);
  stage.emulator.faults.set({});
}

test('after a kill the next get goes on, and no file of half its bytes has the name', async () => {
  await using stage = await withLargeFile();
  await killedMidway(stage);
  const before = stage.emulator.counters.read().bytesServed;
  expect(await stage.get()).toMatchObject({ status: 0 });
  expect(readFileSync(stage.at('big.bin')).equals(stage.content)).toBe(true);
  expect(await names(stage.cli.folder)).toEqual(['big.bin']);
  expect(stage.emulator.counters.read().bytesServed - before).toBeLessThanOrEqual(16 * MIB);
});

test('what was left of another version is not gone on with: no file is a mixture', async () => {
  await using stage = await withLargeFile();
  await killedMidway(stage);
  const other = contentOf(7);
  await stage.put(other);
  expect(await stage.get()).toMatchObject({ status: 0 });
  expect(readFileSync(stage.at('big.bin')).equals(other)).toBe(true);
  expect(await names(stage.cli.folder)).toEqual(['big.bin']);
});

test('a file that changes between two parts of its reading is read anew', async () => {
  await using stage = await withLargeFile();
  const other = contentOf(9);
  stage.reads.before = async (count) => {
    if (count === 2) await stage.put(other);
  };
  stage.emulator.faults.set({ rules: [{ kind: 'content', fault: 'truncated_reply', nth: 1 }] });
  expect(await stage.get()).toMatchObject({ status: 0 });
  expect(readFileSync(stage.at('big.bin')).equals(other)).toBe(true);
  expect(await names(stage.cli.folder)).toEqual(['big.bin']);
});

test('the copy has the time of its file', async () => {
  await using stage = await withLargeFile();
  await stage.get();
  const shown = await stage.destination.stat('target/big.bin', { signal });
  expect(Math.floor((await stat(stage.at('big.bin'))).mtimeMs)).toBe(Math.floor(shown!.modifiedMs!));
});

test.each(['zero', 'missing'] as const)(
  'where times are %s a download that breaks off begins anew, for another version would not be noticed',
  async (timestamps) => {
    await using stage = await withLargeFile();
    stage.emulator.behaviour.set({ timestamps });
    const [first, other] = [contentOf(7), contentOf(9)].map((bytes) => bytes.subarray(0, 9 * MIB));
    await stage.put(first!);
    let besides: string[] = [];
    stage.reads.before = async (count) => {
      besides = await names(stage.cli.folder);
      if (count === 2) await stage.put(other!);
    };
    stage.emulator.faults.set({ rules: [{ kind: 'content', fault: 'truncated_reply', nth: 1 }] });
    expect(await stage.get()).toMatchObject({ status: 0 });
    expect(readFileSync(stage.at('big.bin')).equals(other!)).toBe(true);
    // nothing says of what version a partial file is: no later get goes on with it
    expect(besides).toEqual([expect.not.stringMatching(/-of$/)]);
  },
);
