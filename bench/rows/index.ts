import type { Benchmark } from '../bench.ts';
import { fewCalls } from './few-calls.ts';
import { firstByte } from './first-byte.ts';
import { largeFiles } from './large-files.ts';
import { noopLocal } from './noop-local.ts';
import { noopMillion } from './noop-million.ts';
import { noopRadosgw } from './noop-radosgw.ts';
import { rateLimit } from './rate-limit.ts';
import { s3Fast } from './s3-fast.ts';
import { s3Radosgw } from './s3-radosgw.ts';
import { smallFilesLatency } from './small-files-latency.ts';
import { smallFiles } from './small-files.ts';
import { stagePace } from './stage-pace.ts';
import { startUp } from './start-up.ts';
import { watchReady } from './watch-ready.ts';

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
];
