import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Emulator } from '../../../src/emulator/options.ts';
import { storedBlobs } from '../../support/trees/data-folder.ts';
import { emulatorProcess } from '../../support/cli/emulator-process.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const start = useEmulators();

const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);

/** Path and mode of everything that is more open, or less, than it should be. */
function notPrivate(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  expect(entries.length).toBeGreaterThan(0);
  return ['', ...entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))]
    .map((path) => [path, modeOf(join(folder, path)), statSync(join(folder, path)).isDirectory()] as const)
    .filter(([, mode, isFolder]) => mode !== (isFolder ? '700' : '600'))
    .map(([path, mode]) => `${path} ${mode}`);
}

/** As an earlier version under an open umask left it. */
function loosen(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o777 : 0o666);
  chmodSync(folder, 0o777);
}

async function fill(emulator: Pick<Emulator, 'url' | 'token' | 'deployments'>): Promise<StageHttp> {
  const stage = new StageHttp(emulator as Emulator);
  await stage.makeFolder('d/');
  await stage.put('small', 'small');
  await stage.put('d/large', new Uint8Array(200_000));
  return stage;
}

describe.skipIf(process.platform === 'win32').each(['000', '022', '077'])('under umask %s', (umask) => {
  beforeEach(() => {
    const before = process.umask(Number.parseInt(umask, 8));
    onTestFinished(() => void process.umask(before));
  });

  test('everything in the data folder is for its owner only: names, bytes, locks and SQLite’s own files', async () => {
    const dataDir = join(await temporaryFolder(), 'made', 'here');
    const emulator = await start({ dataDir });
    await fill(emulator);
    const names = readdirSync(dataDir, { recursive: true, encoding: 'utf8' });
    for (const name of ['stage.db', 'stage.db-wal', 'stage.db-shm', 'blobs', 'writers'])
      expect(names).toContain(name);
    expect(await storedBlobs(dataDir)).toHaveLength(1);
    expect(notPrivate(dataDir)).toEqual([]);
    expect(modeOf(join(dataDir, '..'))).toBe('700');
    await emulator.close();
    expect(notPrivate(dataDir)).toEqual([]);
  });

  test('what an earlier version left more open is tightened at the start, what a killed process left too', async () => {
    const dataDir = join(await temporaryFolder(), 'data');
    const killed = await emulatorProcess(dataDir);
    await fill(killed.emulator);
    await killed.kill('SIGKILL');
    expect(readdirSync(dataDir)).toContain('stage.db-wal');
    loosen(dataDir);
    const emulator = await start({ dataDir });
    for (const name of ['', 'stage.db', 'stage.db-wal', 'stage.db-shm', 'blobs', 'writers'])
      expect([name, modeOf(join(dataDir, name))]).toEqual([name, name.startsWith('stage') ? '600' : '700']);
    await emulator.swept;
    expect(notPrivate(dataDir)).toEqual([]);
    expect((await new StageHttp(emulator).download('d/large')).text).toHaveLength(200_000);
  });
});

describe.skipIf(process.platform === 'win32')('left as it is', () => {
  test('is a folder that holds other things as well', async () => {
    const dataDir = join(await temporaryFolder(), 'shared');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'other'), 'x');
    chmodSync(join(dataDir, 'other'), 0o644);
    chmodSync(dataDir, 0o755);
    await fill(await start({ dataDir }));
    expect(notPrivate(dataDir).sort()).toEqual([' 755', 'other 644']);
  });

  test('is what a link leads to', async () => {
    const folder = await temporaryFolder();
    const [dataDir, elsewhere] = [join(folder, 'data'), join(folder, 'large-disk')];
    for (const path of [dataDir, elsewhere]) mkdirSync(path);
    chmodSync(elsewhere, 0o755);
    symlinkSync(elsewhere, join(dataDir, 'blobs'));
    const emulator = await start({ dataDir });
    await fill(emulator);
    await emulator.swept;
    expect(modeOf(elsewhere)).toBe('755');
    expect(notPrivate(elsewhere)).toEqual([' 755']);
  });
});
