import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cliSandbox } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { startUp } from '../../support/cli/up.ts';
import { writeTree } from '../../support/trees/trees.ts';

test('a job that a daemon holds is run by it; one with other flags than the file says is refused as locked', async () => {
  await using cli = await cliSandbox();
  await writeTree(cli.folder, { 'a/a.csv': 'a', 'b/b.csv': 'b' });
  const job = (name: string): string =>
    `  ${name}: { from: ${name}, to: "stage://local/${name}", watch: true }\n`;
  writeFileSync(join(cli.folder, 'stagesync.yaml'), `jobs:\n${job('a')}${job('b')}`);
  await using up = await startUp(cli, ['a']);
  writeFileSync(join(cli.folder, 'a', 'new.csv'), 'new');
  const { status, stdout, stderr } = await commandInside(cli, ['run', 'a', 'b']);
  expect(status, stderr).toBe(0);
  // the daemon was started for one of the jobs alone
  expect(stdout).toMatch(/^a: run by the daemon of this file \(run \S+\)$/m);
  expect(stdout).toContain('b: In sync');
  expect((await commandInside(cli, ['ls', 'stage://local/a'])).stdout).toContain('new.csv');
  expect(await commandInside(cli, ['run', 'a', '--concurrency', '2'])).toMatchObject({ status: 6 });
  expect(await up.stop()).toBe(0);
});
