import type { Benchmark } from '../bench.ts';
import { changingFile } from './changing-file.ts';
import { engineGrowth } from './engine-growth.ts';
import { fewCalls } from './few-calls.ts';
import { getLarge } from './both-ways/get-large.ts';
import { getLatency } from './both-ways/get-latency.ts';
import { firstByte } from './first-byte.ts';
import { largeFiles } from './large-files.ts';
import { largeFolder } from './large-folder.ts';
import { noopLocal } from './local/noop-local.ts';
import { noopMillion } from './local/noop-million.ts';
import { noopRadosgw } from './s3/noop-radosgw.ts';
import { paceAllowance } from './pace/allowance.ts';
import { paceConfirming } from './pace/confirming.ts';
import { paceFewChanges } from './pace/few-changes.ts';
import { paceFirstSync } from './pace/first-sync.ts';
import { paceLargeAmongSmall } from './pace/large-among-small.ts';
import { paceLongTail } from './pace/long-tail.ts';
import { paceNothingToDo } from './pace/nothing-to-do.ts';
import { sharedBudget } from './pace/shared-budget.ts';
import { paceSlowingStage } from './pace/slowing-stage.ts';
import { paceUrgentEdit } from './pace/urgent-edit.ts';
import { pullLarge } from './both-ways/pull-large.ts';
import { pullLatency } from './both-ways/pull-latency.ts';
import { rateLimit } from './rate-limit.ts';
import { s3Fast } from './s3/s3-fast.ts';
import { s3Latency } from './s3/s3-latency.ts';
import { s3Radosgw } from './s3/s3-radosgw.ts';
import { smallFilesLatency } from './small-files-latency.ts';
import { smallFiles } from './small-files.ts';
import { stagePace } from './stage-pace.ts';
import { startUp } from './local/start-up.ts';
import { watchBurst } from './local/watch-burst.ts';
import { watchReady } from './local/watch-ready.ts';
import { workersBroker } from './workers/broker-growth.ts';
import { workersOverhead } from './workers/overhead.ts';
import { workersPace } from './workers/pace.ts';
import { takeover } from './workers/takeover.ts';

/** All benchmarks by the number of their row. */
export const benchmarks: readonly Benchmark[] = [
  smallFiles,
  smallFilesLatency,
  stagePace,
  largeFiles,
  s3Fast,
  s3Radosgw,
  noopLocal,
  noopMillion,
  noopRadosgw,
  firstByte,
  rateLimit,
  startUp,
  fewCalls,
  watchReady,
  changingFile,
  paceFirstSync,
  paceNothingToDo,
  paceAllowance,
  paceSlowingStage,
  paceConfirming,
  paceUrgentEdit,
  paceFewChanges,
  paceLargeAmongSmall,
  paceLongTail,
  largeFolder,
  s3Latency,
  engineGrowth,
  pullLatency,
  pullLarge,
  watchBurst,
  getLatency,
  getLarge,
  sharedBudget,
  workersOverhead,
  workersPace,
  workersBroker,
  takeover,
];
