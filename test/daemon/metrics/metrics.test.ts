import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { DaemonMetrics } from '../../../src/daemon/metrics/daemon-metrics.ts';
import type { SharedNow } from '../../../src/daemon/metrics/machine-metrics.ts';
import { WatchMetrics } from '../../../src/daemon/metrics/watch-metrics.ts';
import type { JobView } from '../../../src/daemon/view/daemon-view.ts';
import type { WatchStatus } from '../../../src/sync/watch/watch-events.ts';
import type { WorkersProgress } from '../../../src/model/cluster/workers-report.ts';
import type { LoadReport, SyncEvent } from '../../../src/model/events.ts';
import { reportWith } from '../../support/cli/report.ts';
import { endedRun } from '../../support/engine/runs.ts';

const NOW = 1_700_000_000_000;

const EVENTS: readonly SyncEvent[] = [
  { type: 'action', kind: 'upload', path: 'a', reason: 'new', bytes: 7, ms: 1, outcome: 'done' },
  { type: 'problem', path: 'b', code: 'unreadable', severity: 'failure', message: 'no' },
  {
    type: 'retry',
    operation: 'upload',
    path: 'a',
    attempt: 1,
    waitMs: 1,
    error: { code: 'stage_timeout', message: 'no' },
  },
  { type: 'pace', atOnce: 4, why: 'growing' },
  { type: 'pace', atOnce: 6, why: 'refused', perSecond: 3 },
  { type: 'throttled', requestsPerSecond: 2, pauseMs: 1 },
  withWorkers({ batches: 3, requests: 150, redelivered: 1, waiting: 4 }),
  withWorkers({
    batches: 5,
    requests: 260,
    redelivered: 1,
    reshipped: 2,
    waiting: 2,
    active: 3,
    oldestMs: NOW - 20_000,
  }),
];

/** What a run tells of its workers. */
function withWorkers(changes: Partial<WorkersProgress>): SyncEvent {
  const none = { batches: 0, requests: 0, redelivered: 0, duplicates: 0, reshipped: 0 };
  return { type: 'workers', ...none, files: 0, bytes: 0, waiting: 0, active: 0, answered: 0, ...changes };
}

const BUDGET = { budget: 'redis://r/0', name: 'https://api/1' };
const SHARED: SharedNow = {
  queue: {
    queue: 'redis://r/0',
    isUp: true,
    workers: [{ name: 'w', lanes: 8, transfers: 0, batches: 0 }],
    pairs: [],
  },
  budgets: [
    {
      ...BUDGET,
      refused: 3,
      waitedMs: 2500,
      now: { ...BUDGET, reached: true, perSecond: 195, users: 4, pausedMs: 0 },
    },
  ],
};

const view = (name: string, given: Partial<JobView> = {}): JobView => ({
  name,
  from: '/a',
  to: 'stage://g/a/',
  state: 'idle',
  stateSinceMs: NOW,
  watch: true,
  waiting: 0,
  ...given,
});

const WATCH: WatchStatus = {
  state: 'idle',
  reason: undefined,
  stateSinceMs: NOW,
  mode: 'folders',
  watches: 2,
  waiting: 0,
  oldestChangeMs: NOW - 2000,
  lastPass: undefined,
  lastFullPass: undefined,
  nextFullPassMs: NOW + 1000,
};

const LOAD: LoadReport = {
  unloadedFiles: 2,
  unloadedBytes: 10,
  oldestUnloadedMs: NOW - 70_000,
  loaded: 4,
  notReloaded: 0,
  skipped: 1,
  reloaded: 0,
  removed: 0,
  removedBytes: 0,
};

/** All that a daemon with two jobs serves. */
async function served(): Promise<string> {
  const metrics = new DaemonMetrics(() => SHARED);
  for (const event of EVENTS) metrics.onEvent('orders', { type: 'sync', event });
  metrics.onEvent('orders', { type: 'run', run: endedRun({ cause: 'schedule', outcome: 'failures' }) });
  metrics.onEvent('orders', { type: 'skipped', cause: 'schedule', why: 'running', count: 2 });
  metrics.onEvent('orders', {
    type: 'pass',
    startedMs: NOW,
    folders: undefined,
    reason: 'start',
    report: reportWith({ durationMs: 1500, load: LOAD }),
    error: undefined,
  });
  metrics.request('orders', 'PUT', '429');
  const jobs = [
    view('orders', {
      state: 'halted',
      waiting: 3,
      oldestChangeMs: NOW - 90_000,
      lastSuccessMs: NOW - 5000,
      nextRunMs: NOW + 60_000,
      lastRun: endedRun({ outcome: 'failures' }),
    }),
    view('quo"ted\nname', { state: 'paused' }),
  ];
  const leadership = { name: 'stagesync.yaml', state: 'leading', epoch: 7, brokerUp: true } as const;
  return metrics.text({ startedMs: NOW, file: '/stagesync.yaml', jobs, leadership }, NOW);
}

test('a daemon in an election shows whether it leads; one that is alone shows nothing of it', async () => {
  const metrics = new DaemonMetrics();
  const daemon = { startedMs: NOW, file: '/stagesync.yaml', jobs: [view('orders', { state: 'standby' })] };
  expect(await metrics.text(daemon, NOW)).not.toMatch(/lease|broker/);
  const leadership = { name: 'stagesync.yaml', state: 'standby', brokerUp: false } as const;
  const text = await metrics.text({ ...daemon, leadership }, NOW);
  for (const line of [
    'stagesync_lease_leader 0',
    'stagesync_lease_epoch 0',
    'stagesync_broker_up{for="lease"} 0',
    'stagesync_state{job="orders",state="standby"} 1',
  ])
    expect(text.split('\n')).toContain(line);
});

test('each job has its own line of every metric, and its name cannot break out of it', async () => {
  const text = await served();
  for (const line of [
    'stagesync_state{job="orders",state="halted"} 1',
    'stagesync_state{job="orders",state="idle"} 0',
    'stagesync_state{job="quo\\"ted\\nname",state="paused"} 1',
    'stagesync_oldest_unsynced_age_seconds{job="orders"} 90',
    'stagesync_oldest_change_age_seconds{job="orders"} 90',
    'stagesync_oldest_unsynced_age_seconds{job="quo\\"ted\\nname"} 0',
    `stagesync_last_success_timestamp_seconds{job="orders"} ${(NOW - 5000) / 1000}`,
    `stagesync_next_run_timestamp_seconds{job="orders"} ${(NOW + 60_000) / 1000}`,
    'stagesync_last_run_outcome{job="orders",outcome="failures"} 1',
    'stagesync_runs_total{job="orders",cause="schedule",outcome="failures"} 1',
    'stagesync_skipped_runs_total{job="orders",why="running"} 2',
    'stagesync_passes_total{job="orders",scope="everything",outcome="clean"} 1',
    'stagesync_actions_total{job="orders",kind="upload",outcome="done"} 1',
    'stagesync_uploaded_bytes_total{job="orders"} 7',
    'stagesync_stage_requests_total{job="orders",verb="PUT",status="429"} 1',
    'stagesync_requests_at_once{job="orders",why="refused"} 6',
    'stagesync_oldest_unloaded_age_seconds{job="orders"} 70',
    'stagesync_files_unloaded{job="orders"} 2',
    'stagesync_files_skipped{job="orders"} 1',
    'stagesync_jobs_file_problem 0',
    'stagesync_lease_leader 1',
    'stagesync_lease_epoch 7',
    'stagesync_broker_up{for="lease"} 1',
    'stagesync_broker_up{for="queue"} 1',
    'stagesync_broker_up{for="budget"} 1',
    'stagesync_workers 1',
    'stagesync_transfer_batches{job="orders",state="waiting"} 2',
    'stagesync_transfer_batches{job="orders",state="active"} 3',
    'stagesync_transfer_batches{job="orders",state="answered"} 0',
    'stagesync_transfer_oldest_batch_age_seconds{job="orders"} 20',
    'stagesync_transfer_requests_total{job="orders"} 260',
    'stagesync_transfer_redeliveries_total{job="orders"} 1',
    'stagesync_transfer_duplicate_results_total{job="orders"} 0',
    'stagesync_transfer_reshipped_total{job="orders"} 2',
    'stagesync_budget_rate{budget="https://api/1"} 195',
    'stagesync_budget_users{budget="https://api/1"} 4',
    'stagesync_budget_wait_seconds_total{budget="https://api/1"} 2.5',
    'stagesync_budget_refused_total{budget="https://api/1"} 3',
  ])
    expect(text.split('\n')).toContain(line);
  // a pace that holds no more is not shown beside the one that does
  expect(text).not.toContain('why="growing"');
});

test('the counts of workers go on from run to run, and between runs nothing is with them', async () => {
  const metrics = new DaemonMetrics();
  const job = (event: SyncEvent): void => metrics.onEvent('orders', { type: 'sync', event });
  job(withWorkers({ requests: 100, redelivered: 1, waiting: 2, oldestMs: NOW - 5000 }));
  job(reportWith({}));
  const text = (): Promise<string> =>
    metrics.text({ startedMs: NOW, file: '/f', jobs: [view('orders')] }, NOW);
  const between = await text();
  expect(between).toContain('stagesync_transfer_batches{job="orders",state="waiting"} 0');
  expect(between).toContain('stagesync_transfer_oldest_batch_age_seconds{job="orders"} 0');
  job(withWorkers({ requests: 30, redelivered: 1 }));
  const after = await text();
  expect(after).toContain('stagesync_transfer_requests_total{job="orders"} 130');
  expect(after).toContain('stagesync_transfer_redeliveries_total{job="orders"} 2');
});

test('a queue that does not answer has no number of workers, and a budget that nobody has open no rate', async () => {
  let shared: SharedNow = SHARED;
  const metrics = new WatchMetrics(() => shared);
  const text = (): Promise<string> => metrics.text(WATCH, NOW);
  expect(await text()).toContain('stagesync_workers 1');
  shared = {
    queue: { ...SHARED.queue!, isUp: false, workers: [] },
    budgets: [{ ...SHARED.budgets![0]!, now: undefined, refused: 5 }],
  };
  const lines = (await text()).split('\n');
  expect(lines).toContain('stagesync_broker_up{for="queue"} 0');
  expect(lines).toContain('stagesync_budget_refused_total{budget="https://api/1"} 5');
  expect(
    lines.filter((line) => /^stagesync_(workers|budget_rate|budget_users|broker_up.*budget)/.test(line)),
  ).toEqual([]);
});

test('a process that shares nothing shows nothing of what is shared', async () => {
  const metrics = new WatchMetrics();
  expect(await metrics.text(WATCH, NOW)).not.toMatch(/stagesync_(workers|budget|broker|lease)/);
});

test('a job that is gone from the file is not shown as if it still ran', async () => {
  const metrics = new DaemonMetrics();
  const text = (names: string[]): Promise<string> =>
    metrics.text({ startedMs: NOW, file: '/f', jobs: names.map((name) => view(name)) }, NOW);
  await text(['orders', 'other']);
  const after = await text(['other']);
  expect(after).toContain('stagesync_state{job="other",state="idle"} 1');
  expect(after).not.toContain('job="orders"');
});

test('a single watch has the same names without a job, and knows of a success before it', async () => {
  const metrics = new WatchMetrics();
  const status = WATCH;
  metrics.remember(NOW - 7000);
  const first = await metrics.text(status, NOW);
  expect(first).toContain(`stagesync_last_success_timestamp_seconds ${(NOW - 7000) / 1000}`);
  expect(first).toContain(`stagesync_next_run_timestamp_seconds ${(NOW + 1000) / 1000}`);
  expect(first).toContain('stagesync_oldest_unsynced_age_seconds 2');
  const pass = {
    startedMs: NOW,
    folders: 1,
    reason: 'a change',
    report: reportWith({ durationMs: 500 }),
    error: undefined,
  };
  metrics.onEvent({ type: 'pass', ...pass });
  const text = await metrics.text({ ...status, lastPass: pass }, NOW);
  expect(text).toContain(`stagesync_last_success_timestamp_seconds ${(NOW + 500) / 1000}`);
  expect(text).toContain('stagesync_runs_total{cause="watch",outcome="clean"} 1');
  expect(text).toContain('stagesync_last_run_outcome{outcome="clean"} 1');
  expect(text).not.toContain('job=');
});

/** Metrics and the labels that are asked of them, in expressions of Prometheus. */
function namedIn(expressions: readonly string[]): { name: string; labels: string[] }[] {
  return expressions.flatMap((expression) =>
    [...expression.matchAll(/\b(stagesync_\w+)(?:\{([^}]*)\})?/g)].map(([, name = '', asked = '']) => ({
      name,
      labels: [...asked.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    })),
  );
}

const readDeployed = (path: string): string =>
  readFileSync(new URL(`../../../deploy/${path}`, import.meta.url), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string };
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string }[];
}

const rules = (parse(readDeployed('alerts/stagesync.rules.yaml')) as { groups: { rules: Rule[] }[] }).groups
  .flatMap((group) => group.rules)
  .map((rule) => ({ ...rule, name: rule.alert }));
const dashboard = JSON.parse(readDeployed('grafana/stagesync.json')) as {
  panels: Panel[];
  templating: { list: { query: string | { query: string } }[] };
};

test('every metric that an alert, the dashboard and the docs name is served, with the labels that they ask for', async () => {
  const text = await served();
  const expressions = [
    ...rules.map(({ expr }) => expr),
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...dashboard.templating.list.map(({ query }) => (typeof query === 'string' ? query : query.query)),
  ];
  const named = namedIn(expressions);
  expect(named.length).toBeGreaterThan(20);
  for (const { name, labels } of named) {
    const line = text.split('\n').find((each) => each.startsWith(`${name}{`) || each.startsWith(`${name} `));
    expect(line, name).toBeDefined();
    for (const label of labels) expect(line, `${name} with ${label}`).toContain(`${label}="`);
  }
  const docs = ['docs/watch.md', 'docs/pipelines/record.md']
    .map((page) => readFileSync(new URL(`../../../${page}`, import.meta.url), 'utf8'))
    .join('\n');
  const ofWatch = /stagesync_(?:watches|last_full_pass\w+)/;
  const inDocs = namedIn([docs]).filter(({ name }) => !ofWatch.test(name));
  for (const { name } of inDocs) expect(text, name).toContain(`# HELP ${name} `);
  const served_ = [...text.matchAll(/^# HELP (stagesync_\w+)/gm)].map(([, name]) => name!);
  for (const name of served_) expect(docs, name).toContain(name);
});

test('the rules and the dashboard are whole', () => {
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  for (const { name, expr, annotations } of rules) {
    expect(name).toMatch(/^Stagesync[A-Z]\w+$/);
    expect(annotations.summary).not.toBe('');
    expect(expr.split('(').length, name).toBe(expr.split(')').length);
  }
  const { panels } = dashboard;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  for (const { title, gridPos: one } of panels) {
    expect(one.x + one.w, title).toBeLessThanOrEqual(24);
    const over = panels.filter(
      ({ gridPos: other }) =>
        one !== other &&
        one.x < other.x + other.w &&
        other.x < one.x + one.w &&
        one.y < other.y + other.h &&
        other.y < one.y + one.h,
    );
    expect(over, title).toEqual([]);
  }
});
