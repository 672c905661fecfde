import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { cliSandbox } from '../../support/cli/cli.ts';

const BIN = fileURLToPath(new URL('../../../bin/stagesync.js', import.meta.url));

/** Makes this Node say that it is another one. */
const pretending = (version: string): string[] => [
  '--import',
  `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${version}'})`,
];

test.each([
  ['work', /In a clone, "npm ci" brings one/],
  ['work/node_modules/stagesync', /nodejs\.org/],
])('an old Node in %s: one line that says what is needed, status 2', async (folder, message) => {
  await using cli = await cliSandbox();
  const place = join(cli.folder, folder, 'bin');
  await mkdir(place, { recursive: true });
  // a package beside it makes it a module
  await cp(BIN, join(place, 'stagesync.mjs'));
  const args = [...pretending('20.11.0'), join(place, 'stagesync.mjs'), '--version'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^stagesync needs Node\.js 24 or newer, and this is 20\.11\.0\. [^\n]+\n$/);
  expect(stderr).toMatch(message);
});

test('nothing is imported before the version is known', async () => {
  const code = await readFile(BIN, 'utf8');
  expect(code).not.toMatch(/^import |^await |require\(/m);
});

test('in a clone, npm does not warn about the Node of the machine', async () => {
  expect(await readFile(new URL('../../../.npmrc', import.meta.url), 'utf8')).toMatch(/^loglevel=error$/m);
});
