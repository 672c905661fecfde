import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'node:process';
import { expect, test } from 'vitest';
import { NIGHTLY } from '../../support/cli/nightly.ts';
import { actionsOf, cliSandbox } from '../../support/cli/cli.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { eachOf, ODD_NAMES, snapshotFolder, writeTree } from '../../support/trees/trees.ts';

/** `STAGESYNC_TEST_FILES=10000` runs the tree in full size. */
const FILES = Number(env['STAGESYNC_TEST_FILES'] ?? (NIGHTLY ? 2000 : 800));
const FOLDERS = Math.ceil(FILES / 50);

/** `FILES` files in nested folders, one name in eight odd, one file in ten empty, some of several blocks. */
async function growTree(root: string): Promise<void> {
  const folders = Array.from({ length: FOLDERS }, (_, i) => {
    const odd = ODD_NAMES[i % ODD_NAMES.length]!;
    return i % 3 === 0 ? `f${i}` : i % 3 === 1 ? `f${i - 1}/${odd}` : `${odd} ${i}/deep/er`;
  });
  await eachOf([...folders.keys()], 16, async (f) => {
    const folder = join(root, folders[f]!);
    await mkdir(folder, { recursive: true });
    for (let i = f; i < FILES; i += FOLDERS) {
      const name = i % 8 === 0 ? `${i} ${ODD_NAMES[(i / 8) % ODD_NAMES.length]!}` : `file-${i}.csv`;
      const size = i % 10 === 0 ? 0 : i % 499 === 1 ? 1_500_000 : 40 + (i % 3000);
      await writeFile(join(folder, name), randomBytes(size));
    }
  });
  await mkdir(join(root, 'empty/inside'), { recursive: true });
  await mkdir(join(root, 'empty too'), { recursive: true });
}

test(
  `a tree of ${FILES} files arrives byte for byte, a second run uploads nothing, and each edit is one action`,
  { timeout: 600_000 },
  async () => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    const root = join(cli.folder, 'data');
    await growTree(root);
    const sync = (...flags: string[]) => cli.run(['sync', 'data', address, '--json', ...flags]);

    const first = await sync();
    expect(first.stderr).not.toMatch(/failed|unexpected/);
    expect(first.status).toBe(0);
    expect(first.report).toMatchObject({ outcome: 'clean', uploaded: FILES, failed: 0, skipped: 0 });
    expect(await stage.snapshot()).toEqual(snapshotFolder(root));

    const changesBefore = stage.changingRequests();
    const second = await sync();
    expect(second.report).toMatchObject({
      outcome: 'clean',
      uploaded: 0,
      unchanged: FILES,
      moved: 0,
      removed: 0,
    });
    expect(actionsOf(second)).toEqual([]);
    expect(stage.changingRequests()).toBe(changesBefore);

    const plain = Object.keys(await stage.snapshot()).filter(
      (path) => path.endsWith('.csv') && /file-\d+\.csv$/.test(path),
    );
    const [touched, appended, gone] = [plain[1]!, plain[20]!, plain[40]!];
    const later = new Date(Date.now() + 5000);
    await utimes(join(root, touched), later, later);
    await appendFile(join(root, appended), 'more');
    await rm(join(root, gone));
    await writeTree(root, {
      'f0/new ü.csv': 'new',
      'new folder/sub/one.csv': '1',
      'same-size.txt': 'before',
    });
    const third = await sync('--delete');
    expect(third.status).toBe(0);
    expect(actionsOf(third)).toEqual(
      [
        'createFolder new folder/ new',
        'createFolder new folder/sub/ new',
        `remove ${gone} gone_from_source`,
        'upload f0/new ü.csv new',
        `upload ${appended} changed`,
        'upload new folder/sub/one.csv new',
        'upload same-size.txt new',
      ].sort(),
    );

    await writeFile(join(root, 'same-size.txt'), 'behind');
    await rename(join(root, 'f0/new ü.csv'), join(root, 'f0/renamed ü.csv'));
    const fourth = await sync('--delete');
    expect(actionsOf(fourth)).toEqual([
      'move f0/new ü.csv -> f0/renamed ü.csv renamed',
      'upload same-size.txt changed',
    ]);
    expect(await stage.snapshot()).toEqual(snapshotFolder(root));
  },
);

test('the shipped examples arrive on the embedded Stage, and can be listed and read there', async () => {
  await using cli = await cliSandbox();
  const examples = new URL('../../../examples', import.meta.url).pathname;
  const sync = await cli.run(['sync', examples, 'stage://local/examples']);
  expect(sync).toMatchObject({ status: 0, stderr: '' });
  expect(sync.stdout).toContain('In sync');
  const ls = await cli.run(['ls', '-R', 'stage://local/examples']);
  expect(ls.stdout).toContain('  events/2026/11/orders 2026-11-22.csv\n');
  expect(ls.stdout).toContain('  catalogue/katalog-münchen.json\n');
  expect(ls.stdout).not.toContain('.stagesyncignore');
  const again = await cli.run(['sync', examples, 'stage://local/examples', '--json']);
  expect(again.report).toMatchObject({ outcome: 'clean', uploaded: 0, unchanged: 7 });
});
