import type { RunAction, RunSummary } from '../../../src/daemon/view/daemon-view.ts';
import type { ActionLine } from '../../../src/model/plan.ts';
import { reportWith } from '../cli/report.ts';
import { currentRun, HOSTILE_NAME, ImitatedDaemon, jobView, runSummary } from './imitated-daemon.ts';
import { imitatedPorts } from './imitated-ports.ts';

const MINUTE = 60_000;
const REFUSED = 'Stage answers 400: the name holds a character that it does not take';

function pastRuns(nowMs: number): RunSummary[] {
  return Array.from({ length: 60 }, (_, at) => {
    const failed = at % 11 === 3;
    const startedMs = nowMs - (at + 1) * 37 * MINUTE;
    const ms = 20_000 + ((at * 7919) % 97) * 2400;
    const uploaded = (at * 31) % 240;
    return runSummary(`r${1000 - at}`, {
      cause: at % 5 === 0 ? 'schedule' : at % 13 === 0 ? 'flush' : 'watch',
      startedMs,
      endedMs: startedMs + ms,
      outcome: failed ? 'failures' : at % 17 === 9 ? 'interrupted' : 'clean',
      report: reportWith({
        outcome: failed ? 'failures' : 'clean',
        uploaded,
        moved: at % 6,
        removed: at % 4,
        unchanged: 48_000 + at,
        failed: failed ? 14 : 0,
        bytes: uploaded * 3_400_000,
        requests: uploaded + 31,
        retries: failed ? 40 : at % 3,
        durationMs: ms,
        pace: { atOnce: 12, why: 'queueing' },
        load: {
          unloadedFiles: failed ? 2 : 0,
          unloadedBytes: failed ? 6_800_000 : 0,
          loaded: failed ? uploaded - 2 : uploaded,
          notReloaded: 0,
          skipped: failed ? 2 : 0,
          reloaded: 0,
          removed: 0,
          removedBytes: 0,
          waited: { files: uploaded, loaded: failed ? uploaded - 2 : uploaded },
        },
      }),
      failures: failed
        ? [
            { code: 'stage_rejected', message: REFUSED, count: 12, example: HOSTILE_NAME },
            {
              code: 'entry_unreadable',
              message: 'permission denied',
              count: 2,
              example: '2026/11/private.csv',
            },
            {
              code: 'not_loaded',
              message: "pipeline sales skipped it: line 2: Invalid INT value 'x' for column 'qty'",
              count: 2,
              example: '2026/11/part-00031.csv',
            },
          ]
        : [],
    });
  });
}

const ACTIONS: readonly RunAction[] = Array.from({ length: 230 }, (_, at): RunAction => {
  const path = at === 3 ? HOSTILE_NAME : `2026/11/part-${String(at).padStart(5, '0')}.parquet`;
  const failed = at === 3 || at === 17;
  return {
    kind: at % 23 === 7 ? 'remove' : at % 29 === 5 ? 'move' : 'upload',
    path,
    ...(at % 29 === 5 && { to: `archive/${path}` }),
    reason: at % 23 === 7 ? 'gone_from_source' : at % 29 === 5 ? 'renamed' : 'new',
    bytes: 3_400_000 + at * 1000,
    outcome: failed ? 'failed' : 'done',
    ms: 1500 + at * 7,
    ...(failed && { error: { code: 'stage_rejected', message: REFUSED } }),
  };
});

const PLANNED: readonly ActionLine[] = [
  { kind: 'createFolder', path: '2026/12/', reason: 'new' },
  ...Array.from({ length: 140 }, (_, at): ActionLine => ({
    kind: 'upload',
    path: at === 2 ? HOSTILE_NAME : `2026/12/part-${String(at).padStart(5, '0')}.parquet`,
    reason: at % 4 === 0 ? 'changed' : 'new',
    bytes: 3_400_000 + at * 1000,
  })),
  { kind: 'move', path: 'inbox/', to: 'archive/inbox/', reason: 'folder_renamed', files: 31 },
  { kind: 'remove', path: '2024/', reason: 'gone_from_source', files: 412 },
];

/** A daemon with moving data, as one sees it on a busy day. `tick` moves it by some milliseconds. */
export function believableDaemon(nowMs: number) {
  const runs = pastRuns(nowMs);
  const control = new ImitatedDaemon(
    [
      jobView('sales', {
        from: 's3://acme-lake/exports/sales/',
        to: 'stage://analytics/sales/',
        state: 'transferring',
        stateSinceMs: nowMs - 40_000,
        oldestChangeMs: nowMs - 48_000,
        waiting: 3,
        lastRun: runs[0],
        lastSuccessMs: runs[0]!.endedMs,
        pace: { atOnce: 12, why: 'queueing' },
      }),
      jobView('events', {
        from: '/srv/exports/events',
        lastRun: runs[1],
        lastSuccessMs: runs[1]!.endedMs,
        pace: { atOnce: 8, why: 'refused', perSecond: 3.5 },
      }),
      jobView('inventory-nightly', {
        from: 's3://acme-lake/inventory/',
        watch: false,
        schedule: { cron: '30 2 * * *', timeZone: 'Europe/Berlin' },
        nextRunMs: nowMs + 5 * 60 * MINUTE,
        lastRun: runs[3],
        lastSuccessMs: runs[4]!.endedMs,
      }),
      jobView('reports', {
        state: 'halted',
        reason: '412 files would be removed, and --max-delete allows 100',
        stateSinceMs: nowMs - 12 * MINUTE,
        oldestChangeMs: nowMs - 13 * MINUTE,
        lastRun: runSummary('h1', { outcome: 'refused', endedMs: nowMs - 12 * MINUTE }),
      }),
      jobView('reference', {
        state: 'backing_off',
        reason: 'the Management API does not answer: connect ETIMEDOUT; tried again in 38s',
        oldestChangeMs: nowMs - 4 * MINUTE,
        lastRun: runs[12],
      }),
      jobView('archive', { state: 'paused', watch: false, lastRun: runs[20] }),
      jobView('names \u202eordinary', {
        from: '/srv/exports/ملفات-التقارير-الطويلة/2026',
        schedule: { cron: '*/5 * * * *', timeZone: 'UTC' },
        nextRunMs: nowMs + 2 * MINUTE,
      }),
    ],
    nowMs - 9 * 60 * MINUTE,
  );
  let clock = nowMs;
  let sent = 60_000_000;
  let samples = 0;
  const total = 480_000_000;
  const tick = (ms: number): void => {
    clock += ms;
    const wave = 1 + 0.5 * Math.sin(clock / 9000);
    sent += ms * 1600 * wave;
    if (sent > total) sent = 0;
    const size = 8_000_000;
    control.changeJob('sales', {
      current: currentRun('r1001', {
        startedMs: nowMs - 40_000,
        compared: 48_211,
        uploaded: Math.floor(sent / 4_000_000),
        failed: 1,
        toUpload: 120,
        toUploadBytes: total,
        sentBytes: sent,
        transfers: Array.from({ length: 6 }, (_, at) => ({
          path:
            at === 4
              ? HOSTILE_NAME
              : `2026/11/part-${String(Math.floor(sent / 4e6) + at).padStart(5, '0')}.parquet`,
          size,
          sentBytes: (sent / 6 + at * 1_100_000) % size,
          startedMs: clock - 2000 - at * 700,
        })),
      }),
    });
    while (samples * 3000 < clock - nowMs + 15 * MINUTE) {
      const atMs = nowMs - 15 * MINUTE + samples++ * 3000;
      const swing = 1 + 0.5 * Math.sin(atMs / 19_000) + 0.2 * Math.sin(atMs / 4100);
      control.sample('sales', {
        atMs,
        bytes: Math.round(4_800_000 * swing),
        files: Math.round(3 * swing),
        requests: Math.round(8 * swing),
        refused: samples % 37 === 5 ? 2 : 0,
      });
    }
  };
  tick(1);
  const killed = runSummary('killed', { startedMs: nowMs - 41 * 60 * MINUTE, didNotEnd: true });
  const all = [...runs, killed];
  return { control, ports: imitatedPorts(control, { runs: all, actions: ACTIONS, planned: PLANNED }), tick };
}
