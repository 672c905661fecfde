import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { storedBlobs } from '../../support/trees/data-folder.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const start = useEmulators();

/** A real file system of 2 MiB. Undefined where this process may not mount one. */
async function tinyDisk(): Promise<string | undefined> {
  const disk = join(await temporaryFolder(), 'disk');
  await mkdir(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
  if (mounted.status !== 0) return undefined;
  onTestFinished(() => void spawnSync('umount', ['-l', disk]));
  return disk;
}

test('a full disk is a clean error: nothing is half written, the rest stays, and room made is room again', async (context) => {
  const dataDir = await tinyDisk();
  if (dataDir === undefined) {
    context.skip('mounting is not allowed here');
    return;
  }
  const emulator = await start({ dataDir });
  const stage = new StageHttp(emulator);
  expect((await stage.put('kept', 'kept')).status).toBe(200);
  expect((await stage.put('large', new Uint8Array(800_000))).status).toBe(200);

  const tooLarge = await stage.put('more', new Uint8Array(1_900_000));
  expect([tooLarge.status, tooLarge.text]).toEqual([507, 'no space left on the device\n']);
  expect(await storedBlobs(dataDir)).toHaveLength(1);

  const statuses: number[] = [];
  for (let i = 0; i < 200 && statuses.at(-1) !== 507; i++)
    statuses.push((await stage.put(`small-${i}`, new Uint8Array(60_000))).status);
  expect(statuses.at(-1)).toBe(507);
  const stored = statuses.filter((status) => status === 200).length;
  expect(await stage.names('')).toHaveLength(2 + stored);
  expect((await stage.download('kept')).text).toBe('kept');

  emulator.behaviour.set({ diskFullStatus: 500 });
  expect((await stage.put('more', new Uint8Array(1_900_000))).status).toBe(500);
});
