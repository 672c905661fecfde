import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Folders whose tests leave nothing behind in their process, so that many files share one: each process costs 0.2 s. */
const SHARED = [
  'api',
  'billing',
  'check',
  'disk',
  'files',
  'filter',
  'http',
  'jobs',
  'jobs-file',
  'load',
  'model',
  'page',
  'remote',
  'stage',
  'sync',
].map((folder) => `test/${folder}/**/*.test.ts`);

const common = {
  setupFiles: ['test/support/api/judge-requests.ts'],
  testTimeout: 60_000,
  hookTimeout: 60_000,
  restoreMocks: true,
};

export default defineConfig({
  test: {
    // a third of their time, tests wait for processes and servers
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    projects: [
      { test: { ...common, name: 'alone', include: ['test/**/*.test.ts'], exclude: SHARED } },
      { test: { ...common, name: 'shared', include: SHARED, isolate: false } },
    ],
  },
});
