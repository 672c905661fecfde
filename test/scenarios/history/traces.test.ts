import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isTraced } from '../../../src/daemon/tracing/open-tracing.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

const SDK = fileURLToPath(new URL('../../support/jobs/memory-tracer.mjs', import.meta.url));
const TRACE_IMPORTS = fileURLToPath(new URL('../../support/cli/trace-imports.mjs', import.meta.url));

interface Span {
  readonly name: string;
  readonly spanId: string;
  readonly parent?: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly status?: { readonly code: number; readonly message: string };
}

test('with an SDK that the user brings, a run, its phases and each attempt at a request are spans', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/b.csv': 'b' });
  stage.emulator.faults.set({
    rules: [{ verb: 'PUT', pathPattern: 'a.csv$', nth: 1, fault: 'status', status: 503 }],
  });
  const file = join(cli.folder, 'spans');
  const run = await cli.run(['sync', 'data', address, '--json'], {
    nodeOptions: ['--import', SDK],
    env: { STAGESYNC_TEST_SPANS: file },
  });
  expect(run.status, run.stderr).toBe(0);
  const text = readFileSync(file, 'utf8');
  const spans = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Span);
  const pass = spans.filter(({ name }) => name === 'stagesync run');
  expect(pass).toMatchObject([
    {
      attributes: {
        'stagesync.source': join(cli.folder, 'data'),
        'stagesync.cause': 'command',
        'stagesync.outcome': 'clean',
        'stagesync.uploaded': 2,
        'stagesync.retries': 1,
        'stagesync.run': expect.stringMatching(/^\d{8}T/),
      },
    },
  ]);
  expect(pass[0]!.parent).toBeUndefined();
  const phases = spans.filter(({ parent }) => parent === pass[0]!.spanId);
  expect(phases.map(({ name }) => name)).toEqual(['compare', 'execute']);
  const uploads = spans.filter(({ name }) => name === 'upload');
  expect(uploads).toHaveLength(3);
  expect(uploads.every(({ parent }) => phases.some(({ spanId }) => spanId === parent))).toBe(true);
  expect(uploads.filter(({ status }) => status !== undefined)).toMatchObject([
    { attributes: { 'error.type': 'stage_unavailable', 'http.response.status_code': 503 } },
  ]);
  expect(spans.some(({ name }) => name === 'list')).toBe(true);
  // neither the token nor what a server said
  expect(text).not.toContain(stage.emulator.token);
});

test('without one, no module of OpenTelemetry is loaded', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a' });
  const file = join(cli.folder, 'imports');
  const run = await cli.run(['sync', 'data', address], {
    nodeOptions: ['--import', TRACE_IMPORTS],
    env: { TRACE_IMPORTS: file },
  });
  expect(run.status).toBe(0);
  const loaded = readFileSync(file, 'utf8');
  expect(loaded).toContain('run-sync.ts');
  expect(loaded).not.toMatch(/opentelemetry|pass-spans/);
});

test('an SDK is known by what it registers', () => {
  const key = Symbol.for('opentelemetry.js.api.1');
  expect([isTraced({}), isTraced({ [key]: {} }), isTraced({ [key]: null })]).toEqual([false, false, false]);
  expect(isTraced({ [key]: { trace: {} } })).toBe(true);
});
