import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

// npm run nightly: what is too long for every change, one after the other, up to the first that fails.
// npm run nightly -- --part 0.01 runs that part of the seeds and random inputs, to try it or to guess how long it takes.
const { values } = parseArgs({ options: { part: { type: 'string', default: '1' } } });
const part = Number(values.part);
if (!(part > 0 && part <= 1)) throw new Error(`--part is more than 0 and at most 1, not ${values.part}`);
const many = (full: number): string => String(Math.max(1, Math.round(full * part)));

const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const SEEDS = fileURLToPath(new URL('faults/run-seeds.ts', import.meta.url));
const SCALE = fileURLToPath(new URL('scale/run.ts', import.meta.url));

interface Step {
  readonly script: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const STEPS: readonly Step[] = [
  { script: VITEST, args: ['run'], environment: { STAGESYNC_NIGHTLY: '1' } },
  {
    script: VITEST,
    // one test of many minutes
    args: ['run', 'test/property/convergence.test.ts', '--testTimeout', '0'],
    environment: { STAGESYNC_PROPERTY_RUNS: many(20_000) },
  },
  {
    script: VITEST,
    args: ['run', 'test/sync/many-moves.test.ts', '--testTimeout', '0'],
    environment: { STAGESYNC_PROPERTY_RUNS: many(2000) },
  },
  {
    script: VITEST,
    args: ['run', 'test/property/management/world.test.ts', '--testTimeout', '0'],
    environment: { STAGESYNC_PROPERTY_RUNS: many(2000) },
  },
  {
    script: VITEST,
    args: ['run', 'test/property/management/scripts.test.ts', '--testTimeout', '0'],
    environment: { STAGESYNC_PROPERTY_RUNS: many(2000) },
  },
  {
    script: VITEST,
    args: ['run', 'test/scenarios/pipelines/ten-jobs.test.ts', '--testTimeout', '0'],
    environment: { STAGESYNC_PIPELINES_SECONDS: many(300) },
  },
  {
    script: VITEST,
    args: ['run', 'test/faults/pulled/runs.test.ts', '--testTimeout', '0'],
    environment: { STAGESYNC_PULLED_SEEDS: many(2000) },
  },
  {
    script: VITEST,
    args: ['run', 'test/faults/file-commands.test.ts', '--testTimeout', '0'],
    environment: { STAGESYNC_FILES_SEEDS: many(100_000) },
  },
  {
    script: VITEST,
    args: [
      'run',
      'test/faults/kill-points.test.ts',
      'test/faults/pulled/kill-points.test.ts',
      'test/faults/loaded/kill-points.test.ts',
      '--testTimeout',
      '0',
    ],
    environment: { STAGESYNC_KILL_POINTS: 'all' },
  },
  { script: SCALE, args: ['watches'] },
  { script: SEEDS, args: ['--seeds', many(5000)] },
  { script: SEEDS, args: ['--kind', 'second-writer', '--seeds', many(10_000)] },
  { script: SEEDS, args: ['--kind', 'loaded', '--seeds', many(2000)] },
  { script: SEEDS, args: ['--kind', 'renamed', '--seeds', many(2000)] },
];

for (const { script, args, environment } of STEPS) {
  const began = Date.now();
  const told = [...Object.entries(environment ?? {}).map(([name, value]) => `${name}=${value}`), ...args];
  console.log(`nightly: ${told.join(' ')}`);
  const { status, signal, error } = spawnSync(process.execPath, [script, ...args], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  });
  const minutes = ((Date.now() - began) / 60_000).toFixed(1);
  console.log(`nightly: ${signal ?? error?.message ?? `status ${status}`} after ${minutes} minutes`);
  if (status === 0) continue;
  process.exitCode = status ?? 1;
  break;
}
