import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startEmulator } from '../src/emulator/emulator.ts';
import {
  createMemorySource,
  createStageClient,
  createStageDestination,
  everything,
  openLedger,
  PASS_DEFAULTS,
  runPass,
  type SyncEvent,
} from '../src/index.ts';
import { snapshotStage } from './support/trees/trees.ts';

test('the library alone syncs a source to a Stage', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stagesync-library-'));
  const emulator = await startEmulator();
  const source = createMemorySource();
  source.write('a.csv', 'a');
  source.write('sub/b.csv', 'b');
  const client = await createStageClient({
    baseUrl: emulator.url,
    token: emulator.token,
    deployment: emulator.deployments[0]!.id,
  });
  const destination = createStageDestination({ client, root: 'library/' });
  const ledger = openLedger({
    folder,
    source: source.label,
    destination: destination.label,
    command: 'a program',
    pid: process.pid,
  });
  try {
    const events: SyncEvent[] = [];
    const { signal } = new AbortController();
    const { report, error } = await runPass({
      source,
      destination,
      ledger,
      filter: everything,
      ...PASS_DEFAULTS,
      draining: signal,
      signal,
      onEvent: (event) => events.push(event),
    });
    expect(error).toBeUndefined();
    expect(report).toMatchObject({ outcome: 'clean', uploaded: 2 });
    expect(events.at(-1)).toEqual(report);
    expect(Object.keys(await snapshotStage(destination)).sort()).toEqual(['a.csv', 'sub/', 'sub/b.csv']);
  } finally {
    ledger.close();
    await destination.close();
    await source.close();
    await emulator.close();
    rmSync(folder, { recursive: true });
  }
});

test('importing the library loads no HTTP client, no server, no AWS SDK and no watcher', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stagesync-library-'));
  const list = join(folder, 'imports.txt');
  const trace = fileURLToPath(new URL('support/cli/trace-imports.mjs', import.meta.url));
  const entry = new URL('../src/index.ts', import.meta.url).href;
  execFileSync(
    process.execPath,
    ['--import', trace, '--input-type=module', '-e', `await import('${entry}')`],
    {
      env: { ...process.env, TRACE_IMPORTS: list },
    },
  );
  const modules = readFileSync(list, 'utf8');
  expect(modules).toContain('src/index.ts');
  expect(modules).not.toMatch(/node_modules\/(undici|fastify|chokidar|form-data|@aws-sdk|@smithy)\//);
  rmSync(folder, { recursive: true });
});
