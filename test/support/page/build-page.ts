import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll } from 'vitest';

/** Builds the page into a folder that goes with the tests of the file. Called outside of tests. */
export async function buildPage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'stagesync-test-page-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(import.meta.dirname, '../../../page');
  await build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  return folder;
}
