import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Folders whose tests start no server and leave nothing behind, so that many files share a process: each costs 0.2 s. */
const SHARED = [
  'billing',
  'check',
  'cluster/pure',
  'disk',
  'files',
  'filter',
  'jobs-file',
  'load/inference',
  'model',
  'page',
  'remote',
  'sync',
].map((folder) => `test/${folder}/**/*.test.ts`);

/** Tests that need servers of their own which not every machine has; `npm test` leaves them out. */
const CLUSTER = ['test/cluster/**/*.test.ts'];

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
      {
        test: { ...common, name: 'alone', include: ['test/**/*.test.ts'], exclude: [...SHARED, ...CLUSTER] },
      },
      { test: { ...common, name: 'shared', include: SHARED, isolate: false } },
      { test: { ...common, name: 'cluster', include: CLUSTER, exclude: ['test/cluster/pure/**'] } },
    ],
  },
});
