import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { fill } from '../../support/stage/filled-stage.ts';
import { servedStage } from '../../support/stage/served-stage.ts';

/** A busy machine takes its time. */
const PATIENCE_MS = 300_000;

const MIB = 1024 * 1024;
const { signal } = new AbortController();

/** A file system of so many bytes at a folder; undefined where this system mounts none for us. */
function smallDisk(folder: string, options: string) {
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    console.log('skipped: a small file system cannot be mounted here');
    return undefined;
  }
  const mount = (how: string): void =>
    void execFileSync('mount', ['-o', `remount,${how}`, folder], { stdio: 'ignore' });
  return { mount, [Symbol.dispose]: () => void execFileSync('umount', [folder], { stdio: 'ignore' }) };
}

test(
  'a pull onto a full disk, or one that is read only, leaves nothing half, and the next one with room brings the rest',
  async () => {
    await using stage = await servedStage();
    const { destination } = stage;
    await fill(destination, {
      'target/small': 'x',
      'target/big': 'b'.repeat(3 * MIB),
      'target/huge': 'h'.repeat(9 * MIB),
      'target/gone': 'g',
    });
    const out = join(stage.cli.folder, 'out');
    using disk = smallDisk(out, 'size=2m');
    if (disk === undefined) return;
    const names = (): string[] => readdirSync(out).sort();
    const pull = () => commandInside(stage.cli, ['pull', stage.address, 'out', '--delete', '--json']);
    for (let run = 1; run <= 2; run++) {
      const full = await pull();
      expect(full).toMatchObject({ status: 3, report: { error: { code: 'destination_full' } } });
      expect(names().filter((name) => !['small', 'gone'].includes(name))).toEqual([]);
    }
    disk.mount('size=32m');
    expect(await pull()).toMatchObject({ status: 0, report: { failed: 0 } });
    expect(names()).toEqual(['big', 'gone', 'huge', 'small']);
    disk.mount('ro');
    await fill(destination, { 'target/small': 'another', 'target/new': 'new' });
    await destination.remove('target/gone', { signal });
    const readOnly = await pull();
    expect(readOnly).toMatchObject({ status: 3, report: { uploaded: 0, failed: 2, removed: 0 } });
    expect(readOnly.stdout).not.toContain('.stagesync-');
    disk.mount('rw');
    expect(await pull()).toMatchObject({ status: 0, report: { uploaded: 2, removed: 1, failed: 0 } });
    expect(names()).toEqual(['big', 'huge', 'new', 'small']);
  },
  PATIENCE_MS,
);
