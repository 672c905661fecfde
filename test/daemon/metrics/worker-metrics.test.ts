import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { WorkerMetrics, type WorkerNow } from '../../../src/daemon/metrics/worker-metrics.ts';

const NOW: WorkerNow = {
  lanes: 8,
  lanesBusy: 5,
  transfers: 90,
  batches: 2,
  isQueueUp: true,
  budgets: [{ budget: 'redis://r/0', name: 'https://api/1', refused: 1, waitedMs: 500 }],
};

test('a worker counts what it carried out, and shows what it is doing', async () => {
  const metrics = new WorkerMetrics();
  metrics.carriedOut({ sent: 50, failed: 0, redelivered: false, requests: 50, ms: 700 });
  metrics.carriedOut({ sent: 3, failed: 1, redelivered: true, requests: 6, ms: 3000 });
  const lines = (await metrics.text(NOW)).split('\n');
  for (const line of [
    'stagesync_worker_batches_total 2',
    'stagesync_worker_files_total{outcome="sent"} 53',
    'stagesync_worker_files_total{outcome="failed"} 1',
    'stagesync_worker_requests_total 56',
    'stagesync_worker_redeliveries_total 1',
    'stagesync_transfer_batch_seconds_sum 3.7',
    'stagesync_transfer_batch_seconds_bucket{le="1"} 1',
    'stagesync_worker_lanes 8',
    'stagesync_worker_lanes_busy 5',
    'stagesync_worker_transfers 90',
    'stagesync_worker_batches 2',
    'stagesync_broker_up{for="queue"} 1',
    'stagesync_budget_refused_total{budget="https://api/1"} 1',
    'stagesync_budget_wait_seconds_total{budget="https://api/1"} 0.5',
  ])
    expect(lines).toContain(line);
});

test('every metric of a worker is in the docs, and no other', async () => {
  const text = await new WorkerMetrics().text(NOW);
  const docs = readFileSync(new URL('../../../docs/pipelines/many-machines.md', import.meta.url), 'utf8');
  const served = [...text.matchAll(/^# HELP (stagesync_\w+)/gm)].map(([, name]) => name!);
  const ofWorker = served.filter((name) => !name.startsWith('stagesync_budget_'));
  expect(ofWorker.length).toBeGreaterThan(8);
  for (const name of ofWorker) expect(docs).toContain(`\`${name}`);
  for (const [, name = ''] of docs.matchAll(/`(stagesync_\w+?)_?(?:\{\w+\})?`/g))
    expect(served).toContain(name);
});
