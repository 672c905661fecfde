import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

// npm run nightly: what is too long for every change, one after the other, up to the first that fails.
// npm run nightly -- --part 0.01 runs that part of the seeds and random inputs, to try it or to guess how long it takes.
// npm run nightly -- edits moves runs these steps alone.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { part: { type: 'string', default: '1' } },
});
const part = Number(values.part);
if (!(part > 0 && part <= 1)) throw new Error(`--part is more than 0 and at most 1, not ${values.part}`);
const many = (full: number): string => String(Math.max(1, Math.round(full * part)));

const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const SEEDS = fileURLToPath(new URL('faults/run-seeds.ts', import.meta.url));
const SCALE = fileURLToPath(new URL('scale/run.ts', import.meta.url));

interface Step {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const STEPS: readonly Step[] = [
  { name: 'tests', script: VITEST, args: ['run'], environment: { STAGESYNC_NIGHTLY: '1' } },
  {
    name: 'edits',
    script: VITEST,
    // one test of many minutes
    args: ['run', 'test/property/convergence.test.ts', '--testTimeout', '0'],
    environment: { STAGESYNC_PROPERTY_RUNS: many(20_000) },
  },
  {
    name: 'moves',
    script: VITEST,
    args: ['run', 'test/sync/many-moves.test.ts', '--testTimeout', '0'],
    environment: { STAGESYNC_PROPERTY_RUNS: many(2000) },
  },
  {
    name: 'world',
    script: VITEST,
    args: ['run', 'test/property/management/world.test.ts', '--testTimeout', '0'],
    environment: { STAGESYNC_PROPERTY_RUNS: many(2000) },
  },
  {
    name: 'scripts',
    script: VITEST,
    args: ['run', 'test/property/management/scripts.test.ts', '--testTimeout', '0'],
    environment: { STAGESYNC_PROPERTY_RUNS: many(2000) },
  },
  {
    name: 'pipelines',
    script: VITEST,
    args: ['run', 'test/scenarios/pipelines/ten-jobs.test.ts', '--testTimeout', '0'],
    environment: { STAGESYNC_PIPELINES_SECONDS: many(300) },
  },
  {
    name: 'pulled',
    script: VITEST,
    args: ['run', 'test/faults/pulled/runs.test.ts', '--testTimeout', '0'],
    environment: { STAGESYNC_PULLED_SEEDS: many(2000) },
  },
  {
    name: 'files',
    script: VITEST,
    args: ['run', 'test/faults/file-commands.test.ts', '--testTimeout', '0'],
    environment: { STAGESYNC_FILES_SEEDS: many(100_000) },
  },
  {
    name: 'kill-points',
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
  {
    name: 'leaders',
    script: VITEST,
    args: ['run', '--project=cluster', 'test/cluster/lease/killed-leaders.test.ts'],
    environment: { STAGESYNC_LEADER_SEEDS: many(30) },
  },
  { name: 'watches', script: SCALE, args: ['watches'] },
  { name: 'queue-memory', script: SCALE, args: ['queue'] },
  { name: 'faults', script: SEEDS, args: ['--seeds', many(5000)] },
  { name: 'second-writer', script: SEEDS, args: ['--kind', 'second-writer', '--seeds', many(10_000)] },
  { name: 'loaded', script: SEEDS, args: ['--kind', 'loaded', '--seeds', many(2000)] },
  { name: 'renamed', script: SEEDS, args: ['--kind', 'renamed', '--seeds', many(2000)] },
  { name: 'queued', script: SEEDS, args: ['--kind', 'queued', '--seeds', many(3000)] },
];

const unknown = positionals.filter((each) => !STEPS.some(({ name }) => name === each));
if (unknown.length > 0)
  throw new Error(`no step ${unknown.join(', ')}; there are ${STEPS.map(({ name }) => name).join(', ')}`);
const wanted = STEPS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

for (const { name, script, args, environment } of wanted) {
  const began = Date.now();
  const told = [...Object.entries(environment ?? {}).map(([name, value]) => `${name}=${value}`), ...args];
  console.log(`nightly: ${name}: ${told.join(' ')}`);
  const { status, signal, error } = spawnSync(process.execPath, [script, ...args], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  });
  const minutes = ((Date.now() - began) / 60_000).toFixed(1);
  console.log(`nightly: ${name}: ${signal ?? error?.message ?? `status ${status}`} after ${minutes} minutes`);
  if (status === 0) continue;
  process.exitCode = status ?? 1;
  break;
}
