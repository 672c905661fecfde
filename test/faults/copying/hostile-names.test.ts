import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { snapshotFolder } from '../../support/trees/trees.ts';

const { signal } = new AbortController();

/** A Stage with files of these names, the path of a folder of this machine to copy into, and all that lies around it. */
async function stageOf(paths: readonly string[]) {
  const stage = await servedStage();
  const { destination, cli } = stage;
  const folders = new Set([
    'target/',
    ...paths.filter((path) => path.includes('/')).map((path) => `target/${path.split('/')[0]}/`),
  ]);
  for (const folder of folders) await destination.makeFolder(folder, { signal });
  for (const path of paths)
    await destination.put(`target/${path}`, { size: 4, bytes: Buffer.from('evil') }, { signal });
  const into = join(cli.folder, 'a/b/into');
  await mkdir(into, { recursive: true });
  await writeFile(join(cli.folder, 'outside.txt'), 'mine');
  return {
    ...stage,
    into,
    get: (...more: string[]) => commandInside(cli, ['get', '-r', stage.address, 'a/b/into', ...more]),
  };
}

/** Makes a listing show the file "bad" by another name, or path. */
const shownAs = (name: string, path = `target/${name}`) => ({
  rules: [
    {
      kind: 'list' as const,
      fault: 'replace_reply' as const,
      body: (body: string): string => {
        const reply = JSON.parse(body) as { content: { name: string; path: string }[] | null };
        const content = (reply.content ?? []).map((child) =>
          child.name === 'bad' ? { ...child, name, path } : child,
        );
        return JSON.stringify({ ...reply, content });
      },
    },
  ],
});

test.each([
  ['that climbs', '../../../outside.txt'],
  ['that climbs midway', 'x/../../../../outside.txt'],
  ['of the folder itself', '.'],
  ['of the folder above', '..'],
  ['that is an absolute path', '/etc/outside.txt'],
  ['with a backslash', '..\\..\\outside.txt'],
  ['with a line break', 'a\nb'],
  ['with NUL', 'a\u0000b'],
  ['that steers a terminal', 'a\u001b[2Jb'],
  ['that is empty', ''],
])('a name %s writes nothing anywhere, is told, and the rest arrives', async (_, name) => {
  await using stage = await stageOf(['bad', 'good', 'more/good']);
  stage.emulator.faults.set(shownAs(name));
  const { status, stderr } = await stage.get();
  expect(status).toBe(3);
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining("Stage's listing is unclear here")]);
  // eslint-disable-next-line no-control-regex -- naming control characters is the point
  expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  expect(Object.keys(snapshotFolder(stage.cli.folder)).sort()).toEqual(
    [
      'a/',
      'a/b/',
      'a/b/into/',
      'outside.txt',
      'a/b/into/good',
      'a/b/into/more/',
      'a/b/into/more/good',
    ].sort(),
  );
  expect(await readFile(join(stage.cli.folder, 'outside.txt'), 'utf8')).toBe('mine');
  expect(existsSync('/etc/outside.txt')).toBe(false);
});

test('a symbolic link on this machine is never followed, whether it has the name of a folder or of a file', async () => {
  await using stage = await stageOf(['folder/x', 'file', 'good']);
  const outside = join(stage.cli.folder, 'outside');
  await mkdir(outside);
  await symlink(outside, join(stage.into, 'folder'));
  await symlink(join(stage.cli.folder, 'outside.txt'), join(stage.into, 'file'));
  for (const more of [[], ['--overwrite']]) {
    const { status, stderr } = await stage.get(...more);
    expect(status).toBe(3);
    expect(stderr).toContain('folder/x: ');
    expect(stderr).toContain('file: it cannot be looked at: it is a symbolic link or a device');
  }
  expect(await readdir(outside)).toEqual([]);
  expect(await readFile(join(stage.cli.folder, 'outside.txt'), 'utf8')).toBe('mine');
  expect(await readFile(join(stage.into, 'good'), 'utf8')).toBe('evil');
});

test('names of 255 bytes, of both Unicode forms and of devices elsewhere arrive; a longer one is told', async () => {
  const longest = `${'ß'.repeat(127)}x`;
  const names = [longest, `${longest}y`, 'é', 'e\u0301', 'CON', 'aux.txt', ' ', '~', '-rf', '*'];
  await using stage = await stageOf(names);
  const { status, stderr } = await stage.get();
  expect(status).toBe(3);
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('the path is too long (ENAMETOOLONG)')]);
  expect((await readdir(stage.into)).sort()).toEqual(names.filter((name) => name !== `${longest}y`).sort());
});
