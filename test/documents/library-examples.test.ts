import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { isTest, LIBRARY_EXAMPLES, writeLibraryExamples } from '../support/documents/library-examples.ts';

const run = promisify(execFile);
const SOURCES = new URL('../../src/', import.meta.url);

const MODULES: Readonly<Record<string, string>> = {
  stagesync: 'index.ts',
  'stagesync/contract': 'contract/contract.ts',
  'stagesync/emulator': 'emulator/emulator.ts',
};

/** That they compile is tried with the types of the package, in test/package. */
test('every example of the library page runs, and prints what it says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stagesync-examples-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const path of ['data/a.csv', 'data/b.csv', 'one-file/a.csv']) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), 'id\n1\n');
  }
  const files = writeLibraryExamples(
    join(folder, 'examples'),
    (name) => new URL(MODULES[name]!, SOURCES).href,
  );
  const all = join(folder, 'all.mjs');
  const imports = files
    .filter((file) => !isTest(file))
    .map((file) => `console.log('example');\nawait import('${pathToFileURL(file).href}');\n`);
  writeFileSync(all, imports.join(''));
  const emulator = await startEmulator({ deployments: ['my-group'] });
  onTestFinished(() => emulator.close());
  const { stdout } = await run(process.execPath, [all], {
    cwd: folder,
    env: {
      HOME: folder,
      TMPDIR: folder,
      SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
      SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
      SINGLESTOREDB_WORKSPACE_GROUP: emulator.deployments[0]!.id,
    },
  });
  const printed = stdout.split(/^example\n/m).slice(1);
  expect(LIBRARY_EXAMPLES.length).toBeGreaterThan(7);
  expect(printed.map((text) => text.split('\n').slice(0, -1))).toEqual(
    LIBRARY_EXAMPLES.filter(({ name }) => !isTest(name)).map(({ prints }) => prints),
  );
  const tests = files.filter(isTest);
  expect(tests.length).toBe(2);
  const tried = await run(process.execPath, ['--test', '--test-reporter=tap', ...tests], { cwd: folder });
  expect(tried.stdout).toContain('# fail 0');
  expect(Number(/^# pass (\d+)$/m.exec(tried.stdout)?.[1])).toBeGreaterThan(60);
}, 180_000);
